"""Two made-up skills on the example robot, with contacts that a hand of its size can make; no build, no perception."""

from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.stages.motion.refinement_inputs import cell_parameters
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, PathParameters, build_cell
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.shown_contact import ShownContact
from skillc.runtime.robot.profile import load_profile
from tests.motion import synthetic

T_TABLE_ROBOT = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])


@pytest.fixture(scope="session")
def paths(project: Path) -> PathParameters:
    text = (project / "specs/skills/apple.yaml").read_bytes()
    spec, _ = require_spec(text, "apple.yaml", folders=None)
    return from_json(PathParameters, cell_parameters(spec)["paths"])


def made_cell(made: synthetic.Made, folder: Path) -> Cell:
    profile: RobotProfile = load_profile(folder)
    count = len(made.motion.frame)
    return build_cell(
        profile=profile, robot_folder=folder, twin=made.twin, twin_folder=synthetic.NOWHERE,
        T_table_robot=T_TABLE_ROBOT, motion=made.motion, keyframes=made.keyframes,
        physics=PhysicsSettings(
            timestep_s=1 / 240, control_rate_hz=60, integrator="implicit", cone="elliptic", impratio=10,
            solref=(0.01, 1), solimp=(0.9, 0.99, 0.001), iterations=20, tip_friction=0.8, tip_condim=4,
        ),
        retargeted=JointMotion(
            time_s=np.arange(count) / 30, qpos=np.tile(profile.home, (count, 1)), joint_names=profile.joint_names,
            T_table_robot=T_TABLE_ROBOT, tip_error_m=np.zeros((count, 4)), wrist_error_m=np.zeros(count),
            wrist_error_rad=np.zeros(count),
        ),
    )  # fmt: skip


def planner_of(made: synthetic.Made, folder: Path, paths: PathParameters, height_m: float) -> MotionPlanner:
    """Return a planner whose open hand is `height_m` over the table's contact pose, coming in from above."""
    cell = made_cell(made, folder)
    thing, target = made.twin.manipulated, made.twin.target
    T_hand = np.array(made.T_table_hand)
    T_hand[2, 3] += height_m
    T_end = made.motion.T_table_object[-1]
    T_manip_hand = se3.inverse(thing.T_table_object) @ T_hand
    T_target_hand = None if target is None else se3.inverse(target.T_table_object) @ T_end @ T_manip_hand
    home = cell.hand_start
    return MotionPlanner(
        skill="made", cell=cell, paths=paths, patience_s=1.0,
        shown=ShownContact(
            T_manip_hand=T_manip_hand, T_target_hand=T_target_hand,
            T_manip_end=se3.inverse(thing.T_table_object) @ T_end, approach=np.array([0.0, 0.0, -1.0]),
            q_open=home, q_pre=home, q_grasp=home, q_squeeze=home, q_hold=home,
        ),
    )  # fmt: skip


@pytest.fixture(scope="session")
def robot_folder(project: Path) -> Path:
    return project / "specs/hardware/kinova_gen3_leap"


@pytest.fixture(scope="session")
def pull(robot_folder: Path, paths: PathParameters) -> MotionPlanner:
    """Pull a tray along x."""
    return planner_of(synthetic.tray(), robot_folder, paths, 0.03)


@pytest.fixture(scope="session")
def place(robot_folder: Path, paths: PathParameters) -> MotionPlanner:
    """Put an apple onto a plate."""
    return planner_of(synthetic.apple(), robot_folder, paths, 0.06)
