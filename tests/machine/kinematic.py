"""A robot without physics that follows every command exactly, with faults at chosen ticks, and a skill for it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.faults import FAULT_NAMES
from skillc.runtime.formats.machine import (
    FINAL_KINDS,
    RESUME,
    AllOf,
    Machine,
    Response,
    SignalComparison,
    State,
    Transition,
)
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.sim.contact_summary import ContactSummary
from tests.safety.four_joints import DT, N, contract

QUIET = ContactSummary(
    hand_object_force=0.0, unsafe_force=0.0, scene_force=0.0, squeeze_force=0.0, penetration=0.0, touches=False
)


class KinematicRobot:
    """Stands where it was last told to; `change` may falsify what is measured at a tick."""

    def __init__(self, q: np.ndarray, change: Callable[[int, Measurement], Measurement] = lambda k, m: m) -> None:
        self.q, self.tick, self._change, self.bad_state = np.array(q), 0, change, ""
        self.sent: list[np.ndarray] = []

    def send(self, q: np.ndarray) -> None:
        self.q = q.copy()
        self.sent.append(q.copy())

    def advance(self) -> Measurement:
        self.tick += 1
        return self.measure()

    @property
    def time_s(self) -> float:
        return self.tick * DT

    def measure(self) -> Measurement:
        plain = Measurement(
            time_s=self.tick * DT, qpos=self.q.copy(), T_table_objects={"cube": np.eye(4)}, manip_lowest_z=0.0,
            contacts=QUIET, age_s=0.0, objects_age_s=0.0, command_age_s=0.0,
        )  # fmt: skip
        return self._change(self.tick, plain)


def skill_contract() -> Contract:
    """Return the contract of the four joints, with one object."""
    return contract()


GRASP = {"approach": 60, "close": 60, "track": 60, "retreat": 61}
"""Phase -> samples."""


def reference(
    phases: Mapping[str, int] = GRASP, way: tuple[float, ...] = (1.2, -0.8, 1.0, 0.4), turns: float = 0.0
) -> Reference:
    """Return a motion of 4 s that does not pause where its phases meet; `turns` rad forth and back on the way."""
    count = sum(phases.values())
    s = np.linspace(0, 1, count)[:, None]
    smooth = 10 * s**3 - 15 * s**4 + 6 * s**5
    qpos = smooth * np.array(way) + turns * np.sin(np.pi * smooth) ** 2
    phase = np.repeat([PHASES.index(p) for p in phases], list(phases.values()))
    return Reference(
        time_s=np.arange(count) * DT, qpos=qpos, joint_names=tuple(f"j{i}" for i in range(N)), phase=phase,
        T_table_robot=np.eye(4), anchor_index=np.zeros(0, dtype=np.int64), anchor_name=(),
        anchor_T_table_hand=np.zeros((0, 4, 4)), T_manip_hand=np.full((len(PHASES), 4, 4), np.nan),
        T_target_hand=np.full((len(PHASES), 4, 4), np.nan), T_table_manip=np.tile(np.eye(4), (count, 1, 1)),
        demonstrated_frame=np.full(count, np.nan),
    )  # fmt: skip


def _edge(signal: str, op: str, value: float, target: str, dwell: float = 0.0) -> Transition:
    guard = SignalComparison(signal=signal, op=op, value=value)  # type: ignore[arg-type]
    return Transition(guard=guard, text=f"{signal} {op} {value}", target=target, dwell_s=dwell, origin="test:1:1")


def _state(name: str, kind: str, *edges: Transition, phases: tuple[str, ...] = (), late: str = "failed") -> State:
    final = kind in FINAL_KINDS
    stopping = ("contact_force", "interrupt", "policy_shape", "simulation")
    return State(
        name=name, kind=kind, phases=phases, transitions=edges, timeout_s=0.0 if final else 10.0,  # type: ignore[arg-type]
        on_timeout="" if final else late, controller=controls(name, kind), max_entries=1 if final else 5,
        on_fault={} if final else {f: Response(kind="stop" if f in stopping else "hold") for f in FAULT_NAMES},
    )  # fmt: skip


def controls(name: str, kind: str) -> str:
    """Return what decides a state's commands."""
    if kind == "motion":
        return "reverse" if name == "back_off" else "residual"
    return "still" if kind in ("observe", "distill", "adjust", "done") else "rest"


def machine() -> Machine:
    """Return the machine that a build emits for such a motion."""
    over = ("phase_remaining", "<=", 0.0)
    calm = AllOf(all=(
        SignalComparison(signal="fault_active", op="==", value=0),
        SignalComparison(signal="joint_speed", op="<=", value=0.05),
    ))  # fmt: skip
    again = Transition(guard=calm, text="calm", target=RESUME, dwell_s=0.2, origin="test:1:1")
    ready = AllOf(all=(
        SignalComparison(signal="scene_ready", op="==", value=1),
        SignalComparison(signal="start_error", op="<=", value=0.05),
    ))  # fmt: skip
    start = Transition(guard=ready, text="ready", target="approach", dwell_s=0.0, origin="test:1:1")
    return Machine(
        skill="test", initial="observe",
        states=(
            _state("observe", "observe", start),
            _state("approach", "motion", _edge(*over, "contact"), phases=("approach", "pregrasp")),
            _state("contact", "motion", _edge(*over, "track"), phases=("close",)),
            _state("track", "motion", _edge(*over, "retreat"), phases=("track",)),
            _state("retreat", "motion", _edge(*over, "done"), phases=("release", "retreat")),
            _state("hold", "hold", again, late="stop"),
            _state("stop", "stop"), _state("failed", "failed"), _state("done", "done"),
        ),
    )  # fmt: skip


def with_contacts(measured: Measurement, **forces: float) -> Measurement:
    """Return a measurement with other contact forces."""
    return replace(measured, contacts=replace(measured.contacts, **forces))
