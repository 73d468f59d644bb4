"""The contract of a pose policy as a build asks for it."""

from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.pose_contract import TARGET, CloudContract, CloudStatistics, PoseContract
from skillc.runtime.policies.poses.labels import Label


def pose_contract(
    contract: Contract,
    *,
    hand: str,
    policy: str,
    label: Label,
    voxel_m: tuple[float, float],
    max_points: int,
    normalization: CloudStatistics,
) -> PoseContract:
    """Return what training embeds, and what deployment compares it with.

    Args:
        contract: of the skill.
        hand: body whose pose is predicted.
        policy: its name in the spec.
        label: keyframe and object.
        voxel_m: smallest and largest cell.
        max_points: of a cloud.
        normalization: of the training split.
    """
    return PoseContract(
        skill=contract.skill,
        robot=contract.robot,
        policy=policy,
        keyframe=label.keyframe,
        hand=hand,
        target=TARGET,
        cloud=CloudContract(
            object=label.thing.name, frame="table", voxel_m=voxel_m, T_camera_table=contract.T_camera_table
        ),
        max_points=max_points,
        normalization=normalization,
    )
