"""What a vessel is filled with: all of it there, inside, at rest, felt by nothing of the vessel but its room."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.filling import Filling
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Shape, Twin
from skillc.runtime.sim.filling import FillingError
from skillc.runtime.sim.pouring import landed_share, settle
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world import World, compile_world, object_pose, reset_data
from tests.sim.conftest import thing

FILLING = Filling(number=20, radius=0.005, density=950.0, friction=0.35)
SHAPES = {
    "cylinder": Shape(kind="cylinder"),
    "jar with a neck": Shape(kind="revolve", profile_m=((0.03, 0.0), (0.03, 0.1), (0.022, 0.11), (0.022, 0.13))),
    "shell": Shape(kind="revolve", wall_m=0.003, profile_m=((0.03, 0.0), (0.03, 0.13))),
    "box": Shape(kind="box"),
}


@pytest.fixture(scope="module")
def parts(
    twin: Twin, profile: RobotProfile, robot_folder: Path, T_table_robot: np.ndarray, physics: PhysicsSettings
) -> dict[str, Any]:
    return {
        "twin_folder": robot_folder, "profile": profile, "robot_folder": robot_folder, "T_table_robot": T_table_robot,
        "physics": physics,
    }  # fmt: skip


def scene(twin: Twin, shape: Shape) -> Twin:
    jar = thing("jar", "manipulated", shape, (0.06, 0.06, 0.13), 0.0, 0.1)
    return replace(twin, objects=(jar, twin.named("bowl")), task_type="pour")


def filled(parts: dict[str, Any], twin: Twin, shape: Shape, **change: Any) -> World:
    return compile_world(twin=scene(twin, shape), filling=FILLING, **parts, **change)


def grains(world: World, data: mujoco.MjData) -> np.ndarray:
    assert world.filled is not None
    return np.asarray(data.qpos[world.filled.qpos[:, None] + np.arange(3)])


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_all_of_it_is_in_the_vessel_and_at_rest_before_a_run(
    parts: dict[str, Any], twin: Twin, profile: RobotProfile, shape: Shape
) -> None:
    world = filled(parts, twin, shape)
    data = reset_data(world, profile.home)
    settle(world, data)
    inside = (grains(world, data) - object_pose(world, data, "jar")[:3, 3]) @ object_pose(world, data, "jar")[:3, :3]
    assert len(inside) == FILLING.number and data.time == 0.0
    assert np.linalg.norm(inside[:, :2], axis=1).max() < 0.03
    assert inside[:, 2].min() > 0.5 * FILLING.radius and inside[:, 2].max() < 0.06
    assert landed_share(world, world.filled, data) == 0.0
    moved = object_pose(world, data, "jar")[:3, 3] - [0.0, 0.1, 0.0]
    assert np.linalg.norm(moved) < 1e-3, "the vessel stands where it stood"
    before = grains(world, data)
    for _ in range(24):
        mujoco.mj_step(world.model, data)
    assert np.abs(grains(world, data) - before).max() < 1e-3, "in a tenth of a second"


def test_the_vessel_weighs_with_its_filling_what_it_weighed(parts: dict[str, Any], twin: Twin) -> None:
    world, empty = filled(parts, twin, SHAPES["cylinder"]), compile_world(twin=scene(twin, SHAPES["box"]), **parts)
    assert world.model.body_mass.sum() == pytest.approx(empty.model.body_mass.sum())
    own = world.model.body_mass[world.object_body["jar"]]
    one = 950 * 4 / 3 * np.pi * 0.005**3
    assert own == pytest.approx(0.15 - FILLING.number * one)


def test_a_light_vessel_keeps_half_its_mass(parts: dict[str, Any], twin: Twin) -> None:
    world = filled(parts, twin, SHAPES["cylinder"], variation=WorldVariation(mass_scale={"jar": 0.05}))
    assert world.model.body_mass[world.object_body["jar"]] == pytest.approx(0.5 * 0.05 * 0.15)


def test_what_the_hand_grasps_stays_as_it_is(parts: dict[str, Any], twin: Twin) -> None:
    """The colliding geoms of an empty vessel are those of a filled one, and the room inside touches nothing else."""
    world, empty = filled(parts, twin, SHAPES["cylinder"]), compile_world(twin=scene(twin, SHAPES["cylinder"]), **parts)
    (outer,) = empty.object_geoms["jar"]
    same = world.model.geom("jar/0").id
    assert np.array_equal(world.model.geom_size[same], empty.model.geom_size[outer])
    touched = world.model.geom_contype[list(world.hand_geoms)]
    for geom in world.object_geoms["jar"]:
        meets = bool((world.model.geom_conaffinity[geom] & touched).any())
        assert meets == (geom == same)


def test_the_share_in_the_target_is_counted_and_nothing_else(
    parts: dict[str, Any], twin: Twin, profile: RobotProfile
) -> None:
    world = filled(parts, twin, SHAPES["cylinder"])
    data = reset_data(world, profile.home)
    settle(world, data)
    assert world.filled is not None
    bowl, free = object_pose(world, data, "bowl")[:3, 3], np.arange(3)
    for k in range(5):  # let go over the bowl
        data.qpos[world.filled.qpos[k] + free] = bowl + np.array([0.012 * (k - 2), 0.0, 0.08])
    for k in range(5, 9):  # and onto the table beside it
        data.qpos[world.filled.qpos[k] + free] = bowl + np.array([0.12, 0.03 * (k - 5), 0.02])
    for _ in range(400):
        mujoco.mj_step(world.model, data)
    assert landed_share(world, world.filled, data) == pytest.approx(5 / FILLING.number)
    assert np.isfinite(data.qpos).all() and len(grains(world, data)) == FILLING.number


@pytest.mark.parametrize(
    "filling", [replace(FILLING, number=100, radius=0.02), replace(FILLING, radius=0.04), replace(FILLING, number=5000)]
)
def test_what_has_no_room_is_refused_with_the_room_there_is(
    parts: dict[str, Any], twin: Twin, filling: Filling
) -> None:
    with pytest.raises(FillingError, match=r"have no room in a vessel 56 mm wide and 128 mm high, which takes \d+"):
        compile_world(twin=scene(twin, SHAPES["cylinder"]), filling=filling, **parts)


def test_a_scene_without_a_target_or_a_filling_has_none(parts: dict[str, Any], twin: Twin) -> None:
    alone = replace(scene(twin, SHAPES["cylinder"]), objects=scene(twin, SHAPES["cylinder"]).objects[:1])
    assert compile_world(twin=alone, filling=FILLING, **parts).filled is None
    assert compile_world(twin=scene(twin, SHAPES["cylinder"]), **parts).filled is None
