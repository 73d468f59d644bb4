"""A spec's answers to faults as responses of the machine's states."""

from collections.abc import Mapping

from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.faults import FAULT_CLASSES, FAULT_NAMES, FaultClass
from skillc.runtime.formats.machine import Response
from skillc.runtime.formats.reference import Phase

MOTION_STATES: Mapping[str, tuple[Phase, ...]] = {
    "approach": ("approach", "pregrasp"),
    "contact": ("close",),
    "track": ("track",),
    "retreat": ("release", "retreat"),
}
"""State -> reference phases it commands."""
STANDING = ("observe", "distill", "adjust")
"""States before the robot moves: to look again is to begin again."""
BACK_OFF = "back_off"
"""The state in which the robot goes back the way it came, before it looks again."""
MOST_RETRIES = 10


class MachineSpecError(ValueError):
    """The machine cannot be compiled; `path` is the spec path to blame."""

    def __init__(self, message: str, path: str = "deploy.on_fault", code: str = "SK710") -> None:
        """Keep what does not fit, where it was written, and the code it is told with."""
        super().__init__(message)
        self.message, self.path, self.code = message, path, code


def answers_of(
    does: str, on_fault: Mapping[str, str], origins: Mapping[str, str], *, observe: str = "observe"
) -> dict[str, Response]:
    """Return the response to every class of fault of a state.

    Args:
        does: what the state does: observe, distill, adjust, a key of `MOTION_STATES`, hold, or back_off.
        on_fault: fault class (or `else`) -> `hold`, `stop`, `retry N` or `goto STATE`.
        origins: key of `on_fault`, or `machine` -> file:line:column.
        observe: the state in which the robot looks again.

    Raises:
        MachineSpecError: an answer is unknown or weaker than its class allows.
    """
    return {fault.name: _answer(fault, does, on_fault, origins, observe) for fault in FAULT_CLASSES}


def responses(on_fault: Mapping[str, str], written: Mapping[str, JSON] | None = None) -> dict[str, dict[str, Response]]:
    """Return fault -> state -> the response that a machine compiled from these answers has; without places.

    Args:
        on_fault: fault class (or `else`) -> answer, as of `answers_of`.
        written: `deploy.states`; None or empty for the states that task types bring.

    Raises:
        MachineSpecError: an answer is unknown or weaker than its class allows.
    """
    does = {name: str(state.get("do")) for name, state in (written or {}).items() if "end" not in state}
    does = does or {name: name for name in (*STANDING, *MOTION_STATES)}
    on_fault = {name: text for name, text in on_fault.items() if isinstance(text, str)}  # a draft may leave one open
    places = dict.fromkeys((*on_fault, "else", "machine"), "")
    observe = next((name for name, do in does.items() if do == "observe"), "observe")
    does |= {"hold": "hold", BACK_OFF: BACK_OFF}
    found = {state: answers_of(do, on_fault, places, observe=observe) for state, do in does.items()}
    return {fault: {state: answers[fault] for state, answers in found.items()} for fault in FAULT_NAMES}


def require_known(on_fault: Mapping[str, str]) -> None:
    """Refuse answers to faults that do not exist; raises MachineSpecError."""
    for name in on_fault:
        if name != "else" and name not in FAULT_NAMES:
            raise MachineSpecError(f"there is no fault class {name!r}; there are {', '.join(FAULT_NAMES)}")


def _answer(
    fault: FaultClass, does: str, on_fault: Mapping[str, str], origins: Mapping[str, str], observe: str
) -> Response:
    """Return the response of a state to `fault`: the spec's where it is strong enough, else the class's floor."""
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
        return hold if does in ("hold", words[1]) else Response(kind="goto", target=words[1], origin=origin)
    if not words[1].isdigit() or not 1 <= int(words[1]) <= MOST_RETRIES:
        raise MachineSpecError(f"{text!r}: the number of retries is a whole number from 1 to {MOST_RETRIES}")
    return _again(does, int(words[1]), observe, hold)


def _again(does: str, attempts: int, observe: str, hold: Response) -> Response:
    """Return how a state tries again: before it touches anything the robot goes back the way it came, and looks.

    Where it looks already it waits, as after a hold it looks again.
    """
    if does == BACK_OFF:
        # Going back is the answer already: what was lost is looked for at its end.
        return Response(kind="goto", target=BACK_OFF, origin=hold.origin)
    if does in STANDING[1:]:
        return Response(kind="retry", attempts=attempts, target=observe, origin=hold.origin)
    if MOTION_STATES.get(does) == MOTION_STATES["approach"]:
        return Response(kind="retry", attempts=attempts, target=BACK_OFF, origin=hold.origin)
    return hold
