"""What a policy answers, held against what may move a robot (FAULTS R1 to R6, R37)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.machine.evolve import replace
from skillc.runtime.safety.monitors import AgeMonitor
from skillc.runtime.safety.trip import Fault, Response, Trip

NOT_FINITE = Fault(code="R1", fault="policy_output")
NO_ACTION = Fault(code="R2", fault="policy_shape")
HUGE = Fault(code="R3", fault="policy_output")
LATE = Fault(code="R4", fault="policy_late")
DEAD = Fault(code="R5", fault="policy_dead")
FROZEN = Fault(code="R6", fault="policy_frozen")
RAISED = Fault(code="R37", fault="exception")
BAD_ANSWERS = 3
"""FAULTS R1: three in a row stop."""
HUGE_ACTION = 10.0
"""ours: ten times the largest correction a policy may ask for; up to there it is clipped, as in training."""
FROZEN_S = 1.0
"""FAULTS R6."""
LATE_PERIODS = 2.0
"""FAULTS R4: an answer serves one policy period and is reused for one more."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a policy is told at a policy tick."""

    time_s: float
    qpos: FloatArray
    """(n,) rad, measured."""
    q_reference_next: FloatArray
    """(n,) rad, the reference one policy period ahead."""
    T_table_manip: FloatArray
    """(4, 4)."""


@dataclass(frozen=True, kw_only=True)
class PolicyReading:
    """What is known of the policy at a tick. Nothing in it is trusted."""

    number: int
    """How many questions it has answered; 0 while it has answered none."""
    action: Any
    """(m,) its newest answer, in the contract's order; 1 is the largest correction."""
    age_s: float
    """Seconds since the question that it answers was asked."""
    alive: bool
    error: str
    """What it raised; empty if nothing."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What is known of the policy's answers."""

    number: int = 0
    action: FloatArray | None = None
    """(m,) the newest answer that may be used, within -1..1."""
    bad_in_a_row: int = 0
    raw: bytes = b""
    """The newest answer as it came, to tell when it changes."""
    same_since: float = 0.0
    """s, when the policy first gave this answer."""
    asked: bytes = b""
    """The joint positions it was told then."""
    huge: tuple[int, ...] = ()
    """Ticks of the last second at which the answer in use was huge."""
    now_huge: bool = False


class PolicyWatch:
    """The thresholds of a contract; immutable."""

    def __init__(self, contract: Contract) -> None:
        """Take the action's size and the rates."""
        self._size, self._rate = contract.action_size, contract.control_rate_hz
        self._share = contract.safety.clamp_share
        self._age = AgeMonitor(
            fault=LATE,
            what="the policy's newest answer",
            hold_after_s=LATE_PERIODS / contract.policy_rate_hz,
            stop_after_s=contract.safety.policy_stop_s,
        )

    def check(
        self, heard: Heard, reading: PolicyReading, qpos: FloatArray, t: float, tick: int
    ) -> tuple[Heard, tuple[Trip, ...]]:
        """Return what is known after a reading, and what is wrong with it.

        Args:
            heard: what was known before.
            reading: the newest one.
            qpos: (n,) rad, measured joints, to tell whether what the policy sees changes.
            t: s, the clock.
            tick: for the record.
        """
        if not reading.alive:
            return heard, (DEAD.trip("the policy's process ended", "stop", tick=tick, value=0, limit=1),)
        trips: list[Trip | None] = []
        if reading.error:
            trips.append(RAISED.trip(f"the policy raised {reading.error}", "hold", tick=tick, value=1, limit=0))
        if reading.number != heard.number:
            heard, wrong = self._answered(heard, reading, qpos, t, tick)
            trips.append(wrong)
        if reading.number > 0:
            trips.append(self._age.check(reading.age_s, tick))
        heard, huge = self._counted(heard, tick)
        trips.append(huge)
        if heard.action is not None and t - heard.same_since > FROZEN_S and _bytes(qpos) != heard.asked:
            told = f"the same action for {t - heard.same_since:.1f} s while the robot moves"
            trips.append(FROZEN.trip(told, "hold", tick=tick, value=t - heard.same_since, limit=FROZEN_S))
        return heard, tuple(trip for trip in trips if trip is not None)

    def _answered(
        self, heard: Heard, reading: PolicyReading, qpos: FloatArray, t: float, tick: int
    ) -> tuple[Heard, Trip | None]:
        """Take a new answer if it may be used."""
        heard = replace(heard, number=reading.number)
        try:
            action = np.asarray(reading.action)
        except ValueError:  # ragged
            action = np.empty(0, dtype=object)
        if action.shape != (self._size,) or action.dtype.kind != "f":
            told = f"expected {self._size} float numbers, got shape {action.shape} of {action.dtype}"
            return heard, NO_ACTION.trip(told, "stop", tick=tick, value=action.size, limit=self._size)
        if not np.isfinite(action).all():
            bad = heard.bad_in_a_row + 1
            response: Response = "stop" if bad >= BAD_ANSWERS else "hold"
            told = f"{int((~np.isfinite(action)).sum())} of {self._size} numbers are not finite"
            trip = NOT_FINITE.trip(told, response, tick=tick, value=bad, limit=BAD_ANSWERS)
            return replace(heard, bad_in_a_row=bad), trip
        huge = bool(np.max(np.abs(action), initial=0.0) > HUGE_ACTION)
        kept = replace(heard, action=np.clip(action.astype(np.float64), -1.0, 1.0), bad_in_a_row=0, now_huge=huge)
        if action.tobytes() != heard.raw or heard.action is None:
            kept = replace(kept, raw=action.tobytes(), same_since=t, asked=_bytes(qpos))
        return kept, None

    def _counted(self, heard: Heard, tick: int) -> tuple[Heard, Trip | None]:
        """Count the ticks at which what is used is huge."""
        if not heard.now_huge:
            return heard, None
        recent = (*(k for k in heard.huge if k > tick - self._rate), tick)
        heard, share = replace(heard, huge=recent), len(recent) / self._rate
        if share <= self._share:
            return heard, None
        told = f"an action beyond {HUGE_ACTION:g} times the largest in {share:.0%} of the last second"
        return heard, HUGE.trip(told, "stop", tick=tick, value=share, limit=self._share)


def _bytes(qpos: FloatArray) -> bytes:
    return np.asarray(qpos).tobytes()
