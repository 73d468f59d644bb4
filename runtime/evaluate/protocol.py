"""The trials of an evaluation protocol: what differs between its rollouts, drawn from `specs/protocols.yaml`."""

from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np

from skillc.runtime.drivers.imperfections import Imperfections
from skillc.runtime.env.randomization import draw_all
from skillc.runtime.evaluate.perturbation import DrawnRange, Protocol, perturbations
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.joint_groups import JointGroup
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry.se3 import exp
from skillc.runtime.sim.variation import WorldVariation

SEED_OFFSET = 1_000_003
"""Keeps the streams of evaluation apart from those of selection, which start at the bare seed."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What one rollout changes against its scene and an ideal robot; the default is nothing."""

    world: WorldVariation = field(default_factory=WorldVariation)
    imperfections: Imperfections = field(default_factory=Imperfections)
    pose_error_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """By which hand poses are off that the motion is adjusted to, table frame; the motion as built adjusts to none."""


def trials(
    protocol: Protocol, twin: Twin, environment: Environment, profile: RobotProfile, n: int, seed: int
) -> tuple[Trial, ...]:
    """Return n trials; the same seed gives the same ones, whichever skill or motion they are for.

    Args:
        protocol: which.
        twin: the scene that is varied: the built one, or the true one for `truth` and `truth+test`.
        environment: gives the test box and the physics that are varied.
        profile: gives the joint groups.
        n: number of trials.
        seed: of the draws.
    """
    return tuple(_trial(_Draws(protocol, seed, k), twin, environment, profile) for k in range(n))


class _Draws:
    """The draws of one trial. Every quantity of every object has a stream of its own: a new row moves no other."""

    def __init__(self, protocol: Protocol, seed: int, trial: int) -> None:
        self._seed = (SEED_OFFSET, seed, trial)
        self._ranges = {p.quantity: p.ranges[protocol] for p in perturbations() if protocol in p.ranges}

    def stream(self, quantity: str, owner: str = "") -> np.random.Generator:
        return np.random.default_rng([*self._seed, crc32(f"{owner}/{quantity}".encode())])

    def value(self, quantity: str, otherwise: float, owner: str = "") -> float:
        """Return the drawn number (SI), `otherwise` where the protocol draws none or leaves it to the box."""
        if quantity not in self._ranges or self.boxed(quantity):
            return otherwise
        return self._ranges[quantity].draw(self.stream(quantity, owner))

    def numbers(self, quantity: str, count: int) -> FloatArray:
        """Return `count` numbers drawn on their own, 0 where the protocol draws none."""
        return np.array([self.value(quantity, 0.0, str(k)) for k in range(count)])

    def boxed(self, quantity: str) -> bool:
        found: DrawnRange | None = self._ranges.get(quantity)
        return found is not None and found.kind == "box"

    def has(self, quantity: str) -> bool:
        return quantity in self._ranges


def _trial(draws: _Draws, twin: Twin, environment: Environment, profile: RobotProfile) -> Trial:
    physics, names = environment.physics, [o.name for o in twin.objects]

    def factors(quantity: str) -> dict[str, float]:
        return {name: draws.value(quantity, 1.0, name) for name in names} if draws.has(quantity) else {}

    world = _placed(draws, twin, environment)
    world = replace(
        world,
        mass_scale={**world.mass_scale, **factors("object.mass")},
        friction_scale={**world.friction_scale, **factors("object.friction")},
        tip_friction_scale=draws.value("fingertip.friction", 1.0),
        table_friction_scale=draws.value("table.friction", 1.0),
        rolling_friction_m={n: draws.value("object.rolling_friction", 0.0, n) for n in names},
        flat_scale={n: draws.value("object.flat", 1.0, n) for n in names},
        solref=(
            draws.value("contact.time", physics.solref[0]),
            draws.value("contact.damping", physics.solref[1]),
        ),
        solimp=(draws.value("contact.impedance", physics.solimp[0]), *physics.solimp[1:]),
        timestep_s=physics.timestep_s * draws.value("simulation.timestep", 1.0),
        kp_scale=draws.value("control.stiffness", 1.0),
        T_table_displaced=_displaced(draws),
    )
    noise, play = draws.value("encoder.noise", 0.0), draws.value("control.backlash", 0.0)
    real = Imperfections(
        latency_s=draws.value("control.latency", 0.0),
        encoder_noise_rad={group.name: noise for group in profile.groups},
        backlash_rad={group.name: play * _backlash(group, profile) for group in profile.groups},
        seed=int(draws.stream("imperfections").integers(2**31)),
    )
    return Trial(world=world, imperfections=real)


def _backlash(group: JointGroup, profile: RobotProfile) -> float:
    """Return the play (rad) that the profile states for a group: the widest of its motors'."""
    motors = [profile.motor(joint) for joint in group.joints]
    return max((motor.backlash for motor in motors if motor is not None), default=0.0)


def _placed(draws: _Draws, twin: Twin, environment: Environment) -> WorldVariation:
    """Return where the objects stand and how large they are."""
    if draws.boxed("object.position.xy"):
        names = {o.name for o in twin.objects}
        # A true scene lacks what the build took for a thing, and has things that no box speaks of.
        known = [v for v in environment.test_randomization if v.quantity.partition(".")[0] in names]
        return draw_all(known, twin, draws.stream("box")).simulation
    moved = {}
    for thing in twin.objects:
        twist = np.zeros(6)
        twist[:2] = [draws.value("object.position.xy", 0.0, f"{thing.name}.{axis}") for axis in "xy"]
        twist[5] = draws.value("object.yaw", 0.0, thing.name)
        delta, T = exp(twist), np.array(thing.T_table_object)
        T[:3, :3] = delta[:3, :3] @ T[:3, :3]
        T[:3, 3] += delta[:3, 3]
        moved[thing.name] = T
    return WorldVariation(T_table_object=moved)


def _displaced(draws: _Draws) -> FloatArray:
    """Return T (4, 4) such that the robot stands at T @ T_table_robot where its calibration says T_table_robot."""
    return exp(np.concatenate([draws.numbers("robot.position", 3), draws.numbers("robot.rotation", 3)]))
