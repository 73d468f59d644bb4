"""Skills one after another on one table: what must agree, and the way from where one ends to where the next begins.

Each skill keeps its own machine, contract and safety filter. The next one's motion is led to from where the robot was
left, by one straight way in joint space that is checked against its scene; its objects stand where the one before has
left them, or it is not begun.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot, task_of
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.retargeted import waiting_for
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.evaluate.success import Outcome, score
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.ports import Log
from skillc.runtime.motion.path.check import SELF_OVERLAP_M, PathChecker
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.motion.path.time_scaling import rest_to_rest_duration
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world import compile_world
from skillc.runtime.tasks.catalog import task_type

CALM = 0.8
"""ours: share of the limits that the way between two skills uses."""
CLEAR_M = 0.01
"""ours: wanted on that way; a twin is a few millimetres off."""
STANDS_M = 0.02
"""ours: an object may be so much larger, or stand so far from where a skill expects it that varies no position."""
SAME_PLACE = 1e-3
"""ours: m or a turn's sine, by which the robot's base may differ between two builds."""


class ChainRefused(FormatError):
    """Skills that cannot follow one another (SK741 to SK744); the message names both and why."""


@dataclass(frozen=True, kw_only=True)
class ChainedRun:
    """One skill of a chain, as it was run."""

    skill: Skill
    run: Run
    outcome: Outcome


def chained(skills: Sequence[Skill]) -> tuple[Skill, ...]:
    """Return the skills, each but the first with a motion that begins where the one before it ends.

    Raises:
        ChainRefused: SK741 they are of different robots, rates or places; SK742 other things stand on the table, or
            elsewhere than the next skill expects; SK743 the hand is not free; SK744 the way between them is not.
    """
    made = [skills[0]]
    poses = _poses(skills[0])
    for after in skills[1:]:
        before = made[-1]
        _require_same_robot(before, after)
        _require_free_hand(before, after)
        poses = {**poses, before.contract.manipulated: np.asarray(before.reference.T_table_manip[-1])}
        _require_objects(before, after, poses)
        made.append(_joined(before, after))
    return tuple(made)


def run_chain(
    skills: Sequence[Skill], log_of: Callable[[int, Skill], Log | None] = lambda k, skill: None
) -> Iterator[ChainedRun]:
    """Run what `chained` returned, in simulation: yields each skill's run until one does not succeed.

    The objects of a skill stand where they were measured at the end of the one before, whatever was planned. `log_of`
    is asked for the log of a skill that begins, by its number and itself.

    Raises:
        ChainRefused: SK742 they stand where the next skill does not expect them.
    """
    left: Mapping[str, FloatArray] = {}
    for k, skill in enumerate(skills):
        if k:
            _require_objects(skills[k - 1], skill, left)
        scene = built_scene(skill)
        robot = simulated_robot(skill, scene, Trial(world=WorldVariation(T_table_object=dict(left))))
        run = execute(
            machine=skill.machine, contract=skill.contract, reference=skill.reference, robot=robot,
            log=log_of(k, skill),
        )  # fmt: skip
        outcome = score(run.log, task_of(skill, scene))
        yield ChainedRun(skill=skill, run=run, outcome=outcome)
        if not outcome.success:
            return
        left = robot.measure().T_table_objects


def _poses(skill: Skill) -> dict[str, FloatArray]:
    return {thing.name: np.asarray(thing.T_table_object) for thing in skill.twin.objects}


def _refuse(code: str, before: Skill, after: Skill, what: str, hint: str) -> ChainRefused:
    return ChainRefused(f"{code}: {after.name} cannot follow {before.name}: {what}", hint)


def _require_same_robot(before: Skill, after: Skill) -> None:
    a, b = before.contract, after.contract
    hint = "build both for the same robot at the same place, by the same method"
    for what, one, other in (
        ("robot", a.robot, b.robot), ("order of the joints", a.joint_names, b.joint_names),
        ("control rate", a.control_rate_hz, b.control_rate_hz), ("policy rate", a.policy_rate_hz, b.policy_rate_hz),
        ("time step", a.timestep_s, b.timestep_s), ("joints' limits", a.joints, b.joints),
        ("safety limits", a.safety, b.safety),
    ):  # fmt: skip
        if one != other:
            told = f"{one} and {other}" if isinstance(one, str | float) else "they differ"
            raise _refuse("SK741", before, after, f"not the same {what}: {told}", hint)
    apart = float(np.max(np.abs(np.asarray(a.T_table_robot) - np.asarray(b.T_table_robot))))
    if not apart <= SAME_PLACE:
        raise _refuse("SK741", before, after, f"the robot's base is {apart * 1e3:.0f} mm or mrad elsewhere", hint)


def _require_free_hand(before: Skill, after: Skill) -> None:
    if task_type(before.task_type).holds_to_the_end:
        told = f"{before.contract.manipulated} is still in the hand"
        raise _refuse("SK743", before, after, told, "end with a skill that lets go")


def _require_objects(before: Skill, after: Skill, poses: Mapping[str, FloatArray]) -> None:
    """Refuse a next skill that knows other things than stand on the table, or expects them elsewhere."""
    here, expected = {o.name: o for o in before.twin.objects}, {o.name: o for o in after.twin.objects}
    for name in sorted(here.keys() ^ expected.keys()):
        told = f"{name} stands on the table of one of them only"
        raise _refuse("SK742", before, after, told, f"name {name} in both scenes, where it is not used as an obstacle")
    for name, thing in sorted(expected.items()):
        grown = float(np.max(np.abs(np.subtract(thing.size_m, here[name].size_m))))
        if not grown <= STANDS_M:
            told = f"{name} is {grown * 1e3:.0f} mm larger or smaller in it"
            raise _refuse("SK742", before, after, told, "name different things differently")
        off = float(np.linalg.norm(poses[name][:3, 3] - np.asarray(thing.T_table_object)[:3, 3]))
        allowed = _start_range_m(after, name)
        if not off <= allowed:
            told = f"{name} is left {off * 1e3:.0f} mm from where it expects it; {allowed * 1e3:.0f} mm are allowed"
            raise _refuse("SK742", before, after, told, "demonstrate it from where the one before leaves the object")


def _start_range_m(skill: Skill, name: str) -> float:
    """Return how far an object may stand from its demonstrated place: as far as the skill's tests put it."""
    tested = [v.high for v in skill.environment.test_randomization if v.quantity == f"{name}.position.xy"]
    return max([STANDS_M, *tested])


def _joined(before: Skill, after: Skill) -> Skill:
    """Return the skill with a way from where the one before it leaves the robot in front of its motion."""
    q, reference = np.asarray(before.reference.qpos[-1]), after.reference
    limits, rate = MotionLimits.of(after.contract.joints), after.contract.control_rate_hz
    ticks = int(np.ceil(rest_to_rest_duration(reference.qpos[0] - q, limits) / CALM * rate))
    s = (np.arange(ticks) / max(ticks, 1))[:, None]
    way = q + (reference.qpos[0] - q) * smoothstep(s)
    _require_clear(before, after, way)
    return waiting_for(after, _led_to(reference, way, rate))


def _require_clear(before: Skill, after: Skill, way: FloatArray) -> None:
    world = compile_world(
        twin=after.twin, twin_folder=after.files / "twin", profile=after.profile, robot_folder=after.files / "robot",
        T_table_robot=after.contract.T_table_robot, physics=after.environment.physics,
    )  # fmt: skip
    thing, margin = after.twin.manipulated, 2 * CLEAR_M
    seen = PathChecker(world, thing.name, margin_m=margin).check(way, np.asarray(thing.T_table_object))
    near = min(float(np.min(d, initial=margin)) for d in (seen.robot_scene, seen.robot_manipulated))
    if not (near >= CLEAR_M and float(np.min(seen.self_overlap, initial=0.0)) >= -SELF_OVERLAP_M):
        told = f"the way to its start comes within {near * 1e3:.0f} mm of something; {CLEAR_M * 1e3:.0f} mm are wanted"
        raise _refuse("SK744", before, after, told, "let the skill before retreat farther, or clear the table")


def _led_to(reference: Reference, way: FloatArray, rate_hz: float) -> Reference:
    n, qpos = len(way), np.vstack([way, reference.qpos])
    return replace(
        reference,
        time_s=np.arange(len(qpos)) / rate_hz,
        qpos=qpos,
        phase=np.concatenate([np.full(n, PHASES.index("approach")), reference.phase]),
        anchor_index=reference.anchor_index + n,
        T_table_manip=np.concatenate([np.repeat(reference.T_table_manip[:1], n, axis=0), reference.T_table_manip]),
        demonstrated_frame=np.concatenate([np.full(n, np.nan), reference.demonstrated_frame]),
    )
