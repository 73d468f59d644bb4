"""The contract of a residual policy as a build asks for it."""

from skillc.runtime.env.tracked import TrackedPoints
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.residual_contract import ResidualContract, residual_contract
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.sim.world import compile_world


def expected_contract(
    contract: Contract,
    policy: str,
    *,
    twin: Twin,
    twin_folder: Folder,
    profile: RobotProfile,
    robot_folder: Folder,
    physics: PhysicsSettings,
) -> ResidualContract:
    """Return what training embeds for a build, and deployment on it expects; tracked points are the twin's."""
    world = compile_world(
        twin=twin,
        twin_folder=twin_folder,
        profile=profile,
        robot_folder=robot_folder,
        T_table_robot=contract.T_table_robot,
        physics=physics,
    )
    name = twin.manipulated.name
    seen = TrackedPoints.of(world, name, contract.T_camera_table)
    return residual_contract(contract, policy, name, points=seen.points, normals=seen.normals, eye=seen.eye)
