"""Who presses on whom is told apart: arm and hand, against table, target, obstacle and object."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.sim.contact_summary import NOTHING, PRESSINGS, ContactSummary, largest
from skillc.runtime.sim.contacts import geom_classes, summarize_contacts
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world import World, compile_world, reset_data


def world_with(
    parts: tuple[Twin, RobotProfile, Path, np.ndarray, PhysicsSettings], moved: str, to: np.ndarray
) -> tuple[World, mujoco.MjData]:
    """Compile the scene with one object's origin at `to` (3,), and let it lie there for a moment."""
    twin, profile, folder, T_table_robot, physics = parts
    T = np.eye(4)
    T[:3, 3] = to
    world = compile_world(
        twin=twin, twin_folder=folder, profile=profile, robot_folder=folder, T_table_robot=T_table_robot,
        physics=physics, variation=WorldVariation(T_table_object={moved: T}),
    )  # fmt: skip
    data = reset_data(world, profile.home)
    mujoco.mj_step(world.model, data)
    return world, data


@pytest.fixture(scope="module")
def parts(
    twin: Twin, profile: RobotProfile, robot_folder: Path, T_table_robot: np.ndarray, physics: PhysicsSettings
) -> tuple[Twin, RobotProfile, Path, np.ndarray, PhysicsSettings]:
    return twin, profile, robot_folder, T_table_robot, physics


def place_of(parts: tuple[Twin, RobotProfile, Path, np.ndarray, PhysicsSettings], link: str) -> np.ndarray:
    world, data = world_with(parts, "ball", np.array([0.0, 0.1, 0.0]))
    geoms = world.hand_geoms if link == "hand" else world.arm_geoms
    boxes = [g for g in geoms if world.model.geom_type[g] != mujoco.mjtGeom.mjGEOM_MESH and world.model.geom_contype[g]]
    at: np.ndarray = data.geom_xpos[boxes[len(boxes) // 2]].copy()
    return at


@pytest.mark.parametrize("link", ["arm", "hand"])
@pytest.mark.parametrize(("moved", "what"), [("bowl", "target"), ("block", "obstacle"), ("ball", "object")])
def test_a_press_is_told_under_its_own_name_and_no_other(parts, link: str, moved: str, what: str) -> None:
    world, data = world_with(parts, moved, place_of(parts, link) - [0.0, 0.0, 0.01])
    found = summarize_contacts(world.model, data, geom_classes(world, "ball"))
    pressed = {name for name, force in found.pressing.items() if force > 0.0}
    if (link, what) == ("hand", "object"):
        assert pressed == set() and found.hand_object_force > 0.0, "the hand may press on the object"
        assert 0.0 < found.squeeze_force <= found.hand_object_force + 1e-9, "but one finger only so hard"
        return
    assert f"{link}-{what}" in pressed <= {f"arm-{what}", f"hand-{what}"}
    counted = what in ("target", "obstacle")
    assert (found.scene_force > 0.0) == counted
    assert (found.unsafe_force > 0.0) == any(name.startswith("arm-") for name in pressed)


def test_what_the_robot_presses_on_itself_is_no_press(parts) -> None:  # type: ignore[no-untyped-def]
    world, data = world_with(parts, "ball", np.array([0.0, 0.1, 0.0]))
    hand = world.joint_qpos[7:]
    data.qpos[hand] = world.model.jnt_range[world.model.dof_jntid[world.joint_dof[7:]], 1]
    mujoco.mj_forward(world.model, data)
    own = np.isin(data.contact.geom, list(world.hand_geoms)).all(axis=1)
    assert own.any(), "the closed fingers touch each other"
    assert summarize_contacts(world.model, data, geom_classes(world, "ball")) == NOTHING


FORCES = ("hand_object_force", "unsafe_force", "scene_force", "squeeze_force", "penetration")


def summary(**values: float) -> ContactSummary:
    pressing = dict.fromkeys(PRESSINGS, 0.0) | {"hand-table": values.pop("table", 0.0)}
    return ContactSummary(
        **(dict.fromkeys(FORCES, 0.0) | values),
        touches=False, pressing=pressing,
    )  # fmt: skip


def test_the_largest_of_all_steps_counts_wherever_in_the_tick_it_was() -> None:
    steps = [summary(unsafe_force=f, table=2 * f, scene_force=3 * f, squeeze_force=4 * f) for f in (1.0, 25.0, 2.0)]
    worst = largest(steps)
    assert worst.squeeze_force == 100.0
    assert (worst.unsafe_force, worst.scene_force, worst.pressing["hand-table"]) == (25.0, 75.0, 50.0)
    assert largest([summary(hand_object_force=f) for f in (9.0, 1.0)]).hand_object_force == 1.0
