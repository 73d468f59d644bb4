"""Numbers of a skill inside what any skill may have, and limits no looser than the robot's own.

A limit that nobody could have meant is refused wherever it comes from, a signed bundle included. The bounds are ours:
far beyond every build, and small enough that a run ends and a simulation of it is computed in bounded time.
"""

from collections.abc import Iterator
from typing import Any

from skillc.runtime.bundle.disagreement import Disagreement
from skillc.runtime.bundle.records import SkillRecords
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.machine import FINAL_KINDS, Machine
from skillc.runtime.formats.machine_proof import problems
from skillc.runtime.formats.objective import Objective
from skillc.runtime.formats.records import shown
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin, TwinObject

TIGHT = 1e-9
"""Relative; limits are copied or made smaller, never larger."""
SAFETY: dict[str, tuple[float, float]] = {
    "contact_force_n": (1e-3, 500.0),
    "tracking_error_rad": (1e-4, 0.5),
    "tracking_error_s": (0.0, 1.0),
    "start_error_rad": (1e-4, 0.5),
    "feedback_age_ticks": (1, 60),
    "feedback_stop_s": (1e-3, 1.0),
    "frame_age_periods": (0.1, 20.0),
    "policy_stop_s": (1e-3, 5.0),
    "clamp_share": (0.0, 0.5),
    "object_jump_m": (1e-3, 1.0),
    "overruns_per_s": (1, 60),
}
"""Threshold -> least, most. 500 N: four times what a hand may be clamped with (ISO/TS 15066, 140 N)."""
RATES: dict[str, tuple[float, float]] = {
    "control_rate_hz": (1, 1000), "policy_rate_hz": (0.1, 1000), "timestep_s": (1e-4, 0.02)
}  # fmt: skip
PHYSICS: dict[str, tuple[float, float]] = {
    "timestep_s": (1e-4, 0.02), "control_rate_hz": (1, 1000), "impratio": (1e-3, 1000), "iterations": (1, 1000),
    "tip_friction": (0, 10), "tip_condim": (1, 6),
}  # fmt: skip
OBJECT: dict[str, tuple[float, float]] = {
    "size_m": (1e-4, 5), "size_sigma_m": (0, 5), "position_sigma_m": (0, 5), "yaw_sigma_rad": (0, 10),
    "mass": (1e-5, 100), "mass_sigma": (0, 100), "inertia": (1e-12, 100), "center_of_mass_m": (-5, 5),
    "friction": (0, 10), "restitution": (0, 1), "rgba": (0, 1),
}  # fmt: skip
TABLE: dict[str, tuple[float, float]] = {
    "table_friction": (0, 10), "table_half_size_m": (0.01, 10), "table_center_m": (-10, 10)
}  # fmt: skip
LONGEST_STATE_S, MOST_ENTRIES, LONGEST_RUN_S = 600.0, 100, 3600.0
"""A state may wait ten minutes, and all states with all their entries an hour."""
MOST_STATES, MOST_TRANSITIONS = 64, 64
MOST_SAMPLES = 600_000
"""Ten minutes at 1 kHz."""
MOST_OBJECTS, MOST_RINGS, MOST_PARTS = 64, 200, 256
FILLING: dict[str, tuple[float, float]] = {
    "number": (1, 1000), "radius": (1e-4, 0.1), "density": (1, 30_000), "friction": (0, 10)
}  # fmt: skip
"""A thousand spheres are simulated in hours already."""
SQUEEZE: dict[str, tuple[float, float]] = {"squeeze_n": (1e-3, 500)}
PROTOCOL = {"rollouts": (1, 10_000), "test_scenes": (1, 10_000), "unsafe_force": (0, 500)}


def out_of_bounds(records: SkillRecords) -> Iterator[Disagreement]:
    """Yield every number that no skill may have."""
    contract = records.contract
    yield from _within(Contract.FILE, "safety.", contract.safety, SAFETY)
    yield from _within(Contract.FILE, "", contract, RATES)
    yield from _joints(records)
    yield from _within(Environment.FILE, "physics.", records.environment.physics, PHYSICS)
    if not 0 <= records.environment.settle_s <= 60:
        yield Disagreement(Environment.FILE, "settle_s", f"is {records.environment.settle_s:g}; expected 0 .. 60")
    yield from _camera(contract)
    yield from _within(Twin.FILE, "", records.twin, TABLE)
    if not 1 <= len(records.twin.objects) <= MOST_OBJECTS:
        yield Disagreement(Twin.FILE, "objects", f"are {len(records.twin.objects)}; expected 1 .. {MOST_OBJECTS}")
    for thing in records.twin.objects:
        yield from _object(thing)
    yield from _within(Objective.FILE, "", records.objective, SQUEEZE)
    if records.objective.filling is not None:
        yield from _within(Objective.FILE, "filling.", records.objective.filling, FILLING)
    for name, (low, high) in PROTOCOL.items():
        value = records.objective.protocol.get(name, low)
        if not low <= value <= high:
            yield Disagreement(Objective.FILE, f"protocol.{name}", f"is {value:g}; expected {low:g} .. {high:g}")
    if len(records.reference.time_s) > MOST_SAMPLES:
        yield Disagreement(Reference.FILE, "time_s", f"has {len(records.reference.time_s)} samples of {MOST_SAMPLES}")


def waits(machine: Machine) -> Iterator[Disagreement]:
    """Yield what makes the machine unsound, or lets it run for longer than any skill does."""
    if len(machine.states) > MOST_STATES or any(len(s.transitions) > MOST_TRANSITIONS for s in machine.states):
        yield Disagreement(Machine.FILE, "states", f"are more than {MOST_STATES}, or have more transitions")
        return
    yield from (Disagreement(Machine.FILE, "states", problem) for problem in problems(machine))
    longest = 0.0
    for state in machine.states:
        if state.kind in FINAL_KINDS:
            continue
        at = f"states.{shown(state.name)}"
        found: list[tuple[str, float, float]] = [
            ("timeout_s", state.timeout_s, LONGEST_STATE_S), ("max_entries", state.max_entries, MOST_ENTRIES),
            *(("transitions.dwell_s", transition.dwell_s, LONGEST_STATE_S) for transition in state.transitions),
        ]  # fmt: skip
        for fault, response in state.on_fault.items():
            found.append((f"on_fault.{fault}.attempts", response.attempts, MOST_ENTRIES))
            found.append((f"on_fault.{fault}.stop_after_s", response.stop_after_s or 0.0, LONGEST_STATE_S))
        for name, value, most in found:
            if not 0 <= value <= most:
                yield Disagreement(Machine.FILE, f"{at}.{name}", f"is {value:g}; expected 0 .. {most:g}")
        longest += state.timeout_s * state.max_entries
    if not longest <= LONGEST_RUN_S:
        what = f"may take {longest:.3g} s with all their entries; at most {LONGEST_RUN_S:g} are run"
        yield Disagreement(Machine.FILE, "states", what)


def _within(file: str, at: str, record: Any, bounds: dict[str, tuple[float, float]]) -> Iterator[Disagreement]:
    for name, (low, high) in bounds.items():
        stated = getattr(record, name)
        for value in stated if isinstance(stated, tuple) else (stated,):
            if not low <= value <= high:
                yield Disagreement(file, f"{at}{name}", f"is {value:g}; expected {low:g} .. {high:g}")


def _joints(records: SkillRecords) -> Iterator[Disagreement]:
    own = {joint.name: joint for joint in records.profile.joints}
    for joint in records.contract.joints:
        robot, at = own.get(joint.name), f"joints.{shown(joint.name)}"
        if robot is None:
            yield Disagreement(Contract.FILE, at, "is no joint of the robot's profile")
            continue
        for name in ("speed", "acceleration", "jerk", "effort"):
            value, most = getattr(joint, name), getattr(robot, name)
            if not 0 < value <= most * (1 + TIGHT):
                what = f"is {value:g}; expected more than 0, at most {most:g}, the robot's own"
                yield Disagreement(Contract.FILE, f"{at}.{name}", what)
        if not robot.lower - TIGHT <= joint.lower < joint.upper <= robot.upper + TIGHT:
            span = f"{joint.lower:g} .. {joint.upper:g} is not inside the robot's {robot.lower:g} .. {robot.upper:g}"
            yield Disagreement(Contract.FILE, f"{at}.lower", span)
        if not joint.lower <= joint.home <= joint.upper:
            yield Disagreement(Contract.FILE, f"{at}.home", f"is {joint.home:g}, outside the joint's limits")
        for name in ("kp", "kv"):
            if getattr(joint, name) != getattr(robot, name):
                yield Disagreement(Contract.FILE, f"{at}.{name}", f"is {getattr(joint, name):g}, not the robot's own")


def _camera(contract: Contract) -> Iterator[Disagreement]:
    if not all(1 <= side <= 8192 for side in contract.image_size):
        yield Disagreement(Contract.FILE, "image_size", f"is {contract.image_size}; expected 1 .. 8192 px")
    if not (contract.camera_matrix[0, 0] > 0 and contract.camera_matrix[1, 1] > 0):
        yield Disagreement(Contract.FILE, "camera_matrix", "has a focal length that is not above 0")


def _object(thing: TwinObject) -> Iterator[Disagreement]:
    at = f"objects.{shown(thing.name)}."
    if not thing.name or len(thing.name) > 64 or not all(c.isalnum() or c in "_-" for c in thing.name):
        yield Disagreement(Twin.FILE, at + "name", "is no name: letters, digits, `_` and `-`")
    yield from _within(Twin.FILE, at, thing, OBJECT)
    xx, yy, zz = thing.inertia
    if max(xx, yy, zz) > (xx + yy + zz - max(xx, yy, zz)) * (1 + 1e-6):
        yield Disagreement(Twin.FILE, at + "inertia", "is that of no body: one moment is above the sum of the others")
    if not abs(thing.T_table_object[:3, 3]).max() <= 100:
        yield Disagreement(Twin.FILE, at + "T_table_object", "is more than 100 m away")
    shape = thing.shape
    numbers = [shape.wall_m, *(value for row in shape.profile_m for value in row)]
    if len(shape.profile_m) > MOST_RINGS or not all(0 <= value <= 5 for value in numbers):
        yield Disagreement(Twin.FILE, at + "shape", f"has more than {MOST_RINGS} rings, or lengths beyond 0 .. 5 m")
    if shape.kind == "revolve" and len(shape.profile_m) < 2:
        yield Disagreement(Twin.FILE, at + "shape.profile_m", "has fewer than two points; expected an outline")
    if len(shape.parts) > MOST_PARTS or (shape.kind in ("convex", "mesh") and not shape.parts):
        yield Disagreement(Twin.FILE, at + "shape.parts", f"are {len(shape.parts)}; expected 1 .. {MOST_PARTS}")
