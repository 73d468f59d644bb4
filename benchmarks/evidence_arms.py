"""The arms of the evidence: what is run of every case, how often, and what is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillc.benchmarks.commands import skillc
from skillc.benchmarks.evidence_cases import Case
from skillc.runtime.evaluate.judge import judge
from skillc.runtime.evaluate.motions import Motion
from skillc.runtime.evaluate.perturbation import Protocol
from skillc.runtime.evaluate.report import Evaluation
from skillc.runtime.evaluate.unrefined import NotExecutable

SEED = 20260
"""Of the draws of every evaluation; arms of one protocol see the same scenes."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One motion under one protocol."""

    protocol: Protocol
    motion: Motion
    n: int


ARMS: Mapping[str, Arm] = {
    "replay": Arm(protocol="replay", motion="reference", n=50),
    "retargeted": Arm(protocol="replay", motion="retargeted", n=50),
    "unrefined": Arm(protocol="replay", motion="unrefined", n=50),
    "test": Arm(protocol="test", motion="reference", n=50),
    "test+physics": Arm(protocol="test+physics", motion="reference", n=50),
    "truth": Arm(protocol="truth", motion="reference", n=20),
}


def build(case: Case, out: Path) -> dict[str, Any]:
    """Build a case; a refusal is a result."""
    done = skillc("build", str(case.spec), "--data", str(case.data), "--out", str(out))
    codes = sorted({word.strip(":") for word in done.stderr.split() if word.startswith("SK") and word.endswith(":")})
    if done.returncode:
        return {"error": done.stderr.strip()[-600:], "codes": codes}
    return {"codes": codes}


def run(case: Case, out: Path, arm: Arm) -> dict[str, Any]:
    """Evaluate one arm of a built case; a motion that cannot be executed never succeeds."""
    truth = case.truth if arm.protocol == "truth" else None
    try:
        found = judge(out, arm.protocol, n=arm.n, seed=SEED, motion=arm.motion, truth=truth)
    except NotExecutable as reason:
        return {"n": arm.n, "success": "0" * arm.n, "safe": "0" * arm.n, "not_executable": str(reason)}
    return summary(found)


def summary(found: Evaluation) -> dict[str, Any]:
    """Return what is kept of an evaluation: verdicts scene by scene, and its measures."""
    rollouts = found.rollouts
    failures: dict[str, int] = {}
    for rollout in rollouts:
        if not rollout.success:
            why = rollout.invalid or " ".join(rollout.failed)
            failures[why] = failures.get(why, 0) + 1
    return {
        "n": found.n,
        "success": "".join("1" if r.success else "0" for r in rollouts),
        "safe": "".join("1" if r.safe else "0" for r in rollouts),
        "stopped": sum(r.final_state != "done" for r in rollouts),
        "failures": failures,
        "stages": dict(found.stages),
        "pressing_n": {name: round(force, 1) for name, force in found.pressing_n.items()},
        "unsafe_force_n": round(max(r.unsafe_force_n for r in rollouts), 1),
        "jerk_rms": {group: round(value, 3) for group, value in found.jerk_rms.items()},
        "duration_s": round(found.duration_s, 2),
        "penetration_p99_mm": round(1e3 * found.penetration_p99_m, 2),
        "limited_ticks": found.limited_ticks,
        **_torque(found),
        **_fidelity(found),
    }


def _torque(found: Evaluation) -> dict[str, Any]:
    """Return the joint that asks most of what its motor holds without end, and the one nearest to its limit."""
    if not found.loads:
        return {}
    held = max(found.loads, key=lambda load: load.hold_use)
    peak = max(found.loads, key=lambda load: load.peak_nm / load.limit_nm)
    return {
        "torque": {
            "held": round(held.hold_use, 3),
            "held_at": f"{held.joint} in {held.phase}",
            "peak": round(peak.peak_nm / peak.limit_nm, 3),
            "peak_at": f"{peak.joint} in {peak.phase}",
        }
    }


def _fidelity(found: Evaluation) -> dict[str, Any]:
    """Return how far the hand and the object stray from the demonstration while the object is moved."""
    if found.fidelity is None:
        return {}
    track = found.fidelity.of("track")
    kept: dict[str, Any] = {"fell_back": list(found.fidelity.fell_back)}
    if track is not None:
        kept |= {
            "hand_mm": round(1e3 * track.hand_position_m.mean, 1),
            "hand_deg": round(57.29578 * track.hand_rotation_rad.mean, 1),
            "object_mm": round(1e3 * track.object_position_m.mean, 1),
        }
    changes = [f"{c.kind} {c.amount:.3f} {c.unit}" for c in found.fidelity.changes]
    return {"fidelity": kept | {"changes": changes}}
