"""What both ways of refining (grasping, pushing) share: the cell they work in, their parameters, the way in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.fidelity import MotionChange
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import Surface, object_surface
from skillc.runtime.motion.kinematics.arm_ik import Arm, arm_seeds, solve_arm
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.motion.path.assemble import JerkBounds, Timing
from skillc.runtime.motion.path.check import PathChecker
from skillc.runtime.motion.path.demonstrated import DemonstratedHand
from skillc.runtime.sim.press_sensors import measure_pressing
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world import World, compile_world

SURFACE_POINTS = 6000
"""ours: about 4 mm apart on a tissue box."""
CHECK_EVERY = 4
"""ours: samples at 60 Hz; the hand moves 2 cm between them at 30 cm/s."""
CHECK_MARGIN_M = 0.02
"""ours: distances beyond this are not told apart."""


@dataclass(frozen=True, kw_only=True)
class ChangeBounds:
    """How much of the demonstrated object motion may be changed, and from where on it is told."""

    told_m: float
    told_rad: float
    refused_m: float
    """Beyond it the end of a motion is not what was demonstrated."""
    refused_rad: float

    def told(self, change: MotionChange) -> bool:
        """Whether a change is large enough to be announced."""
        return not change.amount <= (self.told_m if change.unit == "m" else self.told_rad)

    def refused(self, change: MotionChange) -> bool:
        """Whether a change is more than the demonstration can have meant; height on the way is no matter of meaning."""
        allowed = self.refused_m if change.unit == "m" else self.refused_rad
        return change.kind != "raised to carry" and not change.amount <= allowed


@dataclass(frozen=True, kw_only=True)
class PathParameters:
    """How paths are laid; lengths in metres, times in seconds."""

    waypoints: int
    """Poses along the carried path."""
    smoothing_s: float
    """Sigma of the window that averages the demonstrated object poses."""
    hand_smoothing_s: float
    """The same of the demonstrated hand."""
    upright_within_rad: float
    """A placed object's end pose tilted by less than this is set upright."""
    clearance_m: float
    """Wanted between the robot (or what it carries) and everything it should not touch."""
    leads_s: tuple[float, ...]
    """How long before contact the hand joins the demonstrated approach; tried in this order."""
    lead_offsets_m: tuple[float, ...]
    """How far a pose of the demonstrated approach may be led around something, ascending from 0."""
    knot_s: float
    """Time between the poses that a demonstrated approach is followed through."""
    via_rises_m: tuple[float, ...]
    """Heights over the way in's first pose that are tried for the via point."""
    approaches_m: tuple[float, ...]
    """Lengths of the straight way in, tried in this order."""
    retreat_m: float
    """Length of the straight way out."""
    carry_jerk: JerkBounds
    """Of a motion that carries."""
    slide_jerk: JerkBounds
    """Of a motion that slides its object."""
    slide_speeds: tuple[float, ...]
    """m/s, largest mean speeds of a slid object; tried in this order."""
    approach_s: float
    close_s: float
    pregrasp_s: float
    track_s: float
    release_s: float
    retreat_s: float
    """Shortest duration of each phase; limits may force more."""
    path_rises_m: tuple[float, ...]
    """Heights added to the middle of a carried path until it is clear."""
    least_rise_m: float
    """A carried object is lifted at least this much on its way."""
    end_rises_m: tuple[float, ...]
    """Heights added to the end of a placing path until the hand is clear of the target."""
    spins_rad: tuple[float, ...]
    """Turns about the axis of an object that looks alike all round, tried at the end of its way, 0 first."""
    least_room_m: float
    """A placed object may stand this far from the target's centre even where its footprint sticks out."""
    pour_height_m: float
    """A poured-from object's lowest point ends at least this high above the target's support."""
    pour_tilt_rad: float
    """A poured-from object ends tilted by at least this from upright."""
    lift_slope: float
    """A carried object rises by at least this times its horizontal distance from where it stood or will stand."""
    changes: ChangeBounds
    release_height_m: float
    """Gap under a placed object when the hand opens."""
    timing: Timing


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Robot, scene and demonstration of one task."""

    profile: RobotProfile
    world: World
    twin: Twin
    arm: Arm
    hand: HandModel
    surface: Surface
    """Of the manipulated object."""
    checker: PathChecker
    T_table_robot: FloatArray
    twin_folder: Path
    robot_folder: Path
    physics: PhysicsSettings
    motion: ObjectMotion
    keyframes: Keyframes
    shown: DemonstratedHand
    """The retargeted hand."""
    q_start: FloatArray
    """(n_arm,) posture the motion starts from."""

    @property
    def T_table_hand(self) -> FloatArray:
        """(4, 4) retargeted hand at the contact frame."""
        return np.asarray(self.shown.T_table_hand[min(self.keyframes.contact, len(self.shown.T_table_hand) - 1)])

    @property
    def q_hand(self) -> FloatArray:
        """(m,) retargeted fingers at the contact frame."""
        return np.asarray(self.shown.fingers[min(self.keyframes.contact, len(self.shown.fingers) - 1)])

    @property
    def hand_start(self) -> FloatArray:
        """(m,) finger posture the motion starts from."""
        return np.asarray(self.profile.home[len(self.q_start) :])

    @property
    def T_table_manip(self) -> FloatArray:
        """(4, 4) manipulated object at rest."""
        return np.asarray(self.twin.manipulated.T_table_object)

    def with_hand(self, q_arm: FloatArray, q_hand: FloatArray) -> FloatArray:
        """Join arm postures (T, n_arm) and one hand posture (m,) into (T, n)."""
        return np.concatenate([q_arm, np.repeat(q_hand[None], len(q_arm), axis=0)], axis=1)

    def varied(self, variations: Sequence[WorldVariation]) -> list[World]:
        """Compile copies of the world, each changed by one variation, with sensors of how hard the hand presses."""

        def instrument(spec: Any) -> None:
            measure_pressing(spec, self.profile, self.twin.manipulated.name)

        return [
            compile_world(
                twin=self.twin,
                twin_folder=self.twin_folder,
                profile=self.profile,
                robot_folder=self.robot_folder,
                T_table_robot=self.T_table_robot,
                physics=self.physics,
                variation=variation,
                instrument=instrument,
            )
            for variation in variations
        ]


def build_cell(
    *,
    profile: RobotProfile,
    robot_folder: Path,
    twin: Twin,
    twin_folder: Path,
    T_table_robot: FloatArray,
    physics: PhysicsSettings,
    motion: ObjectMotion,
    keyframes: Keyframes,
    retargeted: JointMotion,
) -> Cell:
    """Compile the world and read the retargeted hand in every frame by replaying it (A.2.2)."""
    world = compile_world(
        twin=twin,
        twin_folder=twin_folder,
        profile=profile,
        robot_folder=robot_folder,
        T_table_robot=T_table_robot,
        physics=physics,
    )
    name = twin.manipulated.name
    arm = Arm.from_model(world.model, profile)
    count = len(profile.manipulator.arm_joints)
    return Cell(
        profile=profile,
        world=world,
        twin=twin,
        twin_folder=twin_folder,
        robot_folder=robot_folder,
        physics=physics,
        arm=arm,
        hand=HandModel.from_model(world.model, profile),
        surface=object_surface(
            world.model, world.object_geoms[name], count=SURFACE_POINTS, rng=np.random.default_rng(0)
        ),
        checker=PathChecker(world, name, margin_m=CHECK_MARGIN_M),
        T_table_robot=T_table_robot,
        motion=motion,
        keyframes=keyframes,
        shown=DemonstratedHand(
            T_table_hand=T_table_robot @ arm.hand_pose(retargeted.qpos[:, :count]), fingers=retargeted.qpos[:, count:]
        ),
        q_start=profile.home[:count],
    )


def reachable_postures(
    arm: Arm, T_table_robot: FloatArray, Ts_table_hand: FloatArray, q_start: FloatArray, *, seeds: int
) -> tuple[BoolArray, FloatArray]:
    """Return which hand poses (N, 4, 4) the arm meets, and for each the posture (N, n) soonest reached from q_start."""
    targets = np.linalg.inv(T_table_robot) @ Ts_table_hand
    starts = np.concatenate([q_start[None], arm_seeds(arm, seeds)])
    q0 = np.repeat(starts[None], len(targets), axis=0)
    q0[:, 1:, 0] += np.arctan2(targets[:, 1, 3], targets[:, 0, 3])[:, None]
    solution = solve_arm(arm, np.repeat(targets, len(starts), axis=0), q0.reshape(-1, arm.chain.n), iterations=40)
    good = solution.reached
    q = _nearest_turn(arm, solution.q, q_start)
    far = np.where(good, np.max(np.abs(q - q_start), axis=1), np.inf).reshape(len(targets), len(starts))
    best = far.argmin(axis=1) + np.arange(len(targets)) * len(starts)
    return np.isfinite(far.min(axis=1)), q[best]


def motion_clearance(cell: Cell, reference: Reference, q_hold: FloatArray | None = None) -> float:
    """Return the smallest distance (m) of robot to table, target and obstacles over a whole motion.

    A grasp's fingers are at `q_hold` (m,) while it closes and carries: their targets lie inside what they hold.
    """
    at = np.arange(0, len(reference.qpos), CHECK_EVERY)
    q = reference.qpos[at].copy()
    if q_hold is not None:
        holding = np.isin(reference.phase[at], [PHASES.index("close"), PHASES.index("track")])
        q[holding, len(cell.profile.manipulator.arm_joints) :] = q_hold
    return float(cell.checker.check(q, reference.T_table_manip[at]).robot_scene.min())


def straight(T_from: FloatArray, T_to: FloatArray, count: int) -> FloatArray:
    """Return `count` poses (count, 4, 4) from T_from to T_to, both included."""
    return np.stack([se3.interpolate(T_from, T_to, float(s)) for s in np.linspace(0, 1, count)])


def raised(T: FloatArray, offset: FloatArray) -> FloatArray:
    """Return poses T (..., 4, 4) shifted by `offset` (3,) in the parent frame."""
    moved = np.array(T)
    moved[..., :3, 3] += offset
    return moved


def _nearest_turn(arm: Arm, q: FloatArray, q_start: FloatArray) -> FloatArray:
    """Shift joints that allow it by whole turns towards the start posture."""
    shifted = q - 2 * np.pi * np.round((q - q_start) / (2 * np.pi))
    inside = (shifted >= arm.lower) & (shifted <= arm.upper)
    return np.where(inside, shifted, q)
