"""A running skill with one fault put in at a tick: of a device, the camera, the policy, the clock, or who watches."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from skillc.runtime.drivers.measurement import CameraFrame, DeviceReport, Measurement
from skillc.runtime.formats.contract import ActionTerm
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.policies import InlinePolicy
from skillc.runtime.machine.policy_watch import PolicyReading
from tests.machine.answers import gentle
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract, with_contacts
from tests.safety.four_joints import DT

MACHINE, REFERENCE = machine(), reference()
TERM = ActionTerm(joints=("j2", "j3"), start=0, kind="residual", scale_rad=0.005, origin="test:1:1")
CONTRACT = replace(skill_contract(), action=(TERM,))


@dataclass(frozen=True, kw_only=True)
class Injection:
    """What goes wrong, for how long, and what must come of it."""

    code: str
    """Row of FAULTS that must be reported."""
    name: str
    ticks: int
    ends: str
    """done: the run goes on and succeeds; stop: it ends there."""
    measured: Callable[[Measurement], Measurement] = lambda m: m
    answered: Callable[[PolicyReading], PolicyReading] = lambda r: r
    late_s: float = 0.0
    """Added to the clock at each of the ticks."""
    interrupts: bool = False
    bad_state: str = ""
    before_start: bool = True
    """It is a fault, and not something to wait for, before the motion has begun too."""


def _report(code: str, fault: str, ends: str, ticks: int = 3) -> Injection:
    said = (DeviceReport(code=code, fault=fault, message=f"{fault} of unit 4"),)
    return Injection(code=code, name=fault, ticks=ticks, ends=ends, measured=lambda m: replace(m, reports=said))


def _at(m: Measurement, joint: int, value: float) -> Measurement:
    return replace(m, qpos=np.where(np.arange(4) == joint, value, m.qpos))


def _framed(m: Measurement, **changes: float) -> Measurement:
    assert m.frame is not None
    return replace(m, frame=replace(m.frame, **changes))  # type: ignore[arg-type]


def _moved(m: Measurement, by: float) -> Measurement:
    pose = np.eye(4)
    pose[0, 3] = by
    return replace(m, T_table_objects={"cube": pose})


INJECTIONS = (
    Injection(code="R1", name="one answer of NaN", ticks=5, ends="done",
              answered=lambda r: replace(r, action=np.full(2, np.nan))),
    Injection(code="R1", name="answers of NaN", ticks=20, ends="stop",
              answered=lambda r: replace(r, action=np.full(2, np.nan))),
    Injection(code="R2", name="three numbers for two joints", ticks=6, ends="stop",
              answered=lambda r: replace(r, action=np.zeros(3))),
    Injection(code="R3", name="a huge answer", ticks=10, ends="stop",
              answered=lambda r: replace(r, action=np.full(2, 1e6))),
    Injection(code="R4", name="a late policy", ticks=4, ends="done", answered=lambda r: replace(r, age_s=0.2)),
    Injection(code="R4", name="a very late policy", ticks=1, ends="stop", answered=lambda r: replace(r, age_s=0.6)),
    Injection(code="R5", name="a dead policy", ticks=1, ends="stop", answered=lambda r: replace(r, alive=False)),
    Injection(code="R6", name="a frozen policy", ticks=80, ends="done", before_start=False,
              answered=lambda r: replace(r, action=np.full(2, 0.2))),
    Injection(code="R7", name="an old picture", ticks=5, ends="done", before_start=False,
              measured=lambda m: replace(m, frame=None, objects_age_s=0.2)),
    Injection(code="R7", name="a very old picture", ticks=1, ends="stop", before_start=False,
              measured=lambda m: replace(m, frame=None, objects_age_s=0.6)),
    Injection(code="R7", name="R8: the same picture again", ticks=15, ends="done", before_start=False,
              measured=lambda m: _framed(m, number=7)),
    Injection(code="R7", name="R9: depth of another moment", ticks=15, ends="done", before_start=False,
              measured=lambda m: _framed(m, depth_s=-1.0)),
    Injection(code="R10", name="no depth", ticks=3, ends="done", measured=lambda m: _framed(m, invalid_depth=0.9)),
    _report("R11", "camera_lost", "stop"),
    _report("R12", "configuration", "stop"),
    Injection(code="R13", name="an object that jumps", ticks=6, ends="done", before_start=False,
              measured=lambda m: _moved(m, 0.2)),
    Injection(code="R14", name="a lost object", ticks=3, ends="done", before_start=False,
              measured=lambda m: replace(m, T_table_objects={"cube": np.full((4, 4), np.nan)})),
    Injection(code="R15", name="dropped commands", ticks=3, ends="done",
              measured=lambda m: replace(m, command_age_s=3 * DT)),
    Injection(code="R15", name="many dropped commands", ticks=1, ends="stop",
              measured=lambda m: replace(m, command_age_s=7 * DT)),
    Injection(code="R16", name="old feedback", ticks=3, ends="done", measured=lambda m: replace(m, age_s=3 * DT)),
    Injection(code="R16", name="very old feedback", ticks=1, ends="stop", measured=lambda m: replace(m, age_s=0.2)),
    Injection(code="R16", name="an arm that reads NaN", ticks=4, ends="done", measured=lambda m: _at(m, 0, np.nan)),
    _report("R17", "arm_fault", "stop"),
    _report("R18", "configuration", "stop"),
    Injection(code="R19", name="a joint outside its range", ticks=1, ends="stop", measured=lambda m: _at(m, 1, 2.3)),
    Injection(code="R21", name="an arm that lags", ticks=8, ends="done",
              measured=lambda m: _at(m, 0, m.qpos[0] + 0.05)),
    Injection(code="R21", name="an arm that is stuck", ticks=20, ends="stop",
              measured=lambda m: _at(m, 0, m.qpos[0] + 0.05)),
    Injection(code="R22", name="pressing on the scene", ticks=1, ends="stop",
              measured=lambda m: with_contacts(m, scene_force=25.0)),
    Injection(code="R26", name="a hand that is not read", ticks=4, ends="done", measured=lambda m: _at(m, 3, np.nan)),
    _report("R27", "hand_fault", "stop"),
    _report("R28", "hand_bus", "done"),
    Injection(code="R30", name="a request to stop", ticks=1, ends="stop", interrupts=True),
    Injection(code="R31", name="a frozen process", ticks=1, ends="stop", late_s=1.0),
    Injection(code="R32", name="a loop that is late", ticks=4, ends="done", late_s=0.06),
    Injection(code="R34", name="a clock that goes back", ticks=1, ends="stop", late_s=-0.1),
    Injection(code="R37", name="a policy that raises", ticks=3, ends="done",
              answered=lambda r: replace(r, error="ValueError: boom")),
    Injection(code="R39", name="a simulation that reset itself", ticks=200, ends="stop", bad_state="BADQPOS (index 3)"),
)  # fmt: skip


@dataclass
class Hurt:
    """Everything that a run is connected to, with the injection in it from a tick on."""

    injection: Injection
    at: int
    start: np.ndarray = field(default_factory=lambda: REFERENCE.qpos[0])

    def __post_init__(self) -> None:
        self.robot = KinematicRobot(self.start, self._measured)
        self.policy, self.t = InlinePolicy(gentle()), 10.0

    @property
    def hurts(self) -> bool:
        return self.at <= self.robot.tick < self.at + self.injection.ticks

    def _measured(self, tick: int, m: Measurement) -> Measurement:
        t = tick * DT
        framed = replace(m, frame=CameraFrame(number=tick, colour_s=t, depth_s=t, period_s=DT, invalid_depth=0.1))
        return self.injection.measured(framed) if self.hurts else framed

    # The policy, the clock and the robot's own verdict.
    def ask(self, question: Any) -> None:
        self.policy.ask(question)

    def newest(self, t: float) -> PolicyReading:
        told = self.policy.newest(t)
        return self.injection.answered(told) if self.hurts and told.number else told

    def close(self) -> None: ...

    def now(self) -> float:
        return self.t

    def wait(self, until: float) -> None:
        self.t = max(self.t, until) + (self.injection.late_s if self.hurts else 0.0)

    def watch(self, tick: int, state: str, measured: Measurement) -> None:
        self.robot.bad_state = self.injection.bad_state if self.hurts else ""

    def interrupts(self) -> bool:
        return self.injection.interrupts and self.hurts


def inject(injection: Injection, at: int) -> tuple[Run, list[np.ndarray]]:
    """Return the run with the injection at tick `at`, and everything that was sent."""
    hurt = Hurt(injection, at)
    run = execute(
        machine=MACHINE, contract=CONTRACT, reference=REFERENCE, robot=hurt.robot, clock=hurt, policy=hurt,
        on_tick=hurt.watch, interrupted=hurt.interrupts,
    )  # fmt: skip
    return run, hurt.robot.sent
