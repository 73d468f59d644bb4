"""The result of an evaluation: what `skillc eval --json` prints and `eval/<protocol>.json` keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skillc.runtime.evaluate.loads import JointLoad, PhaseLoad
from skillc.runtime.formats.codec import json_bytes, parse_json
from skillc.runtime.formats.fidelity import Fidelity
from skillc.runtime.formats.marks import FloatOrGap

NAME, VERSION = "skillc.evaluation", 5


@dataclass(frozen=True, kw_only=True)
class AdaptedTrial:
    """How the motion was adapted to one trial's scene before the robot moved."""

    refused: str
    """Why it could not be, and the robot held; empty otherwise."""
    seconds: float
    """From the clouds to the motion."""
    position_error_m: Mapping[str, float]
    rotation_error_rad: Mapping[str, float]
    """Keyframe -> distance of the hand pose from that for the true objects."""


@dataclass(frozen=True, kw_only=True)
class RolloutResult:
    """One rollout."""

    success: bool
    stages: Mapping[str, bool]
    values: Mapping[str, FloatOrGap]
    """Measured value of each condition of Table 4, SI."""
    failed: tuple[str, ...]
    invalid: str
    safe: bool
    unsafe_force_n: float
    """Peak of D.2.2."""
    pressing_n: Mapping[str, float]
    """What of the robot presses on what ("hand-table") -> peak force of one link."""
    poured_share: FloatOrGap
    """Share of the filling that lies in the target at the end; NaN (null) where nothing is poured."""
    squeeze_n: float
    """Largest force of one hand link on the manipulated object."""
    loads: tuple[PhaseLoad, ...]
    """What each joint's motor gave, phase by phase."""
    jerk_rms: Mapping[str, float]
    """rad/s^3 of each group's joints."""
    duration_s: float
    """From the first commanded motion to the last command."""
    finish_frame: int
    """D.2.4, control ticks."""
    penetration_p99_m: float
    """Over the ticks in which hand and object touch."""
    final_state: str
    limited_ticks: int
    """Commands the safety filter pulled back inside the limits."""
    adaptation: AdaptedTrial | None = None
    """Null where the motion was played as it was built."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """All rollouts of one protocol."""

    skill: str
    method: str
    protocol: str
    motion: str
    """One of `runtime/evaluate/motions.py`."""
    arm: str
    """What adapted the motion to each trial's scene and corrected it: one of `runtime/evaluate/arms.py`."""
    seed: int
    n: int
    success_rate: float
    confidence_95: tuple[float, float]
    """Wilson interval of the success rate."""
    stages: Mapping[str, float]
    """Share of rollouts that passed each stage."""
    safe_rate: float
    """Share of rollouts without a press of D.2.2 beyond the method's bound in any simulation step."""
    pressing_n: Mapping[str, float]
    """As of a rollout, the largest of all."""
    poured_share: FloatOrGap
    """Mean over the rollouts."""
    squeeze_n: float
    """Largest of all rollouts."""
    squeeze_limit_n: float
    """More is unsafe: what the spec or the object's material says."""
    loads: tuple[JointLoad, ...]
    """Of each joint in each phase: mean over the rollouts and largest peak, beside what its motor holds."""
    jerk_rms: Mapping[str, float]
    """rad/s^3 of each group's joints, mean over the rollouts."""
    duration_s: float
    finish_frame: FloatOrGap
    """Mean over successful rollouts; NaN (null) without one."""
    penetration_p99_m: float
    limited_ticks: int
    fidelity: Fidelity | None
    """How far the motion departs from the demonstrated one; null for the motion before refinement."""
    rollouts: tuple[RolloutResult, ...]
    edited: tuple[str, ...]
    """Files of the skill that were not as the build made them: what was judged is not what was built."""

    def save(self, path: Path) -> None:
        """Write to `path`."""
        path.write_bytes(json_bytes(self, name=NAME, version=VERSION))

    @classmethod
    def load(cls, path: Path) -> "Evaluation":
        """Read from `path`; raises FormatError."""
        return parse_json(cls, path.read_bytes(), str(path), name=NAME, version=VERSION)
