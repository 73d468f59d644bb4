"""What the spec alone decides of the contract; it loads nothing but the standard library."""

from collections.abc import Mapping
from dataclasses import dataclass

from skillc.compiler.resolve.resolved import JSON
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
class Rates:
    """Ticks of the skill."""

    control_hz: float
    policy_hz: float
    timestep_s: float


def check_parameters(parameters: Mapping[str, JSON]) -> Rates:
    """Return the rates.

    Raises:
        ContractError: a limit nobody keeps, rates that do not divide each other, an observation that is unknown, or
            an action of joints that the robot has not, or without a limit.
    """
    for limit in sorted(set(parameters["limits"]) - KEPT_LIMITS):
        raise ContractError(f"the safety filter keeps no limit {limit!r}", f"deploy.limits.{limit}")
    for entry in parameters["policy"].get("observe", ()):
        observed(entry, parameters["hardware"])
    for group, act in parameters["policy"].get("act", {}).items():
        if not action_joints(group, parameters["hardware"]):
            raise ContractError(f"the robot has no joint group {group!r}", f"policies.residual.act.{group}")
        if "limit" not in act:
            told = f"an action of the kind {act['kind']} is not compiled without a limit"
            raise ContractError(told, f"policies.residual.act.{group}")
    return _rates(parameters)


def observed(entry: JSON, hardware: Mapping[str, JSON]) -> tuple[str, Observation, str]:
    """Return name, observation and joint group of an item of `observe`; raises ContractError."""
    settings = entry if isinstance(entry, Mapping) else {"term": entry}
    name, group = settings["term"], settings.get("group", ALL)
    if not settings.keys() <= {"term", "group"}:
        raise ContractError(f"settings of the observation {name} but its group are not compiled yet", OBSERVE)
    try:
        kind = catalog.observation(name)
    except (catalog.UnknownTerm, ExtensionError) as error:
        raise ContractError(str(error), OBSERVE) from error
    if kind.needs:
        raise ContractError(f"the observation {name} is not implemented: it needs {kind.needs}", OBSERVE)
    joints = action_joints(group, hardware)
    if group != ALL and (kind.size != JOINTS or not joints):
        told = f"the robot has no joint group {group!r}" if not joints else f"{name} has no entries for joints"
        raise ContractError(told, OBSERVE)
    return name, kind, group


def action_joints(group: str, hardware: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the joints of a group, or of the whole robot, in driver order; none if it has no such group."""
    of_group = {joint: found["name"] for found in hardware["groups"] for joint in found["joints"]}
    names = [joint["name"] for joint in hardware["joints"]]
    return tuple(name for name in names if group in (of_group[name], ALL))


def _rates(parameters: Mapping[str, JSON]) -> Rates:
    if parameters["policy_hz"] is None:
        raise ContractError("nothing says how often a policy acts: there is no policy `residual`", "policies")
    control, policy = float(parameters["control_hz"]), float(parameters["policy_hz"])
    timestep = float(parameters["timestep_s"])
    if not timestep > 0:
        raise ContractError(f"a timestep of {timestep:g} s never gets anywhere", "method.simulation.timestep_s")
    for slow, fast, path in (
        (policy, control, "deploy.rates.policy"),
        (control, 1.0 / timestep, "deploy.rates.control"),
    ):
        if not (slow > 0 and abs(fast / slow - round(fast / slow)) <= 1e-6 and round(fast / slow) >= 1):
            raise ContractError(f"{slow:g} Hz does not divide {fast:g} Hz", path)
    return Rates(control_hz=control, policy_hz=policy, timestep_s=timestep)
