"""The files of a skill speak of one skill, robot, scene and motion: the same names, order, rates and lengths."""

from collections.abc import Iterator

import numpy as np

from skillc.runtime.bundle.disagreement import Disagreement
from skillc.runtime.bundle.records import SkillRecords
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import PLAYED, Environment
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.objective import Objective
from skillc.runtime.formats.records import shown
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.tasks.catalog import TaskTypeError, task_type
from skillc.runtime.terms.success import SUCCESS

SAME_PLACE = 1e-6
"""m and 1: poses are written with nine digits."""
SAME_TIME = 1e-9
"""s."""


def disagreements(records: SkillRecords) -> Iterator[Disagreement]:
    """Yield where the files of a skill contradict one another."""
    yield from _names(records)
    yield from _joints(records)
    yield from _scene(records)
    yield from _rates(records)
    yield from _motion(records)
    yield from _phases(records)
    yield from _demonstration(records)
    yield from _policy_vectors(records.contract)


def _names(records: SkillRecords) -> Iterator[Disagreement]:
    skill = records.objective.skill
    for kind, name in (
        (Contract, records.contract.skill), (Machine, records.machine.skill), (Environment, records.environment.skill)
    ):  # fmt: skip
        if name != skill:
            yield Disagreement(kind.FILE, "skill", f"is {shown(name)}; objective.json is of {shown(skill)}")
    if records.contract.robot != records.profile.name:
        yield Disagreement(Contract.FILE, "robot", f"is {shown(records.contract.robot)}, not the robot of the profile")
    if records.twin.task_type != records.objective.task_type:
        yield Disagreement(Twin.FILE, "task_type", f"is not {shown(records.objective.task_type)}, the objective's")
    try:
        if task_type(records.objective.task_type).missing:
            yield Disagreement(Objective.FILE, "task_type", "is one that nothing here can judge")
    except TaskTypeError as reason:
        yield Disagreement(Objective.FILE, "task_type", str(reason))
    for name in records.objective.success:
        if name not in SUCCESS or not SUCCESS[name].implemented:
            yield Disagreement(Objective.FILE, f"success.{shown(name)}", "is no condition that is measured")
    environment = records.environment
    places = {"twin": Twin.FILE, "robot": RobotProfile.FILE, "contract": Contract.FILE}
    for field, file in places.items():
        if getattr(environment, field) != file:
            yield Disagreement(Environment.FILE, field, f"is {shown(getattr(environment, field))}, not {file}")
    if environment.reference not in (Reference.FILE, PLAYED):
        yield Disagreement(Environment.FILE, "reference", f"is {shown(environment.reference)}, not {Reference.FILE}")


def _joints(records: SkillRecords) -> Iterator[Disagreement]:
    order, contract = records.profile.joint_names, records.contract
    for kind, names in (
        (Contract, contract.joint_names), (Reference, records.reference.joint_names),
        (JointMotion, records.retargeted.joint_names),
    ):  # fmt: skip
        if names != order:
            at = next((i for i, (a, b) in enumerate(zip(names, order)) if a != b), min(len(names), len(order)))
            field = "joint_names" if kind is not Contract else "joints"
            yield Disagreement(kind.FILE, f"{field}[{at}]", "is not in the order of the robot's profile")
    group_of = {joint: group.name for group in records.profile.groups for joint in group.joints}
    for joint in contract.joints:
        if group_of.get(joint.name) != joint.group:
            yield Disagreement(Contract.FILE, f"joints.{shown(joint.name)}.group", "is not the profile's")
    if contract.base != records.profile.base:
        yield Disagreement(Contract.FILE, "base", f"is {contract.base}; the robot's is {records.profile.base}")
    hands = tuple(hand.group for hand in records.profile.hands)
    if contract.hand_groups != hands:
        yield Disagreement(Contract.FILE, "hand_groups", f"are {shown(contract.hand_groups)}; the robot's are {hands}")
    for kind, T in ((Reference, records.reference.T_table_robot), (JointMotion, records.retargeted.T_table_robot)):
        if not np.allclose(T, contract.T_table_robot, atol=SAME_PLACE, rtol=0):
            yield Disagreement(kind.FILE, "T_table_robot", "is another place of the base than the contract's")


def _scene(records: SkillRecords) -> Iterator[Disagreement]:
    twin, contract = records.twin, records.contract
    names = tuple(o.name for o in twin.objects)
    if len(set(names)) != len(names):
        yield Disagreement(Twin.FILE, "objects", "has two of one name")
    if contract.objects != names:
        yield Disagreement(Contract.FILE, "objects", f"are {shown(contract.objects)}; the twin has {shown(names)}")
    for role, stated in (("manipulated", contract.manipulated), ("target", contract.target)):
        found = [o.name for o in twin.objects if o.role == role]
        if found != ([] if stated is None else [stated]):
            yield Disagreement(Contract.FILE, role, f"is {shown(stated)}; the twin has {shown(found)}")
    for field, poses in (("T_table_robot", contract.T_table_robot), ("T_camera_table", contract.T_camera_table)):
        yield from _rigid(Contract.FILE, field, poses)
    for thing in twin.objects:
        yield from _rigid(Twin.FILE, f"objects.{thing.name}.T_table_object", thing.T_table_object)
    yield from _rigid(Reference.FILE, "T_table_manip", records.reference.T_table_manip)
    yield from _rigid(ObjectMotion.FILE, "T_table_object", records.object_motion.T_table_object)


def _rigid(file: str, field: str, T: FloatArray) -> Iterator[Disagreement]:
    R = T[..., :3, :3]
    turned = np.abs(R @ np.swapaxes(R, -1, -2) - np.eye(3)).max(initial=0.0) < 1e-4 and (np.linalg.det(R) > 0).all()
    if not (turned and np.allclose(T[..., 3, :], [0, 0, 0, 1], atol=SAME_PLACE)):
        yield Disagreement(file, field, "is no rotation and translation")


def _rates(records: SkillRecords) -> Iterator[Disagreement]:
    contract, physics = records.contract, records.environment.physics
    if abs(physics.timestep_s - contract.timestep_s) > SAME_TIME:
        yield Disagreement(Environment.FILE, "physics.timestep_s", "is not the contract's")
    for field, rate in (("policy_rate_hz", contract.policy_rate_hz), ("timestep_s", contract.timestep_s)):
        if not rate > 0:
            yield Disagreement(Contract.FILE, field, f"is {rate:g}; expected more than 0")
            return
    steps = 1 / (contract.timestep_s * contract.control_rate_hz)
    for field, ratio in (("timestep_s", steps), ("policy_rate_hz", contract.control_rate_hz / contract.policy_rate_hz)):
        if not (ratio > 0.5 and abs(ratio - round(ratio)) < 1e-3):
            yield Disagreement(Contract.FILE, field, f"does not divide the control rate's: {ratio:g} to one")


def _motion(records: SkillRecords) -> Iterator[Disagreement]:
    reference, contract = records.reference, records.contract
    if len(reference.time_s) < 2:
        yield Disagreement(Reference.FILE, "time_s", f"has {len(reference.time_s)} samples; expected a motion")
        return
    step = 1 / contract.control_rate_hz
    if not np.abs(np.diff(reference.time_s) - step).max() < step * 1e-3:
        yield Disagreement(Reference.FILE, "time_s", f"does not advance by {step:g} s, the contract's control period")
    limits = np.array([[joint.lower, joint.upper] for joint in contract.joints])
    if limits.shape == (reference.qpos.shape[1], 2):
        out = np.argwhere((reference.qpos < limits[:, 0] - SAME_PLACE) | (reference.qpos > limits[:, 1] + SAME_PLACE))
        if len(out):
            tick, j = out[0]
            name, value = contract.joints[j].name, reference.qpos[tick, j]
            span = f"{limits[j, 0]:g} .. {limits[j, 1]:g}"
            yield Disagreement(Reference.FILE, f"qpos[{tick}]", f"takes {name} to {value:g} rad; its limits are {span}")


def _phases(records: SkillRecords) -> Iterator[Disagreement]:
    phase = records.reference.phase
    if len(phase) and not (phase.min() >= 0 and phase.max() < len(PHASES) and (np.diff(phase) >= 0).all()):
        yield Disagreement(Reference.FILE, "phase", f"is no rising sequence of 0 .. {len(PHASES) - 1}")
        return
    present = {PHASES[k] for k in np.unique(phase)}
    commanded: set[str] = set()
    for state in records.machine.states:
        commanded |= set(state.phases) if state.controller != "reverse" else set()
        if state.kind == "motion" and not present & set(state.phases):
            lacks = f"are {shown(state.phases)}, of which the reference has none"
            yield Disagreement(Machine.FILE, f"states.{shown(state.name)}.phases", lacks)
    if forgotten := sorted(present - commanded):
        yield Disagreement(Machine.FILE, "states", f"command no {shown(forgotten[0])}, a phase of the reference")
    for field in ("T_manip_hand", "T_target_hand"):
        if len(getattr(records.reference, field)) != len(PHASES):
            yield Disagreement(Reference.FILE, field, f"has not one pose for each of the {len(PHASES)} phases")
    anchors = records.reference.anchor_index
    if len(anchors) and not (anchors.min() >= 0 and anchors.max() < len(phase)):
        yield Disagreement(Reference.FILE, "anchor_index", "names a sample that the motion has not")


def _demonstration(records: SkillRecords) -> Iterator[Disagreement]:
    keys, frames = records.keyframes, len(records.object_motion.frame)
    for name in ("contact", "lift", "interaction", "detachment", "release"):
        frame = getattr(keys, name)
        if frame is not None and not 0 <= frame < frames:
            yield Disagreement(Keyframes.FILE, name, f"is frame {shown(frame)} of {frames}")
    if keys.fps <= 0:
        yield Disagreement(Keyframes.FILE, "fps", f"is {keys.fps:g}; expected more than 0")
    if len(records.retargeted.time_s) < 2 or not (np.diff(records.retargeted.time_s) > 0).all():
        yield Disagreement(JointMotion.FILE, "time_s", "does not rise")


def _policy_vectors(contract: Contract) -> Iterator[Disagreement]:
    seen = [(term.start, term.size, term.joints) for term in contract.observation]
    done = [(term.start, len(term.joints), term.joints) for term in contract.action]
    for field, slices in (("observation", seen), ("action", done)):
        end = 0
        for i, (start, size, joints) in enumerate(slices):
            if start != end or size < 1:
                yield Disagreement(Contract.FILE, f"{field}[{i}].start", f"is {start}; those before it end at {end}")
                break
            end += size
            if unknown := sorted(set(joints) - set(contract.joint_names)):
                yield Disagreement(Contract.FILE, f"{field}[{i}].joints", f"name {shown(unknown[0])}, no joint of it")
    for i, term in enumerate(contract.observation):
        if not len(term.offset) == len(term.scale) == term.size or term.history < 1 or term.delay_ticks < 0:
            yield Disagreement(Contract.FILE, f"observation[{i}]", f"has not {term.size} offsets and scales")
