"""What training and deployment must agree on: written once by the compiler, read by both.

Joint order, observation layout, rates, gains, frames, scales, filters and limits appear in no other artifact.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from skillc.runtime.formats.arrays import FloatArray, Pose
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.formats.marks import Sizes
from skillc.runtime.formats.robot_profile import JointLimits


@dataclass(frozen=True, kw_only=True)
class JointContract(JointLimits):
    """One actuated joint as it may be commanded; the tighter of the profile and the spec."""

    group: str
    """The robot's group it belongs to: "arm", "left_hand", ..."""


@dataclass(frozen=True, kw_only=True)
class ObservationTerm:
    """One slice of the policy's observation vector: `(raw - offset) * scale`, clipped to +-clip."""

    name: str
    """A term of `runtime/terms/observations.py`, or `package:term`."""
    joints: tuple[str, ...]
    """The joints of its entries, one each; none for a term of no joints."""
    start: int
    """First index in the vector."""
    size: int
    offset: tuple[float, ...]
    """(size,) in the raw unit."""
    scale: tuple[float, ...]
    """(size,) 1 / raw unit."""
    clip: float
    unit: str
    """Unit of the raw value."""
    frame: str
    """Frame of the raw value: "joint" or "table"."""
    delay_ticks: int
    """Control ticks between the measurement and its use."""
    filter_hz: float | None
    """Cut-off of a first-order low-pass on the raw value, or null for none."""
    history: int
    """Number of past policy ticks stacked (1 = only the newest)."""
    origin: str


@dataclass(frozen=True, kw_only=True)
class ActionTerm:
    """One slice of the policy's action vector: `clip(action, -1, 1) * scale` is added to the reference."""

    joints: tuple[str, ...]
    start: int
    kind: Literal["residual", "delta", "absolute"]
    """residual: added to the reference; delta: added to the measured joints; absolute: the target itself."""
    scale_rad: float
    """Largest correction, rad."""
    origin: str
    smoothing: float = 0.0
    """Share of the last correction that a control tick keeps, below 1; 0 holds each action plainly."""


@dataclass(frozen=True, kw_only=True)
class SafetyLimits:
    """Thresholds of the safety filter, SI."""

    contact_force_n: float
    """Largest force on target, obstacles or table."""
    tracking_error_rad: float
    tracking_error_s: float
    """The tracking error must last this long."""
    start_error_rad: float
    """Start pose tolerance."""
    feedback_age_ticks: int
    """Feedback older than this many control ticks is stale."""
    feedback_stop_s: float
    frame_age_periods: float
    """A frame older than this many policy periods is stale."""
    policy_stop_s: float
    clamp_share: float
    """Share of ticks in one second that may be clamped."""
    object_jump_m: float
    """Largest believable motion of an object between two frames."""
    overruns_per_s: int


@dataclass(frozen=True, kw_only=True)
class Contract(Artifact, name="contract", file="contract.json", version=3):
    """`contract.json`."""

    skill: str
    robot: str
    joints: tuple[JointContract, ...]
    """Driver order of the profile. The order of every joint vector of the skill."""
    hand_groups: tuple[str, ...]
    """Groups of fingers: they may be stopped by what they grasp, so their tracking error is no fault."""
    base: Literal["fixed", "floating"]
    """Whether `T_table_robot` holds for the whole run, or only where it starts."""
    control_rate_hz: float
    policy_rate_hz: float
    """Divides `control_rate_hz`."""
    timestep_s: float
    """Of the simulation; divides the control period."""
    observation: tuple[ObservationTerm, ...]
    action: tuple[ActionTerm, ...]
    T_table_robot: Pose
    """(4, 4)."""
    placement: Literal["auto", "given"]
    """A hardware run refuses "auto"."""
    T_camera_table: Pose
    """(4, 4)."""
    camera_matrix: Annotated[FloatArray, Sizes(3, 3)]
    """(3, 3) px."""
    image_size: tuple[int, int]
    """Width, height, px."""
    manipulated: str
    target: str | None
    objects: tuple[str, ...]
    """Every object of the twin, in its order."""
    safety: SafetyLimits
    body: CollisionModel

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Driver order."""
        return tuple(j.name for j in self.joints)

    @property
    def joint_groups(self) -> tuple[str, ...]:
        """(n,) the group of each joint."""
        return tuple(j.group for j in self.joints)

    def columns(self, term: ObservationTerm) -> slice | list[int]:
        """Return which entries of the term's raw value are observed: those of its joints, or all."""
        if term.joints in ((), self.joint_names):
            return slice(None)
        return [self.joint_names.index(name) for name in term.joints]

    @property
    def observation_size(self) -> int:
        """Length of the policy's observation vector."""
        return sum(t.size * t.history for t in self.observation)

    @property
    def action_size(self) -> int:
        """Length of the policy's action vector."""
        return sum(len(t.joints) for t in self.action)
