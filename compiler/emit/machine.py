"""Compile the deployment state machine from the phases of the reference and the spec's answers to faults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from skillc.compiler.emit.answers import (
    BACK_OFF,
    MOTION_STATES,
    STANDING,
    MachineSpecError,
    answers_of,
    require_known,
)
from skillc.compiler.emit.guard import text_of
from skillc.compiler.emit.judge import judged_by
from skillc.compiler.emit.written_states import kind_of, written_states
from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.machine import (
    RESUME,
    AllOf,
    Controller,
    Expression,
    Machine,
    Negated,
    SignalComparison,
    State,
    Transition,
    successors,
)
from skillc.runtime.formats.machine_proof import longest_s, problems
from skillc.runtime.formats.reference import Phase

JUDGED_S = 1.0
"""ours: as long as an object that was let go may take to come to rest; then it is where it is."""
LET_GO_N, GRASPED_S = 0.1, 0.5
"""Table 4: a hand that presses less has let go; ours: closed for as long with nothing in it, it has grasped nothing."""


@dataclass(frozen=True, kw_only=True)
class MachineSettings:
    """Bounds of the machine's waits, from the method."""

    observe_timeout_s: float
    adjust_timeout_s: float
    """Laying the motion for a scene may take this long."""
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


@dataclass(frozen=True, kw_only=True)
class MachineTask:
    """What of the task and its policies decides which states there are."""

    success: Mapping[str, JSON]
    """`task.success`, by which the end is judged; what a spec's own states judge is theirs."""
    lifts: bool
    """Closing the hand must have grasped something before the robot goes on."""
    adjusts: bool
    """A policy says where the hand is to be, and the motion is laid for it before the robot moves."""
    corrects: bool
    """A policy corrects the reference while it is played."""


@dataclass(frozen=True, kw_only=True)
class _Making:
    """What the states are made of."""

    phases: Mapping[str, tuple[Phase, ...]]
    durations_s: Mapping[Phase, float]
    settings: MachineSettings
    task: MachineTask
    on_fault: Mapping[str, str]
    origins: Mapping[str, str]

    @property
    def moved_by(self) -> Controller:
        return "residual" if self.task.corrects else "reference"


def compile_machine(
    *,
    skill: str,
    durations_s: Mapping[Phase, float],
    settings: MachineSettings,
    task: MachineTask,
    on_fault: Mapping[str, str],
    origins: Mapping[str, str],
    written: Mapping[str, JSON] | None = None,
    start: str = "",
) -> Machine:
    """Return the machine observe -> (distill -> adjust ->) approach -> contact -> track -> retreat -> done.

    It has no states for phases that the motion lacks: what is poured or lifted is held at the end. Whoever looks again
    from half way first goes back the way it came (`back_off`). Before `done` it judges whether the object is where it
    was to be brought; otherwise the run ends in `missed`. A spec that writes its own states gets those instead.

    Args:
        skill: name of the skill.
        durations_s: seconds of every phase the reference has.
        settings: bounds of the waits.
        task: what it is for.
        on_fault: fault class (or `else`) -> `hold`, `stop`, `retry N` or `goto STATE`.
        origins: key of `on_fault`, or `machine` for the method's part -> file:line:column.
        written: `deploy.states`, whose names are in `origins` too; None for the machine above.
        start: the written state a run begins in; "" for the first.

    Raises:
        MachineSpecError: an answer is unknown or weaker than its class allows, or the result is not sound.
    """
    require_known(on_fault)
    moving = {s: tuple(p for p in ps if p in durations_s) for s, ps in MOTION_STATES.items()}
    making = _Making(
        phases={s: ps for s, ps in moving.items() if ps},
        durations_s=durations_s, settings=settings, task=task, on_fault=on_fault, origins=origins,
    )  # fmt: skip
    _require_phases(written or {}, durations_s)
    observe = next((name for name, state in (written or {}).items() if state.get("do") == "observe"), "observe")
    if written:
        states = written_states(
            written,
            phases=making.phases,
            moved_by=making.moved_by,
            most_entries=settings.max_entries,
            answers=lambda does: answers_of(does, on_fault, origins, observe=observe),
            origins=origins,
        )
    else:
        states = list(_brought(making))
    states.append(_hold(making))
    if any(BACK_OFF in successors(state) for state in states):
        states.append(_back_off(making, observe))
    missed = [_final("missed")] if any(t.target == "missed" for s in states for t in s.transitions) else []
    states += [_final("stop"), _final("failed"), *missed, _final("done")]
    machine = Machine(skill=skill, initial=start or states[0].name, states=tuple(states))
    _require_sound(machine, settings, "deploy.states" if written else "deploy.on_fault")
    return machine


def _brought(making: _Making) -> Iterator[State]:
    """Yield the states that a spec without its own gets, up to the end."""
    looking = STANDING if making.task.adjusts else ("observe",)
    for name, following in pairwise((*looking, *making.phases, "done")):
        kind = kind_of(name)
        yield State(
            name=name,
            kind=kind,
            controller=making.moved_by if kind == "motion" else "still",
            phases=making.phases.get(name, ()),
            transitions=_onwards(making, name, following),
            timeout_s=_patience_s(making, name),
            on_timeout="failed",
            max_entries=making.settings.max_entries,
            on_fault=answers_of(name, making.on_fault, making.origins),
        )


def _patience_s(making: _Making, name: str) -> float:
    settings = making.settings
    if name in STANDING:
        return settings.adjust_timeout_s if name == "adjust" else settings.observe_timeout_s
    return settings.timeout_factor * sum(making.durations_s[p] for p in making.phases[name]) + settings.timeout_margin_s


def _onwards(making: _Making, name: str, following: str) -> tuple[Transition, ...]:
    """Return the ways out of a state; before `done` the end is judged, and closing must have grasped something."""
    origin, judge = making.origins["machine"], judged_by(making.task.success)
    over = SignalComparison(signal="phase_remaining", op="<=", value=0.0)
    at_start = SignalComparison(signal="start_error", op="<=", value=making.settings.start_error)
    if name in STANDING:
        signal = {"observe": "scene_ready", "distill": "distilled", "adjust": "adjusted"}[name]
        ready = SignalComparison(signal=signal, op="==", value=1.0)
        return (_edge(AllOf(all=(ready, at_start)), following, 0.0, origin),)
    if name == "contact" and making.task.lifts:
        # Not known is not empty: a robot that measures no force goes on, and is judged at the end.
        empty = SignalComparison(signal="hand_force", op="<", value=LET_GO_N)
        return (
            _edge(AllOf(all=(over, Negated(not_=empty))), following, 0.0, origin),
            _edge(AllOf(all=(over, empty)), BACK_OFF, GRASPED_S, origin),
        )
    if following != "done" or judge is None:
        return (_edge(over, following, 0.0, origin),)
    parts = judge.all if isinstance(judge, AllOf) else (judge,)
    return (
        _edge(AllOf(all=(over, *parts)), following, 0.0, origin),
        _edge(over, "missed", JUDGED_S, origin),
    )


def _back_off(making: _Making, observe: str) -> State:
    phases = tuple(p for name in ("approach", "contact") for p in making.phases.get(name, ()))
    over: Expression = SignalComparison(signal="phase_remaining", op="<=", value=0.0)
    takes = sum(making.durations_s[p] for p in phases)
    return State(
        name=BACK_OFF,
        kind="motion",
        controller="reverse",
        phases=phases,
        transitions=(_edge(over, observe, 0.0, making.origins["machine"]),),
        timeout_s=making.settings.timeout_factor * takes + making.settings.timeout_margin_s,
        on_timeout="failed",
        max_entries=making.settings.max_entries,
        on_fault=answers_of(BACK_OFF, making.on_fault, making.origins),
    )


def _require_sound(machine: Machine, settings: MachineSettings, path: str) -> None:
    found = problems(machine)
    if found:
        raise MachineSpecError("; ".join(found), path)
    longest = longest_s(machine)
    if not longest <= settings.longest_run_s:
        told = f"a run may last {longest:.0f} s, {settings.longest_run_s:.0f} s are allowed (longest_run)"
        where = path if path == "deploy.states" else "method.stages.machine"
        raise MachineSpecError(told, where, code="SK740")


def _require_phases(written: Mapping[str, JSON], durations_s: Mapping[Phase, float]) -> None:
    for name, state in written.items():
        phases = MOTION_STATES.get(str(state.get("do")), ())
        if phases and not durations_s.keys() & set(phases):
            raise MachineSpecError(
                f"the state {name!r} waits for the phase {' or '.join(phases)}; "
                f"the motion has {', '.join(durations_s)}",
                f"deploy.states.{name}",
            )


def _hold(making: _Making) -> State:
    settings = making.settings
    quiet = SignalComparison(signal="fault_active", op="==", value=0.0)
    still = SignalComparison(signal="joint_speed", op="<=", value=settings.still_speed)
    return State(
        name="hold",
        kind="hold",
        controller="rest",
        phases=(),
        transitions=(_edge(AllOf(all=(quiet, still)), RESUME, settings.resume_dwell_s, making.origins["machine"]),),
        timeout_s=settings.hold_timeout_s,
        on_timeout="stop",
        max_entries=settings.max_entries,
        on_fault=answers_of("hold", making.on_fault, making.origins),
    )


def _final(name: str) -> State:
    kinds = {"stop": "stop", "failed": "failed", "missed": "failed", "done": "done"}
    return State(
        name=name,
        kind=kinds[name],  # type: ignore[arg-type]
        controller="still" if name == "done" else "rest",
        phases=(),
        transitions=(),
        timeout_s=0.0,
        on_timeout="",
        max_entries=1,
        on_fault={},
    )


def _edge(guard: Expression, target: str, dwell_s: float, origin: str) -> Transition:
    return Transition(guard=guard, text=text_of(guard), target=target, dwell_s=dwell_s, origin=origin)
