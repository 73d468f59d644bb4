"""What the spec alone decides of the contract; it loads nothing but the standard library."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.extension import ExtensionError
from skillc.runtime.formats.joint_groups import ALL
from skillc.runtime.terms import catalog
from skillc.runtime.terms.observation import JOINTS, Observation

KEPT_LIMITS = {"contact_force", "joint_speed", "joint_acceleration", "joint_jerk"}
"""Limits of `deploy.limits` that reach the contract; any other would be a promise nobody keeps."""
OBSERVE = "policies.residual.observe"


class ContractError(ValueError):
    """Training and deployment cannot agree; `path` is the spec path to blame."""

    def __init__(self, message: str, path: str) -> None:
        """Keep what does not fit and where it was written."""
        super().__init__(message)
        self.message, self.path = message, path


@dataclass(frozen=True, kw_only=True)
class Observing:
    """An item of `observe`."""

    term: str
    group: str
    """Of joints; `all` where the spec names none."""
    further: tuple[str, ...]
    """Other settings written beside them."""


@dataclass(frozen=True, kw_only=True)
class Acting:
    """How the policy commands a group of joints."""

    kind: Literal["residual", "delta", "absolute"]
    limit: float | None
    """rad, the largest correction."""
    smoothing: float
    """Share of the last correction that a tick keeps."""


@dataclass(frozen=True, kw_only=True)
class AskedPolicy:
    """What the policy sees and does."""

    observe: tuple[Observing, ...]
    act: Mapping[str, Acting]
    """By group."""
    base: str
    """The motion it corrects."""


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Ticks of the skill."""

    control_hz: float
    policy_hz: float | None
    """None where no policy acts."""
    timestep_s: float


@dataclass(frozen=True, kw_only=True)
class AskedContract:
    """What a spec asks of its contract."""

    limits: Mapping[str, float]
    """`deploy.limits`, SI."""
    groups: Mapping[str, tuple[str, ...]]
    """Group -> its joints in driver order; `all` is the whole robot."""
    policy: AskedPolicy
    rates: Rates


def check_contract(asked: AskedContract) -> None:
    """Raise ContractError for what no contract can be made of.

    A limit nobody keeps, rates that do not divide each other, an observation that is unknown, or an action of joints
    that the robot has not, or without a limit.
    """
    for limit in sorted(set(asked.limits) - KEPT_LIMITS):
        raise ContractError(f"the safety filter keeps no limit {limit!r}", f"deploy.limits.{limit}")
    for item in asked.policy.observe:
        observation(item, asked.groups)
    for group, act in asked.policy.act.items():
        if group not in asked.groups:
            raise ContractError(f"the robot has no joint group {group!r}", f"policies.residual.act.{group}")
        if act.limit is None:
            told = f"an action of the kind {act.kind} is not compiled without a limit"
            raise ContractError(told, f"policies.residual.act.{group}")
    policy_rate(asked.rates)


def observation(item: Observing, groups: Mapping[str, tuple[str, ...]]) -> Observation:
    """Return the term of an item of `observe`; raises ContractError."""
    name, group = item.term, item.group
    if item.further:
        raise ContractError(f"settings of the observation {name} but its group are not compiled yet", OBSERVE)
    try:
        kind = catalog.observation(name)
    except (catalog.UnknownTerm, ExtensionError) as error:
        raise ContractError(str(error), OBSERVE) from error
    if kind.needs:
        raise ContractError(f"the observation {name} is not implemented: it needs {kind.needs}", OBSERVE)
    if group not in groups:
        raise ContractError(f"the robot has no joint group {group!r}", OBSERVE)
    if group != ALL and kind.size != JOINTS:
        raise ContractError(f"{name} has no entries for joints", OBSERVE)
    return kind


def policy_rate(rates: Rates) -> float:
    """Return how often the policy acts, Hz; raises ContractError for rates that do not divide each other."""
    if rates.policy_hz is None:
        raise ContractError("nothing says how often a policy acts: there is no policy `residual`", "policies")
    if not rates.timestep_s > 0:
        raise ContractError(f"a timestep of {rates.timestep_s:g} s never gets anywhere", "method.simulation.timestep_s")
    for slow, fast, path in (
        (rates.policy_hz, rates.control_hz, "deploy.rates.policy"),
        (rates.control_hz, 1.0 / rates.timestep_s, "deploy.rates.control"),
    ):
        if not (slow > 0 and abs(fast / slow - round(fast / slow)) <= 1e-6 and round(fast / slow) >= 1):
            raise ContractError(f"{slow:g} Hz does not divide {fast:g} Hz", path)
    return rates.policy_hz
