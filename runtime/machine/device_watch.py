"""What arm, hand and camera report, held against what a run may go on with (FAULTS R7 to R14, R17, R18, R27, R28)."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.drivers.measurement import CameraFrame, Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.faults import FAULT_CLASSES
from skillc.runtime.machine.evolve import replace
from skillc.runtime.safety.monitors import AgeMonitor
from skillc.runtime.safety.trip import Fault, Trip

STALE = Fault(code="R7", fault="camera_stale")
NO_DEPTH = Fault(code="R10", fault="camera_invalid")
JUMP = Fault(code="R13", fault="tracker")
LOST = Fault(code="R14", fault="object_lost")
STOP_PERIODS = 3.0
"""FAULTS R7: 2 / 6 policy periods hold / stop, so three times the one that holds."""
INVALID_DEPTH = 0.6
"""FAULTS R10."""
JUMPS = 3
"""FAULTS R13: this many rejected in a row hold."""
MUST_STOP = {f.name for f in FAULT_CLASSES if f.floor == "stop"}


@dataclass(frozen=True, kw_only=True)
class SceneSeen:
    """What is known of the scene."""

    frame: int = -1
    """Number of the newest picture that counts."""
    since: float = float("-inf")
    """s, when it was taken."""
    T_manip: FloatArray
    """(4, 4) where the manipulated object is believed to be; NaN if it was never seen or is lost."""
    jumps: int = 0
    """Places in a row that were too far from that to be believed."""
    age_s: float = float("inf")
    """s since the objects were last located by a picture that counts."""


class DeviceWatch:
    """The thresholds of a contract; immutable."""

    def __init__(self, contract: Contract) -> None:
        """Take the thresholds and the object that is manipulated."""
        self._manipulated, self._jump = contract.manipulated, contract.safety.object_jump_m
        hold = contract.safety.frame_age_periods / contract.policy_rate_hz
        self.fresh_s = hold
        """s; a scene seen longer ago is stale."""
        self._age = AgeMonitor(
            fault=STALE, what="the newest picture", hold_after_s=hold, stop_after_s=STOP_PERIODS * hold
        )

    def start(self) -> SceneSeen:
        """Return that nothing was seen yet."""
        return SceneSeen(T_manip=np.full((4, 4), np.nan))

    def check(
        self, seen: SceneSeen, measured: Measurement, t: float, tick: int, *, begun: bool
    ) -> tuple[SceneSeen, tuple[Trip, ...]]:
        """Return what is known after a measurement, and what is wrong with it.

        Args:
            seen: what was known before.
            measured: the newest measurement.
            t: s, the clock.
            tick: for the record.
            begun: the motion has begun; before, an object may be anywhere or not be seen yet.
        """
        trips = [
            Fault(code=r.code, fault=r.fault).trip(
                r.message, "stop" if r.fault in MUST_STOP else "hold", tick=tick, value=1.0, limit=0.0
            )
            for r in measured.reports
        ]
        seen, counts = _dated(seen, measured.frame, measured.objects_age_s, t)
        if counts:
            seen, jumped = self._located(seen, measured, tick, begun=begun)
            trips += jumped
        if measured.frame is not None and not measured.frame.invalid_depth <= INVALID_DEPTH:
            told = f"{measured.frame.invalid_depth:.0%} of the pixels have no depth"
            trips.append(
                NO_DEPTH.trip(told, "hold", tick=tick, value=measured.frame.invalid_depth, limit=INVALID_DEPTH)
            )
        if begun:
            stale = self._age.check(seen.age_s, tick)
            trips += [] if stale is None else [stale]
            if not np.isfinite(seen.T_manip[0, 3]):
                told = f"{self._manipulated} is not seen"
                trips.append(LOST.trip(told, "hold", tick=tick, value=1.0, limit=0.0))
        return seen, tuple(trips)

    def _located(
        self, seen: SceneSeen, measured: Measurement, tick: int, *, begun: bool
    ) -> tuple[SceneSeen, list[Trip]]:
        """Believe where the object is, unless it jumped."""
        pose = np.asarray(measured.T_table_objects.get(self._manipulated, np.nan))
        if pose.shape != (4, 4) or not np.isfinite(pose).all():
            return replace(seen, T_manip=np.full((4, 4), np.nan), jumps=0), []
        x, y, z = (pose[:3, 3] - seen.T_manip[:3, 3]).tolist()
        moved = (x * x + y * y + z * z) ** 0.5
        # Where it is found again after it was lost, or before the motion began, is no jump: NaN compares false.
        if not (begun and moved > self._jump):
            return replace(seen, T_manip=pose, jumps=0), []
        jumps = seen.jumps + 1
        told = f"{self._manipulated} jumped {moved * 1e3:.0f} mm, {jumps} times in a row"
        trips = [JUMP.trip(told, "hold", tick=tick, value=moved, limit=self._jump)] if jumps >= JUMPS else []
        return replace(seen, jumps=jumps), trips


def _dated(seen: SceneSeen, frame: CameraFrame | None, age_s: float, t: float) -> tuple[SceneSeen, bool]:
    """Return how old the scene is, and whether a picture is new and counts (R8, R9)."""
    if frame is None:
        return replace(seen, age_s=age_s), True
    together = abs(frame.colour_s - frame.depth_s) <= frame.period_s
    if frame.number == seen.frame or not together:
        return replace(seen, age_s=t - seen.since), False
    return replace(seen, frame=frame.number, since=t - age_s, age_s=age_s), True
