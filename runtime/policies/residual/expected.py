"""The contract of a residual policy as a build asks for it."""

from skillc.runtime.env.definition import Definition
from skillc.runtime.env.tracked import TrackedPoints
from skillc.runtime.formats.residual_contract import ResidualContract, residual_contract


def expected_contract(definition: Definition, policy: str) -> ResidualContract:
    """Return what training embeds for a build, and deployment on it expects; tracked points are the twin's."""
    contract, name = definition.contract, definition.twin.manipulated.name
    seen = TrackedPoints.of(definition.world(), name, contract.T_camera_table)
    return residual_contract(contract, policy, name, points=seen.points, normals=seen.normals, eye=seen.eye)
