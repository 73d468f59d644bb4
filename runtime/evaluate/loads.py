"""What the motors had to give: mean and peak torque of each joint per phase, beside what its motor holds.

A motor that holds more than its continuous torque for long grows hot; how long it may is not modelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.reference import PHASES
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.run_log import RunLog


@dataclass(frozen=True, kw_only=True)
class PhaseLoad:
    """One phase of one rollout; joints in the driver's order."""

    phase: str
    mean_nm: tuple[float, ...]
    """(n,) mean magnitude over the phase."""
    peak_nm: tuple[float, ...]
    """(n,) largest magnitude of any simulation step."""


@dataclass(frozen=True, kw_only=True)
class JointLoad:
    """One joint in one phase, of all rollouts."""

    phase: str
    group: str
    joint: str
    mean_nm: float
    """Mean over the rollouts."""
    peak_nm: float
    """Largest of all rollouts."""
    continuous_nm: float
    """What its motor holds without end; its effort where the profile says nothing."""
    limit_nm: float
    """Its effort: what its motor gives at its current limit."""

    @property
    def hold_use(self) -> float:
        """Mean torque over what can be held without end; above 1 the motor grows hot in time."""
        return self.mean_nm / self.continuous_nm


def phase_loads(log: RunLog) -> tuple[PhaseLoad, ...]:
    """Return the loads of each phase that was run, in the order of PHASES; none where torque was not measured."""
    if not np.isfinite(log.torque_mean).all():
        return ()
    return tuple(
        PhaseLoad(
            phase=PHASES[phase],
            mean_nm=_rounded(np.mean(np.abs(log.torque_mean[log.phase == phase]), axis=0)),
            peak_nm=_rounded(np.max(log.torque_peak[log.phase == phase], axis=0)),
        )
        for phase in np.unique(log.phase)
    )


def joint_loads(
    rollouts: Sequence[Sequence[PhaseLoad]], contract: Contract, profile: RobotProfile
) -> tuple[JointLoad, ...]:
    """Sum up the loads of all rollouts, joint by joint in the driver's order within each phase."""
    found = []
    for phase in PHASES:
        loads = [load for rollout in rollouts for load in rollout if load.phase == phase]
        if not loads:
            continue
        mean = np.mean([load.mean_nm for load in loads], axis=0)
        peak = np.max([load.peak_nm for load in loads], axis=0)
        for k, joint in enumerate(contract.joints):
            found.append(
                JointLoad(
                    phase=phase,
                    group=joint.group,
                    joint=joint.name,
                    mean_nm=float(mean[k]),
                    peak_nm=float(peak[k]),
                    continuous_nm=profile.continuous_torque(joint.name),
                    limit_nm=joint.effort,
                )
            )
    return tuple(found)


def hottest(loads: Sequence[JointLoad]) -> list[JointLoad]:
    """Return, of each phase and group, the joint that is nearest to or farthest beyond what its motor can hold."""
    best: dict[tuple[str, str], JointLoad] = {}
    for load in loads:
        key = load.phase, load.group
        if key not in best or load.hold_use > best[key].hold_use:
            best[key] = load
    return list(best.values())


def _rounded(values: object) -> tuple[float, ...]:
    return tuple(round(float(v), 4) for v in values)  # type: ignore[attr-defined]
