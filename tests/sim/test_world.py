"""The compiled scene: what stands where, what it weighs, what holds it, and what is never in it."""

from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world import World, compile_world, object_pose, reset_data

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parts(
    twin: Twin, profile: RobotProfile, robot_folder: Path, T_table_robot: np.ndarray, physics: PhysicsSettings
) -> dict[str, Any]:
    return {
        "twin": twin,
        "twin_folder": robot_folder,
        "profile": profile,
        "robot_folder": robot_folder,
        "T_table_robot": T_table_robot,
        "physics": physics,
    }


@pytest.fixture(scope="module")
def world(parts: dict[str, Any]) -> World:
    return compile_world(**parts)


def settle(world: World, profile: RobotProfile, seconds: float) -> mujoco.MjData:
    data = reset_data(world, profile.home)
    for _ in range(round(seconds / world.model.opt.timestep)):
        mujoco.mj_step(world.model, data)
    return data


def test_everything_stands_still_where_the_twin_says(world: World, twin: Twin, profile: RobotProfile) -> None:
    data = settle(world, profile, 1.0)
    assert not data.warning.number.any()
    for thing in twin.objects:
        moved = object_pose(world, data, thing.name)[:3, 3] - thing.T_table_object[:3, 3]
        assert np.linalg.norm(moved) < 5e-4, thing.name


def test_the_arm_holds_its_posture_because_gravity_is_compensated(world: World, profile: RobotProfile) -> None:
    data = settle(world, profile, 1.0)
    np.testing.assert_allclose(data.qpos[world.joint_qpos], profile.home, atol=1e-6)


def test_masses_inertia_and_friction_are_the_twins(world: World, twin: Twin) -> None:
    for thing in twin.objects:
        body = world.model.body(world.object_body[thing.name])
        assert body.mass[0] == pytest.approx(thing.mass)
        np.testing.assert_allclose(np.sort(body.inertia), np.sort(thing.inertia), rtol=1e-6)
        for geom in world.object_geoms[thing.name]:
            assert world.model.geom_friction[geom, 0] == pytest.approx(np.sqrt(thing.friction * twin.table_friction))


def test_nothing_holds_an_object_but_contact(world: World) -> None:
    model = world.model
    assert model.neq == 0
    assert model.nmocap == 0
    assert model.nflex == 0
    np.testing.assert_allclose(model.opt.gravity, [0, 0, -9.81])
    for body in world.object_body.values():
        assert model.body_gravcomp[body] == 0
    for actuator in range(model.nu):
        assert model.actuator_trntype[actuator] == mujoco.mjtTrn.mjTRN_JOINT


def test_servos_and_limits_come_from_the_profile_in_driver_order(world: World, profile: RobotProfile) -> None:
    model = world.model
    for k, joint in enumerate(profile.joints):
        actuator = world.actuator[k]
        assert model.actuator(actuator).name == joint.name
        assert model.actuator_gainprm[actuator, 0] == joint.kp
        assert model.actuator_biasprm[actuator, 1] == -joint.kp
        assert model.actuator_biasprm[actuator, 2] == -joint.kv
        np.testing.assert_allclose(model.jnt_actfrcrange[model.joint(joint.name).id], [-joint.effort, joint.effort])
        np.testing.assert_allclose(model.actuator_ctrlrange[actuator], [joint.lower, joint.upper])
        np.testing.assert_allclose(model.joint(joint.name).range, [joint.lower, joint.upper])
        assert model.joint(joint.name).qposadr[0] == world.joint_qpos[k]


def test_only_tips_have_priority_and_rubber_friction(world: World, physics: PhysicsSettings) -> None:
    model = world.model
    for geom in range(model.ngeom):
        assert model.geom_priority[geom] == (1 if geom in world.tip_geoms else 0)
    on_ball = physics.tip_friction * np.sqrt(0.5 / 0.35)
    np.testing.assert_allclose(model.geom_friction[world.tip_geoms, 0], on_ball)
    assert set(model.geom_condim[world.tip_geoms]) == {physics.tip_condim}


def test_home_touches_nothing(world: World, profile: RobotProfile) -> None:
    data = reset_data(world, profile.home)
    robot = {*world.arm_geoms, *world.hand_geoms}
    touching = [c for c in data.contact.geom.tolist() if robot & set(c)]
    assert touching == []


def test_a_variation_changes_what_it_names(parts: dict[str, Any], twin: Twin, physics: PhysicsSettings) -> None:
    change = WorldVariation(
        mass_scale={"ball": 1.5},
        friction_scale={"ball": 0.7, "bowl": 1.2},
        size_scale={"ball": 0.8},
        table_friction_scale=0.9,
        tip_friction_scale=1.1,
        rolling_friction_m={"ball": 0.001},
        flat_scale={"ball": 0.5},
        kp_scale=0.8,
        timestep_s=1 / 480,
    )
    varied = compile_world(**parts, variation=change).model
    plain = compile_world(**parts).model
    ball = varied.body("object/ball")
    assert ball.mass[0] == pytest.approx(0.15 * 1.5)
    assert varied.geom("ball/0").size[0] == pytest.approx(0.04 * 0.8)
    assert ball.ipos[2] == pytest.approx(0.04 * 0.8)
    assert varied.geom("ball/0").friction[0] == pytest.approx(np.sqrt(0.5 * 0.7 * 0.6 * 0.9))
    assert varied.geom("bowl/floor").friction[0] == pytest.approx(np.sqrt(0.5 * 1.2 * 0.6 * 0.9))
    on_ball = physics.tip_friction * np.sqrt(0.5 / 0.35)
    assert varied.geom("thumb_tip").friction[0] == pytest.approx(on_ball * 1.1 * np.sqrt(0.7))
    assert varied.geom("table").friction[0] < 0.01, "MuJoCo takes the larger of two: a pair's is in what stands there"
    assert varied.geom("ball/base").size[0] == pytest.approx(0.5 * 0.8 * plain.geom("ball/base").size[0])
    assert (varied.geom("ball/0").condim[0], varied.geom("bowl/floor").condim[0]) == (6, 3)
    assert varied.geom("ball/0").friction[2] == pytest.approx(0.001)
    assert varied.opt.timestep == pytest.approx(1 / 480)
    np.testing.assert_allclose(varied.actuator_gainprm[:, 0], 0.8 * plain.actuator_gainprm[:, 0])


def test_a_displaced_robot_stands_elsewhere_on_the_same_table(parts: dict[str, Any]) -> None:
    T = np.eye(4)
    T[:3, 3] = 0.003, 0.0, -0.002
    moved, plain = compile_world(**parts, variation=WorldVariation(T_table_displaced=T)), compile_world(**parts)
    at = [mujoco.MjData(w.model) for w in (moved, plain)]
    for world, data in zip((moved, plain), at):
        mujoco.mj_kinematics(world.model, data)
    np.testing.assert_allclose(at[0].site_xpos[moved.tip_sites] - at[1].site_xpos[plain.tip_sites], [T[:3, 3]] * 4)
    np.testing.assert_allclose(at[0].body("object/ball").xpos, at[1].body("object/ball").xpos)


def slides(parts: dict[str, Any], **change: Any) -> float:
    """Return how far (m) a block slides on the table that is given 0.5 m/s."""
    world = compile_world(**parts, variation=WorldVariation(**change))
    data = reset_data(world, parts["profile"].home)
    data.qvel[world.object_dof["block"] + 1] = -0.5
    start = object_pose(world, data, "block")[1, 3]
    for _ in range(480):
        mujoco.mj_step(world.model, data)
    return float(start - object_pose(world, data, "block")[1, 3])


def test_friction_of_the_object_and_of_the_table_both_count_where_they_touch(parts: dict[str, Any]) -> None:
    plain = slides(parts)
    assert plain == pytest.approx(0.5**2 / (2 * 9.81 * np.sqrt(0.5 * 0.6)), rel=0.15)
    for change in ({"friction_scale": {"block": 0.49}}, {"table_friction_scale": 0.49}):
        assert slides(parts, **change) == pytest.approx(plain / 0.7, rel=0.1)


def rolls(parts: dict[str, Any], **change: Any) -> float:
    """Return how far (m) the ball's middle gets within 1.5 s when it is set rolling at 0.1 m/s."""
    world = compile_world(**parts, variation=WorldVariation(**change))
    data = reset_data(world, parts["profile"].home)
    data.qvel[world.object_dof["ball"] + 4] = -0.1 / 0.04
    for _ in range(360):
        mujoco.mj_step(world.model, data)
    return float(-(object_pose(world, data, "ball") @ [0, 0, 0.04, 1])[0])


def test_a_ball_rolls_farther_on_a_narrower_flat_and_rolling_friction_stops_it(parts: dict[str, Any]) -> None:
    flat, narrow = rolls(parts), rolls(parts, flat_scale={"ball": 0.05})
    held = rolls(parts, flat_scale={"ball": 0.05}, rolling_friction_m={"ball": 0.002})
    assert flat < 0.01 and narrow > 0.1 and held < 0.5 * narrow, (flat, narrow, held)


def test_objects_start_where_reset_puts_them(world: World, profile: RobotProfile) -> None:
    T = np.array([[0.0, -1, 0, 0.3], [1, 0, 0, 0.3], [0, 0, 1, 0.05], [0, 0, 0, 1]])
    data = reset_data(world, profile.home, {"ball": T})
    np.testing.assert_allclose(object_pose(world, data, "ball"), T, atol=1e-12)
    np.testing.assert_allclose(data.body(world.object_body["ball"]).xpos, T[:3, 3], atol=1e-12)


def test_a_ball_dropped_into_the_bowl_stays_in_it(world: World, profile: RobotProfile) -> None:
    T = np.eye(4)
    T[:3, 3] = 0.2, 0.1, 0.08
    data = reset_data(world, profile.home, {"ball": T})
    for _ in range(480):
        mujoco.mj_step(world.model, data)
    place = object_pose(world, data, "ball")[:3, 3] - object_pose(world, data, "bowl")[:3, 3]
    assert np.linalg.norm(place[:2]) < 0.02
    assert 0.0 < place[2] < 0.03


@pytest.mark.parametrize("name", ["ball", "bowl", "jar", "tray", "can", "block", "egg"])
def test_shapes_have_the_stated_extent(world: World, twin: Twin, profile: RobotProfile, name: str) -> None:
    """Rays from outside along each axis of the object meet its geoms at the stated half sizes."""
    data = reset_data(world, profile.home)
    thing = twin.named(name)
    center = thing.T_table_object[:3, 3] + [0, 0, thing.size_m[2] / 2]
    tolerance = 0.03 * max(thing.size_m)
    top = _topmost(world, data, name)
    assert top == pytest.approx(thing.size_m[2], abs=tolerance)
    for axis in (0, 1):
        width = _extent(world, data, name, center, axis)
        assert width == pytest.approx(thing.size_m[axis], abs=tolerance)


def _rays(world: World, data: mujoco.MjData, name: str, origins: np.ndarray, direction: np.ndarray) -> np.ndarray:
    hits = []
    for origin in origins:
        nearest = np.inf
        for geom in world.object_geoms[name]:
            distance = _ray(world, data, geom, origin, direction)
            if distance >= 0:
                nearest = min(nearest, distance)
        hits.append(nearest)
    return np.array(hits)


def _ray(world: World, data: mujoco.MjData, geom: int, origin: np.ndarray, direction: np.ndarray) -> float:
    model = world.model
    if model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_MESH:
        return float(mujoco.mj_rayMesh(model, data, geom, origin, direction, None))
    return float(
        mujoco.mju_rayGeom(
            data.geom_xpos[geom],
            data.geom_xmat[geom],
            model.geom_size[geom],
            origin,
            direction,
            model.geom_type[geom],
            None,
        )
    )


def _extent(world: World, data: mujoco.MjData, name: str, center: np.ndarray, axis: int) -> float:
    direction = np.zeros(3)
    direction[axis] = 1.0
    heights = np.linspace(0.004, 2 * center[2] - 0.001, 24)
    width = []
    for sign in (1, -1):
        origins = np.tile(center - sign * 0.5 * direction, (24, 1))
        origins[:, 2] = heights
        width.append(0.5 - _rays(world, data, name, origins, sign * direction).min())
    return float(sum(width))


def _topmost(world: World, data: mujoco.MjData, name: str) -> float:
    at = data.body(world.object_body[name]).xpos[:2]
    grid = np.stack(np.meshgrid(np.linspace(-0.11, 0.11, 45), np.linspace(-0.11, 0.11, 45)), -1).reshape(-1, 2)
    origins = np.column_stack([grid + at, np.full(len(grid), 0.5)])
    return 0.5 - float(_rays(world, data, name, origins, np.array([0.0, 0, -1])).min())
