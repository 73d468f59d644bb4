"""Capsules cover every colliding geom of a robot, and are not absurdly large."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.collision_model import Capsule
from skillc.runtime.robot.capsules import MOST, TooManyCapsules, capsules_around
from skillc.runtime.robot.chain import read_chain
from skillc.runtime.robot.model import robot_model
from skillc.runtime.robot.profile import load_profile


def from_capsule(points: np.ndarray, capsule: Capsule) -> np.ndarray:
    """Return distances (N,) of points from a capsule's surface, negative inside."""
    start, end = np.array(capsule.start), np.array(capsule.end)
    along = end - start
    s = np.clip((points - start) @ along / max(along @ along, 1e-12), 0, 1)
    return np.linalg.norm(points - start - s[:, None] * along, axis=1) - capsule.radius


def surface(model: mujoco.MjModel, geom: int) -> np.ndarray:
    """Return points of a primitive's surface in its body's frame: corners of a box, rims of round things."""
    R, size = np.empty(9), model.geom_size[geom]
    mujoco.mju_quat2Mat(R, model.geom_quat[geom])
    kind = model.geom_type[geom]
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        local = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * size
    else:
        turn = np.linspace(0, 2 * np.pi, 24)
        rim = np.stack([size[0] * np.cos(turn), size[0] * np.sin(turn), np.zeros(24)], axis=1)
        local = np.concatenate([rim + np.array([0, 0, end]) for end in (size[1], -size[1])])
    return local @ R.reshape(3, 3).T + model.geom_pos[geom]


@pytest.mark.parametrize("name", ["kinova_gen3_leap", "xarm6_leap"])
def test_every_colliding_geom_of_a_shipped_robot_is_inside_capsules(project: Path, name: str) -> None:
    profile = load_profile(project / "specs" / "hardware" / name)
    model = robot_model(profile, project / "specs" / "hardware" / name, np.eye(4)).model
    chain = read_chain(model, root=profile.base_body, joints=profile.joint_names)
    capsules = capsules_around(model, chain)
    assert len(capsules) <= MOST
    seen = 0
    for b, body in enumerate(chain.names):
        for geom in np.flatnonzero(model.geom_bodyid == model.body(body).id):
            if model.geom_contype[geom] | model.geom_conaffinity[geom]:
                points = surface(model, int(geom))
                outside = np.min([from_capsule(points, c) for c in capsules if c.link == b], axis=0)
                assert outside.max() < 1e-6, (body, model.geom(geom).name, outside.max())
                seen += 1
    assert seen > 20


def test_a_flat_box_gets_capsules_beside_each_other() -> None:
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><worldbody><body name="base"><geom type="box" size="0.06 0.03 0.01"/></body></worldbody></mujoco>'
    )
    capsules = capsules_around(model, read_chain(model, root="base", joints=()))
    assert len(capsules) == 3
    assert {round(c.radius, 4) for c in capsules} == {round(1.15 * 0.01 * np.sqrt(2), 4)}
    points = surface(model, 0)
    assert np.min([from_capsule(points, c) for c in capsules], axis=0).max() < 1e-6


def robot_of(bodies: int, geoms: int) -> mujoco.MjModel:
    geom = '<geom type="sphere" size="0.01" pos="0 0 {}"/>'
    body = '<body name="b{}" pos="0 0 0.1">' + "".join(geom.format(0.02 * g) for g in range(geoms))
    inside = "".join(body.format(k) for k in range(bodies)) + "</body>" * bodies
    return mujoco.MjModel.from_xml_string(f"<mujoco><worldbody>{inside}</worldbody></mujoco>")


def test_many_geoms_of_few_bodies_are_covered_body_by_body() -> None:
    model = robot_of(bodies=30, geoms=4)
    chain = read_chain(model, root="b0", joints=())
    capsules = capsules_around(model, chain)
    assert [c.link for c in capsules] == list(range(30))
    points = np.array([[0, 0, 0.07], [0, 0, -0.01], [0.01, 0, 0.03]])
    assert from_capsule(points, capsules[3]).max() < 1e-9


def test_more_bodies_than_capsules_are_refused() -> None:
    model = robot_of(bodies=65, geoms=1)
    with pytest.raises(TooManyCapsules, match="65 bodies"):
        capsules_around(model, read_chain(model, root="b0", joints=()))
