"""Compile the deployment state machine from the phases of the reference and the spec's answers to faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from skillc.compiler.emit.guard import text_of
from skillc.compiler.emit.judge import judged_by
from skillc.compiler.emit.written_states import written_states
from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.faults import FAULT_CLASSES, FAULT_NAMES, FaultClass
from skillc.runtime.formats.machine import (
    RESUME,
    AllOf,
    Expression,
    Machine,
    Response,
    SignalComparison,
    State,
    Transition,
)
from skillc.runtime.formats.machine_proof import longest_s, problems
from skillc.runtime.formats.reference import Phase

MOTION_STATES: Mapping[str, tuple[Phase, ...]] = {
    "approach": ("approach", "pregrasp"),
    "contact": ("close",),
    "track": ("track",),
    "retreat": ("release", "retreat"),
}
"""State -> reference phases it commands."""
BEFORE_CONTACT = ("observe", "approach")
"""States in which looking again is possible: the hand does not touch the object yet."""


class MachineSpecError(ValueError):
    """The machine cannot be compiled; `path` is the spec path to blame."""

    def __init__(self, message: str, path: str = "deploy.on_fault", code: str = "SK710") -> None:
        """Keep what does not fit, where it was written, and the code it is told with."""
        super().__init__(message)
        self.message, self.path, self.code = message, path, code


@dataclass(frozen=True, kw_only=True)
class MachineSettings:
    """Bounds of the machine's waits, from the method."""

    observe_timeout_s: float
    timeout_factor: float
    """A motion state may take this many times its phases' duration."""
    timeout_margin_s: float
    """Added to every motion state's time."""
    hold_timeout_s: float
    resume_dwell_s: float
    """The robot must stand still without a fault this long before it goes on."""
    still_speed: float
    """rad/s below which the robot counts as still."""
    start_error: float
    """rad, tolerance of the start pose."""
    max_entries: int
    """Entries allowed per state and run."""
    longest_run_s: float
    """No run may be able to last longer."""


def compile_machine(
    *,
    skill: str,
    durations_s: Mapping[Phase, float],
    settings: MachineSettings,
    on_fault: Mapping[str, str],
    origins: Mapping[str, str],
    written: Mapping[str, JSON] | None = None,
    start: str = "",
    success: Mapping[str, JSON] | None = None,
) -> Machine:
    """Return the machine observe -> approach -> contact -> track -> retreat -> done, without states that have no phase.

    Before `done` it judges whether the object is where it was to be brought; otherwise the run ends in `missed`.

    A spec that writes its own states gets those instead.

    Args:
        skill: name of the skill.
        durations_s: seconds of every phase the reference has.
        settings: bounds of the waits.
        on_fault: fault class (or `else`) -> `hold`, `stop`, `retry N` or `goto STATE`.
        origins: key of `on_fault`, or `machine` for the method's part -> file:line:column.
        written: `deploy.states`, whose names are in `origins` too; None for the machine above.
        start: the written state a run begins in; "" for the first.
        success: `task.success`, by which the end is judged; what a spec's own states judge is theirs.

    Raises:
        MachineSpecError: an answer is unknown or weaker than its class allows, or the result is not sound.
    """
    for name in on_fault:
        if name != "else" and name not in FAULT_NAMES:
            raise MachineSpecError(f"there is no fault class {name!r}; there are {', '.join(FAULT_NAMES)}")
    moving = {s: tuple(p for p in ps if p in durations_s) for s, ps in MOTION_STATES.items()}
    moving = {s: ps for s, ps in moving.items() if ps}
    _require_phases(written or {}, durations_s)
    order = ["observe", *moving, "done"] if not written else []
    initial = start or next(iter(written or ()), "observe")
    states = written_states(
        written or {},
        phases=moving,
        most_entries=settings.max_entries,
        answers=lambda does: {f.name: _answer(f, does, on_fault, origins) for f in FAULT_CLASSES},
        origins=origins,
    )
    for name, following in pairwise(order):
        guard: Expression = SignalComparison(signal="phase_remaining", op="<=", value=0.0)
        timeout = settings.observe_timeout_s
        if name == "observe":
            seen = SignalComparison(signal="scene_ready", op="==", value=1.0)
            at_start = SignalComparison(signal="start_error", op="<=", value=settings.start_error)
            guard = AllOf(all=(seen, at_start))
        else:
            timeout = settings.timeout_factor * sum(durations_s[p] for p in moving[name]) + settings.timeout_margin_s
        states.append(
            State(
                name=name,
                kind="observe" if name == "observe" else "motion",
                phases=moving.get(name, ()),
                transitions=_onwards(guard, following, judged_by(success or {}), origins["machine"]),
                timeout_s=timeout,
                on_timeout="failed",
                max_entries=settings.max_entries,
                on_fault={f.name: _answer(f, name, on_fault, origins) for f in FAULT_CLASSES},
            )
        )
    states.append(_hold(settings, on_fault, origins))
    missed = [_final("missed")] if any(t.target == "missed" for s in states for t in s.transitions) else []
    states += [_final("stop"), _final("failed"), *missed, _final("done")]
    machine = Machine(skill=skill, initial=initial, states=tuple(states))
    _require_sound(machine, settings, "deploy.states" if written else "deploy.on_fault")
    return machine


def _require_sound(machine: Machine, settings: MachineSettings, path: str) -> None:
    found = problems(machine)
    if found:
        raise MachineSpecError("; ".join(found), path)
    longest = longest_s(machine)
    if not longest <= settings.longest_run_s:
        told = f"a run may last {longest:.0f} s, {settings.longest_run_s:.0f} s are allowed (longest_run)"
        where = path if path == "deploy.states" else "method.stages.machine"
        raise MachineSpecError(told, where, code="SK740")


JUDGED_S = 1.0
"""ours: as long as an object that was let go may take to come to rest; then it is where it is."""


def _onwards(over: Expression, following: str, judge: Expression | None, origin: str) -> tuple[Transition, ...]:
    """Return the ways out of a state whose phases are over: before `done` the end is judged."""
    if following != "done" or judge is None:
        return (_edge(over, following, 0.0, origin),)
    parts = judge.all if isinstance(judge, AllOf) else (judge,)
    return (
        _edge(AllOf(all=(over, *parts)), following, 0.0, origin),
        _edge(over, "missed", JUDGED_S, origin),
    )


def _require_phases(written: Mapping[str, JSON], durations_s: Mapping[Phase, float]) -> None:
    for name, state in written.items():
        phases = MOTION_STATES.get(str(state.get("do")), ())
        if phases and not durations_s.keys() & set(phases):
            raise MachineSpecError(
                f"the state {name!r} waits for the phase {' or '.join(phases)}; "
                f"the motion has {', '.join(durations_s)}",
                f"deploy.states.{name}",
            )


def _hold(settings: MachineSettings, on_fault: Mapping[str, str], origins: Mapping[str, str]) -> State:
    quiet = SignalComparison(signal="fault_active", op="==", value=0.0)
    still = SignalComparison(signal="joint_speed", op="<=", value=settings.still_speed)
    return State(
        name="hold",
        kind="hold",
        phases=(),
        transitions=(_edge(AllOf(all=(quiet, still)), RESUME, settings.resume_dwell_s, origins["machine"]),),
        timeout_s=settings.hold_timeout_s,
        on_timeout="stop",
        max_entries=settings.max_entries,
        on_fault={f.name: _answer(f, "hold", on_fault, origins) for f in FAULT_CLASSES},
    )


def _final(name: str) -> State:
    kinds = {"stop": "stop", "failed": "failed", "missed": "failed", "done": "done"}
    return State(
        name=name,
        kind=kinds[name],  # type: ignore[arg-type]
        phases=(),
        transitions=(),
        timeout_s=0.0,
        on_timeout="",
        max_entries=1,
        on_fault={},
    )


def _edge(guard: Expression, target: str, dwell_s: float, origin: str) -> Transition:
    return Transition(guard=guard, text=text_of(guard), target=target, dwell_s=dwell_s, origin=origin)


def responses(on_fault: Mapping[str, str], written: Mapping[str, JSON] | None = None) -> dict[str, dict[str, Response]]:
    """Return fault -> state -> the response that a machine compiled from these answers has; without places.

    Args:
        on_fault: fault class (or `else`) -> answer, as of `compile_machine`.
        written: `deploy.states`; None or empty for the states that task types bring.

    Raises:
        MachineSpecError: an answer is unknown or weaker than its class allows.
    """
    does = {name: str(state.get("do")) for name, state in (written or {}).items() if "end" not in state}
    does = does or {name: name for name in ("observe", *MOTION_STATES)}
    on_fault = {name: text for name, text in on_fault.items() if isinstance(text, str)}  # a draft may leave one open
    places = dict.fromkeys((*on_fault, "else", "machine"), "")
    return {
        fault.name: {state: _answer(fault, do, on_fault, places) for state, do in {**does, "hold": "hold"}.items()}
        for fault in FAULT_CLASSES
    }


def _answer(fault: FaultClass, state: str, on_fault: Mapping[str, str], origins: Mapping[str, str]) -> Response:
    """Return the response of `state` to `fault`: the spec's where it is strong enough, else the class's floor."""
    explicit = fault.name in on_fault
    text = on_fault.get(fault.name, on_fault.get("else", fault.floor))
    origin = origins.get(fault.name if explicit else "else", origins["machine"])
    words = text.split()
    kind = words[0] if words else ""
    if kind not in ("hold", "stop", "retry", "goto") or len(words) != (1 if kind in ("hold", "stop") else 2):
        raise MachineSpecError(f"{text!r} is no answer to a fault; write hold, stop, `retry N` or `goto STATE`")
    if fault.floor == "stop" and kind != "stop":
        if explicit:
            raise MachineSpecError(f"{fault.name} must stop the run ({fault.meaning}); {text!r} is weaker")
        return Response(kind="stop", origin=origin)
    if kind == "stop":
        return Response(kind="stop", origin=origin)
    hold = Response(
        kind="hold",
        stop_after_s=fault.hold_stops_after_s,
        stop_after_count=fault.hold_stops_after_count,
        origin=origin,
    )
    if kind == "hold":
        return hold
    if not fault.recoverable:
        if explicit:
            raise MachineSpecError(f"{fault.name} cannot be recovered from by {text!r}; write hold or stop")
        return hold
    if kind == "goto":
        return hold if state in ("hold", words[1]) else Response(kind="goto", target=words[1], origin=origin)
    if not words[1].isdigit() or not 1 <= int(words[1]) <= 10:
        raise MachineSpecError(f"{text!r}: the number of retries is a whole number from 1 to 10")
    if state not in BEFORE_CONTACT:
        return hold
    return Response(kind="retry", attempts=int(words[1]), target="observe", origin=origin)
