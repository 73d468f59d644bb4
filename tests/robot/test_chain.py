import mujoco
import numpy as np
import pytest

from skillc.runtime.geometry import se3
from skillc.runtime.robot.chain import read_chain

XML = """<mujoco><compiler angle="radian"/><worldbody><body name="base" pos="0.1 0.2 0.3">
<body name="a" pos="0 0 0.1" euler="0.3 0 0"><joint name="ja" axis="0 0 1" pos="0.01 0 0"/><geom size="0.01"/>
<body name="b" pos="0.1 0 0" euler="0 0.4 0.2"><joint name="jb" axis="0 0.6 0.8"/><geom size="0.01"/>
<body name="c" pos="0 0.1 0"><geom size="0.01"/></body></body></body>
<body name="d" pos="0 0 -0.1"><joint name="jd" axis="1 0 0"/><geom size="0.01"/></body></body></worldbody></mujoco>"""


@pytest.fixture
def model() -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_string(XML)


def test_forward_agrees_with_mujoco(model: mujoco.MjModel) -> None:
    chain = read_chain(model, root="base", joints=("ja", "jb", "jd"))
    q = np.random.default_rng(0).uniform(-2, 2, size=(5, 3))
    T_root = se3.from_quat_wxyz(model.body("base").quat, model.body("base").pos)
    R, p = chain.forward(q, T_root)
    data = mujoco.MjData(model)
    for k in range(5):
        data.qpos[:] = q[k]
        mujoco.mj_kinematics(model, data)
        for name in chain.names:
            assert np.allclose(p[k, chain.body(name)], data.body(name).xpos, atol=1e-12)
            assert np.allclose(R[k, chain.body(name)].ravel(), data.body(name).xmat, atol=1e-12)


def test_jacobian_agrees_with_finite_differences(model: mujoco.MjModel) -> None:
    chain = read_chain(model, root="base", joints=("ja", "jb", "jd"))
    q, step = np.array([[0.3, -0.7, 0.5]]), 1e-6
    body, offset = chain.body("c"), np.array([0.02, 0.01, 0.03])

    def point(q: np.ndarray) -> np.ndarray:
        R, p = chain.forward(q, np.eye(4))
        return (p[:, body] + R[:, body] @ offset)[0]

    R, p = chain.forward(q, np.eye(4))
    linear, angular = chain.jacobian(R, p, body, point(q)[None])
    numeric = np.stack([(point(q + step * e) - point(q - step * e)) / (2 * step) for e in np.eye(3)], axis=1)
    assert np.allclose(linear[0], numeric, atol=1e-8)
    assert np.allclose(angular[0, :, 2], 0)
