"""What adapts the motion to a trial's scene before the robot moves, and the arms compared on the same trials."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np

from skillc.runtime.evaluate.corrections import Correction
from skillc.runtime.evaluate.planned import with_plan
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.report import AdaptedTrial
from skillc.runtime.evaluate.retargeted import waiting_for
from skillc.runtime.evaluate.seeing import camera_error
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import Twin
from skillc.runtime.motion.adjusted import Infeasible
from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.impasse import NoPlan
from skillc.runtime.planning.load import load_planner
from skillc.runtime.policies.clouds.camera import DepthCamera, seen_by
from skillc.runtime.policies.poses.adjuster import Adjuster, pose_error
from skillc.runtime.policies.refused import PolicyRefused
from skillc.runtime.sight.scene_sight import SceneFound
from skillc.runtime.sim.world import World, reset_data
from skillc.runtime.tasks.catalog import task_type

Adaptation = Literal["nothing", "distillation", "ideal", "estimated", "planned"]
"""nothing: the motion as it was built; distillation: adjusted to what the policy sees; ideal: to the true poses;
estimated: to those that perception at run time finds (docs/sight.md); planned: laid anew, keeping of the demonstration
its contact alone (4.4), for the true poses or, where the scene is seen, for those."""
Arm = Literal[
    "replay",
    "residual",
    "distillation",
    "squeeze",
    "both",
    "ideal",
    "ideal+squeeze",
    "ideal+residual",
    "estimated",
    "planner",
]
ARMS: Mapping[Arm, tuple[Adaptation, Correction]] = {
    "replay": ("nothing", "nothing"),
    "residual": ("nothing", "residual"),
    "distillation": ("distillation", "nothing"),
    "squeeze": ("distillation", "squeeze"),
    "both": ("distillation", "residual"),
    "ideal": ("ideal", "nothing"),
    "ideal+squeeze": ("ideal", "squeeze"),
    "ideal+residual": ("ideal", "residual"),
    "estimated": ("estimated", "nothing"),
    "planner": ("planned", "nothing"),
}
"""Arm -> what is done before the robot moves, and while it moves."""
POLICY = "keyframe_pose"
DEPTH_NOISE_M = 0.002
"""ours: of a D455 at 0.6 m."""


@dataclass(frozen=True, kw_only=True)
class PolicyFolders:
    """Where an arm finds what it adapts with."""

    build: Path
    trained: Path
    """With the exported policies."""


@dataclass(frozen=True, kw_only=True)
class Adapted:
    """What was done to a skill for one trial."""

    skill: Skill
    refused: str
    """Why nothing was done and the robot holds; empty otherwise."""
    seconds: float
    """From the camera's picture to the motion; models and the build were read before."""
    errors: dict[str, tuple[float, float]]
    """Keyframe -> distance (m) and turn (rad) of the hand pose from that for the true objects."""

    @property
    def told(self) -> AdaptedTrial:
        """What is kept of it in a report."""
        return AdaptedTrial(
            refused=self.refused,
            seconds=round(self.seconds, 3),
            position_error_m={k: e[0] for k, e in self.errors.items()},
            rotation_error_rad={k: e[1] for k, e in self.errors.items()},
        )


def adapted(
    skill: Skill,
    twin: Twin,
    world: World,
    trial: Trial,
    how: Adaptation,
    policies: PolicyFolders | None,
    seed: int,
    found: SceneFound | None = None,
) -> Adapted:
    """Adapt a skill to a trial's scene.

    Args:
        skill: as it was built.
        twin: of the scene, whose objects have the skill's roles and maybe other names.
        world: the scene compiled with the trial's variation, the robot in it.
        trial: what is varied.
        how: see there.
        policies: needed by every way but `nothing`.
        seed: of the camera's errors.
        found: what a picture of the scene shows, by the names of `twin`; None where it is told.

    Raises:
        ValueError: the build and its policies are not given, or what is to be estimated is not seen.
        FormatError, PolicyRefused: build or policies are not what they should be.
    """
    if how == "nothing":
        return Adapted(skill=skill, refused="", seconds=0.0, errors={})
    if policies is None:
        raise ValueError(f"{how!r} needs a build folder")
    lost = "" if found is None else " and ".join(o.refused for o in found.objects.values() if o.refused)
    if lost:
        return Adapted(skill=skill, refused=f"the scene is not seen: {lost}", seconds=0.0, errors={})
    if how == "planned":
        return _planned(skill, twin, _placed(twin, trial, found), policies.build, seed)
    adjuster = Adjuster.load(policies.build, POLICY, policies.trained if how == "distillation" else None)
    things = {
        keyframe: twin.manipulated if keyframe == "contact" else twin.target or twin.manipulated
        for keyframe in adjuster.labels
    }
    stand = _placed(twin, trial, None)
    poses = {k: stand[o.name] for k, o in things.items()}
    ideal = adjuster.ideal(poses, {k: trial.world.size_scale.get(o.name, 1.0) for k, o in things.items()})
    rng = np.random.default_rng([seed, 11])
    camera = _camera(skill, rng)
    data = reset_data(world, skill.reference.qpos[0])
    began = perf_counter()
    hands = ideal
    try:
        if how == "distillation" and found is not None:
            hands = adjuster.asked_by({k: found.objects[o.name].points for k, o in things.items()})
        elif how == "distillation":
            hands = adjuster.asked_by({
                k: seen_by(camera, world.model, data, world.object_body[o.name], rng) for k, o in things.items()
            })  # fmt: skip
        elif how == "estimated":
            if found is None:
                raise ValueError("poses are estimated from what is seen; the scene has to be seen, not told")
            seen = {k: found.objects[o.name] for k, o in things.items()}
            hands = adjuster.ideal({k: o.T for k, o in seen.items()}, {k: o.scale for k, o in seen.items()})
        hands = {k: _off_by(trial.pose_error_m, T) for k, T in hands.items()}
        motion = adjuster.motion(hands)
    except (Infeasible, PolicyRefused) as reason:
        return Adapted(skill=skill, refused=str(reason), seconds=perf_counter() - began, errors={})
    return Adapted(
        skill=waiting_for(skill, motion.reference),
        refused="",
        seconds=perf_counter() - began,
        errors={k: pose_error(hands[k], ideal[k]) for k in hands},
    )


def _off_by(error_m: tuple[float, float, float], T: FloatArray) -> FloatArray:
    """Return a pose (4, 4) moved in the table frame."""
    moved = np.array(T)
    moved[:3, 3] += error_m
    return moved


def _placed(twin: Twin, trial: Trial, found: SceneFound | None) -> Mapping[str, FloatArray]:
    """Return where each object of a scene is taken to stand (4, 4): where it is seen, or where it is."""
    true = {o.name: np.asarray(trial.world.T_table_object.get(o.name, o.T_table_object)) for o in twin.objects}
    return true | ({} if found is None else {name: one.T for name, one in found.objects.items()})


def _planned(skill: Skill, twin: Twin, stands: Mapping[str, FloatArray], build: Path, seed: int) -> Adapted:
    """Plan for where things stand (4, 4); what is slid ends where it was demonstrated."""
    planner = load_planner(build)
    T_manip = stands[twin.manipulated.name]
    T_target = None if twin.target is None else stands[twin.target.name]
    end = skill.object_motion.T_table_object[-1][:2, 3] if task_type(twin.task_type).slides else None
    began = perf_counter()
    try:
        planned = planner.plan(Arrangement(T_table_manip=T_manip, T_table_target=T_target, end_xy=end), seed=seed)
    except NoPlan as reason:
        return Adapted(skill=skill, refused=str(reason), seconds=perf_counter() - began, errors={})
    seconds = perf_counter() - began
    there = with_plan(skill, planner.record(planned, seed), planned.reference)
    return Adapted(skill=there, refused="", seconds=seconds, errors={})


def _camera(skill: Skill, rng: np.random.Generator) -> DepthCamera:
    contract = skill.contract
    return DepthCamera(
        T_camera_table=contract.T_camera_table,
        camera_matrix=contract.camera_matrix,
        image_size=contract.image_size,
        noise_m=DEPTH_NOISE_M,
        off_by=camera_error(rng),
    )
