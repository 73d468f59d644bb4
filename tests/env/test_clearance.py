import mujoco
import numpy as np
import pytest

from skillc.runtime.env.clearance import LowestPoint

SHAPES = ["sphere size='.03'", "capsule size='.02 .05'", "box size='.02 .03 .05'", "ellipsoid size='.02 .03 .05'",
          "cylinder size='.03 .05'"]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_it_agrees_with_the_support_of_a_dense_surface(shape: str) -> None:
    kind, _, rest = shape.partition(" ")
    xml = f"<mujoco><worldbody><body pos='0 0 .4'><freejoint/><geom type='{kind}' {rest}/></body></worldbody></mujoco>"
    model = mujoco.MjModel.from_xml_string(xml)
    data = mujoco.MjData(model)
    rng = np.random.default_rng(1)
    quat = rng.normal(size=4)
    data.qpos[3:7] = quat / np.linalg.norm(quat)
    mujoco.mj_forward(model, data)
    # The highest floor that still stays below the shape, found by the simulator's own distance function.
    floor = mujoco.MjModel.from_xml_string(
        xml.replace("<worldbody>", "<worldbody><geom name='floor' type='plane' size='1 1 .1'/>")
    )
    other = mujoco.MjData(floor)
    other.qpos[:] = data.qpos
    mujoco.mj_forward(floor, other)
    distance = mujoco.mj_geomDistance(floor, other, 0, 1, 1.0, None)
    assert LowestPoint(model, (0,)).z(data) == pytest.approx(distance, abs=1e-6)
