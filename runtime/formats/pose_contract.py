"""What training and deployment of a keyframe pose policy must agree on: it is embedded in every exported file."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class CloudContract:
    """The clouds a pose policy reads: visible points of one object, no robot among them, in the table frame, m."""

    object: str
    frame: str
    """Of the points: "table"."""
    voxel_m: tuple[float, float]
    """Smallest and largest cell of training; deployment takes their mean."""
    T_camera_table: FloatArray
    """(4, 4) of the camera the visible points belong to."""


@dataclass(frozen=True, kw_only=True)
class CloudStatistics:
    """Statistics of the training split, per channel; what is normalized is (raw - mean) / std."""

    point_mean: tuple[float, ...]
    """(3,) m, of points relative to their cloud's centroid."""
    point_std: tuple[float, ...]
    centroid_mean: tuple[float, ...]
    """(3,) m, table frame."""
    centroid_std: tuple[float, ...]
    target_mean: tuple[float, ...]
    """(9,) position of the hand relative to the centroid (m), then the first two columns of its rotation."""
    target_std: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class PoseContract:
    """Of one network: a cloud to the pose of the hand at one keyframe, in the table frame."""

    skill: str
    robot: str
    policy: str
    keyframe: str
    hand: str
    """Body of the robot's hand whose pose is predicted."""
    target: str
    """What is predicted: `TARGET`."""
    cloud: CloudContract
    max_points: int
    """Of a cloud; of more a choice is taken. The network's own, as its statistics: nothing outside depends on it."""
    normalization: CloudStatistics


TARGET = "position relative to the cloud's centroid, first two columns of the rotation"
OWN = ("max_points", "normalization")
"""Fields of the network's own, which no other part has to agree with."""
NAME, VERSION = "skillc.pose_policy", 1
"""Of the contract as it is embedded."""
