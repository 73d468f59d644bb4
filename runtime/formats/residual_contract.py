"""What training and deployment of a residual policy must agree on: it is embedded in every exported file."""

from dataclasses import dataclass, replace

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import ActionTerm, Contract, ObservationTerm

NAME, VERSION = "skillc.residual_policy", 1
"""Of the contract as it is embedded."""


@dataclass(frozen=True, kw_only=True)
class ResidualContract:
    """Of one network: an observation of 4.3.1 to corrections of the reference, once a policy tick."""

    skill: str
    robot: str
    policy: str
    joints: tuple[str, ...]
    """Driver order."""
    control_rate_hz: float
    policy_rate_hz: float
    observation: tuple[ObservationTerm, ...]
    """Order, normalization, history, delays; where they were written does not matter and is left out."""
    action: tuple[ActionTerm, ...]
    """Order, bounds, low-pass."""
    object: str
    """Whose points are tracked."""
    points: FloatArray
    """(K, 3) m, the tracked points in the object's frame."""
    normals: FloatArray
    """(K, 3)."""
    eye: FloatArray
    """(3,) m, table frame: the camera that sees the points."""


def residual_contract(
    contract: Contract, policy: str, tracked: str, *, points: FloatArray, normals: FloatArray, eye: FloatArray
) -> ResidualContract:
    """Return what training embeds, and what deployment compares it with."""
    return ResidualContract(
        skill=contract.skill,
        robot=contract.robot,
        policy=policy,
        joints=contract.joint_names,
        control_rate_hz=contract.control_rate_hz,
        policy_rate_hz=contract.policy_rate_hz,
        observation=tuple(replace(term, origin="") for term in contract.observation),
        action=tuple(replace(term, origin="") for term in contract.action),
        object=tracked,
        points=points,
        normals=normals,
        eye=eye,
    )
