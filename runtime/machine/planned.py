"""The motion that a planner laid for the scene that was seen, held against what the robot may follow (FAULTS R40)."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.motion.path.time_scaling import limit_use
from skillc.runtime.safety.trip import Fault

INFEASIBLE = Fault(code="R40", fault="infeasible")


@dataclass(frozen=True, kw_only=True)
class SceneMotion:
    """A motion for one scene."""

    reference: Reference
    body: CollisionModel
    """What the safety filter keeps the robot away from, with halts made for this motion."""


@dataclass(frozen=True, kw_only=True)
class PlannerReading:
    """What is known of the planner at a tick. Nothing in it is trusted."""

    number: int
    """Of the look that it tells about; 0 while there was none."""
    distilled: bool
    """The hand poses that this scene asks for are known."""
    motion: SceneMotion | None
    """The motion for them; None while it is computed, or where there is none."""
    refused: str
    """Why there will be none; empty otherwise."""
    moved: str = ""
    """What stands elsewhere than it was seen at that look; empty while nothing does."""


def misfit(planned: SceneMotion, machine: Machine, contract: Contract, q: FloatArray) -> str:
    """Return why a robot at q (n,) rad cannot follow a planned motion in this machine; empty if it can.

    The machine's longest time holds for every motion: one that takes a state longer than its timeout is refused.
    """
    reference, names = planned.reference, contract.joint_names
    if reference.joint_names != names or planned.body.joint_names != names:
        return "it is a motion of other joints"
    if not (len(reference.qpos) and np.isfinite(reference.qpos).all()):
        return "it has no samples, or some that are not finite"
    used = limit_use(reference.qpos, MotionLimits.of(contract.joints), contract.control_rate_hz)
    if not used.inside:
        return f"it leaves the joints' limits: {used}"
    away, allowed = float(np.max(np.abs(reference.qpos[0] - q))), contract.safety.start_error_rad
    if not away <= allowed:
        return f"it begins {away:.3f} rad from where the robot stands; expected {allowed:g} rad or less"
    for state in machine.states:
        samples = int(np.isin(reference.phase, [PHASES.index(phase) for phase in state.phases]).sum())
        if state.kind == "motion" and not samples:
            return f"it has no {' or '.join(state.phases)}, for which the state {state.name} waits"
        takes = samples / contract.control_rate_hz
        if state.kind == "motion" and not takes <= state.timeout_s:
            return f"its {state.name} takes {takes:.1f} s; the machine waits {state.timeout_s:.1f} s for it"
    return ""
