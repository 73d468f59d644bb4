"""When the next tick is due, and what a late one means: time lost is skipped, never made up for by a burst."""

from dataclasses import dataclass

from skillc.runtime.safety.trip import Fault, Trip

OVERRUN = Fault(code="R32", fault="timing")
FROZEN = Fault(code="R31", fault="clock")
BACKWARDS = Fault(code="R34", fault="clock")
FROZEN_S = 0.5
"""ours: half of the second after which FAULTS R31 calls a process frozen; a shared core delays one by 35 ms."""
WINDOW_S = 1.0
"""FAULTS R32: overruns are counted over one second."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The rhythm of a run so far."""

    due: float = float("-inf")
    """s, when the next tick is due; before the first, at once."""
    last: float = float("-inf")
    """s, when the last tick was."""
    overruns: tuple[float, ...] = ()
    """s, when ticks of the last second came a whole period late."""
    skipped: int = 0
    """Ticks left out so far."""


def keep_pace(pace: Pace, t: float, tick: int, dt: float, allowed: int) -> tuple[Pace, Trip | None]:
    """Return the rhythm after a tick at t (s, monotonic), and what is wrong with it.

    Args:
        pace: the rhythm before.
        t: s, the clock at this tick.
        tick: its number.
        dt: s, the control period.
        allowed: overruns in one second that are too many.
    """
    if pace.last == float("-inf"):
        return Pace(due=t + dt, last=t), None
    passed = t - pace.last
    if not passed > 0:
        told = f"the clock went from {pace.last:g} s to {t:g} s"
        return Pace(due=pace.due + dt, last=pace.last, overruns=pace.overruns, skipped=pace.skipped), BACKWARDS.trip(
            told, "stop", tick=tick, value=passed, limit=0.0
        )
    # A tick that comes a hair late is not a whole period late.
    missed = max(0, int((t - pace.due) / dt + 1e-6))
    due = pace.due + (1 + missed) * dt
    overruns = pace.overruns + (t,) * bool(missed)
    if overruns and overruns[0] <= t - WINDOW_S:
        overruns = tuple(at for at in overruns if at > t - WINDOW_S)
    now = Pace(due=due, last=t, overruns=overruns, skipped=pace.skipped + missed)
    if passed > FROZEN_S:
        told = f"nothing ran for {passed:.2f} s"
        return now, FROZEN.trip(told, "stop", tick=tick, value=passed, limit=FROZEN_S)
    if len(overruns) < allowed or not missed:
        return now, None
    told = f"{len(overruns)} ticks of the last second came a whole period late"
    return now, OVERRUN.trip(told, "hold", tick=tick, value=len(overruns), limit=allowed - 1)
