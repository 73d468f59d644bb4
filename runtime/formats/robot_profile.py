"""One robot: its model, its joints, its frames, its limits. Every number of a robot comes from here."""

from collections.abc import Mapping
from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class JointLimits:
    """Limits and gains of one joint, SI."""

    name: str
    lower: float
    """rad."""
    upper: float
    """rad."""
    speed: float
    """rad/s."""
    acceleration: float
    """rad/s^2."""
    jerk: float
    """rad/s^3."""
    effort: float
    """Nm."""
    kp: float
    """Position gain of the simulated servo, Nm/rad."""
    kv: float
    """Nm s/rad."""
    home: float
    """rad; rest posture (arm) or open posture (hand)."""


@dataclass(frozen=True, kw_only=True)
class Finger:
    """One finger of the hand."""

    name: str
    """thumb, index, middle or ring."""
    joints: tuple[str, ...]
    tip_site: str
    """MJCF site at the fingertip's centre of contact."""
    tip_geom: str
    """MJCF collision geom of the fingertip."""
    tip_radius: float
    """m, of the fingertip capsule."""
    pad_normal: tuple[float, float, float]
    """Outward pad normal in the tip site's frame."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A site that the profile adds to the model."""

    name: str
    body: str
    """Body (MJCF) or link (URDF) it sits on."""
    position: tuple[float, float, float]
    """m, in the body's frame."""
    quat_wxyz: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class RobotProfile(Artifact, name="robot_profile", file="robot/profile.json", version=2, dropped={1: ("sources",)}):
    """A robot arm with one hand. Joint order everywhere is `arm_joints + hand_joints` (the drivers' order)."""

    name: str
    mjcf: str
    """File name of the MJCF or URDF beside the profile; the root body is placed by T_table_robot."""
    joints: tuple[JointLimits, ...]
    """All actuated joints in driver order: arm, then hand."""
    arm_joints: tuple[str, ...]
    hand_joints: tuple[str, ...]
    base_body: str
    hand_body: str
    """Body whose frame is the hand frame `hand` of every T_x_hand."""
    palm_site: str
    """Site at the palm centre; its z axis points out of the palm (the approach axis)."""
    wrist_site: str
    """Site matched to the human wrist; x from wrist to middle knuckle, z out of the palm."""
    fingers: tuple[Finger, ...]
    """thumb, index, middle, ring."""
    couplings: Mapping[str, tuple[str, float, float]]
    """joint -> (driving joint, k, b): q = k q_driver + b."""
    control_rate_hz: float
    """Rate the arm's position interface accepts."""
    collision_pairs_excluded: tuple[tuple[str, str], ...]
    """Body pairs that touch by construction."""
    frames: tuple[Frame, ...] = ()
    """Sites added to the model, which then has them under these names."""

    def joint(self, name: str) -> JointLimits:
        """Return the limits of joint `name`; KeyError if unknown."""
        found = next((j for j in self.joints if j.name == name), None)
        if found is None:
            raise KeyError(f"robot {self.name} has no joint {name!r}")
        return found

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Driver order."""
        return tuple(j.name for j in self.joints)

    @property
    def home(self) -> FloatArray:
        """(n,) rad."""
        import numpy as np

        return np.array([j.home for j in self.joints])
