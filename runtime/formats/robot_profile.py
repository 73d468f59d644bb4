"""One robot: its model, its joints, its frames, its limits. Every number of a robot comes from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.joint_groups import Base, Finger, Hand, JointGroup, Manipulator, one_manipulator
from skillc.runtime.formats.motors import CommandMode, Motor


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
    """rad; rest posture, open posture of a hand."""


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
class RobotProfile(Artifact, name="robot_profile", file="robot/profile.json", version=4):
    """A robot: named groups of joints on a fixed or floating base. Joint order everywhere is that of `joints`."""

    name: str
    mjcf: str
    """File name of the MJCF or URDF beside the profile; the base body is placed by T_table_robot."""
    base: Base
    """fixed: stays where T_table_robot puts it; floating: starts there and moves freely."""
    base_body: str
    joints: tuple[JointLimits, ...]
    """All actuated joints in driver order."""
    groups: tuple[JointGroup, ...]
    """Every joint is in exactly one."""
    hands: tuple[Hand, ...]
    """Any number."""
    couplings: Mapping[str, tuple[str, float, float]]
    """joint -> (driving joint, k, b): q = k q_driver + b."""
    command_modes: tuple[CommandMode, ...]
    """The ways the robot can be commanded."""
    commanded_by: Mapping[str, str]
    """group -> the mode that is used; every group has one."""
    collision_pairs_excluded: tuple[tuple[str, str], ...]
    """Body pairs that touch by construction."""
    motors: tuple[Motor, ...] = ()
    """A joint is in one at most; those in none hold their effort without end and have no play."""
    frames: tuple[Frame, ...] = ()
    """Sites added to the model, which then has them under these names."""

    def joint(self, name: str) -> JointLimits:
        """Return the limits of joint `name`; KeyError if unknown."""
        found = next((j for j in self.joints if j.name == name), None)
        if found is None:
            raise KeyError(f"robot {self.name} has no joint {name!r}")
        return found

    def motor(self, name: str) -> Motor | None:
        """Return the motor of joint `name`; None if the profile says nothing about it."""
        return next((motor for motor in self.motors if name in motor.joints), None)

    def continuous_torque(self, name: str) -> float:
        """Return what joint `name` holds without end, N m; its effort where the profile says nothing of its motor."""
        motor = self.motor(name)
        return motor.continuous_torque if motor else self.joint(name).effort

    def command_mode(self, name: str) -> CommandMode:
        """Return the mode that commands joint `name`; KeyError for a joint without one, which `check` refuses."""
        group = next(group.name for group in self.groups if name in group.joints)
        return next(mode for mode in self.command_modes if mode.name == self.commanded_by[group])

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Driver order."""
        return tuple(j.name for j in self.joints)

    @cached_property
    def manipulator(self) -> Manipulator:
        """The one arm with its one hand; raises NotOneManipulator for any other robot."""
        return one_manipulator(base=self.base, joints=self.joint_names, groups=self.groups, hands=self.hands)

    @property
    def fingers(self) -> tuple[Finger, ...]:
        """The fingers of all hands."""
        return tuple(finger for hand in self.hands for finger in hand.fingers)

    @property
    def home(self) -> FloatArray:
        """(n,) rad."""
        import numpy as np

        return np.array([j.home for j in self.joints])
