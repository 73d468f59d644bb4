"""An exported pose policy: read from an ONNX file with its contract, checked, and asked for hand poses."""

from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.pose_contract import NAME, OWN, VERSION, PoseContract
from skillc.runtime.geometry import se3
from skillc.runtime.policies.clouds.voxel import one_per_voxel
from skillc.runtime.policies.exported import PolicyKind
from skillc.runtime.policies.refused import PolicyRefused

POSE_POLICY = PolicyKind(
    told="pose policy", contract=PoseContract, name=NAME, version=VERSION, own=OWN,
    again="train again on this build: `skillc train BUILD`",
)  # fmt: skip
LEAST_POINTS = 4
"""ours: fewer do not tell where anything is."""
CHOICE_SEED = 0


class PosePolicy:
    """One network; the same cloud gives the same pose."""

    def __init__(self, session: Any, contract: PoseContract) -> None:
        """Keep an ONNX session and the contract it was exported with."""
        self._session, self.contract = session, contract

    @classmethod
    def load(cls, path: Path, expected: PoseContract | None = None) -> "PosePolicy":
        """Read an exported file.

        Args:
            path: of the ONNX file.
            expected: what the rest of the skill was compiled with; None checks nothing against it.

        Raises:
            PolicyRefused: SK906, it is no sound pose policy; SK905, it was made for something else, both sides named.
        """
        session, contract = POSE_POLICY.opened(path, expected)
        policy = cls(session, contract)
        probe = np.array(contract.normalization.centroid_mean) + 0.01 * np.vstack([np.eye(3), -np.eye(3)])
        if not np.isfinite(policy.hand_pose(probe)).all():
            raise PolicyRefused("SK906", f"{path} predicts what is not finite", POSE_POLICY.again)
        return policy

    def hand_pose(self, points_table: FloatArray) -> FloatArray:
        """Return T_table_hand (4, 4) for what a camera sees of the object: points (N, 3), m, table frame.

        Raises:
            PolicyRefused: SK909, there are too few points, or they are not finite.
        """
        if not np.isfinite(points_table).all() or len(points_table) < LEAST_POINTS:
            raise PolicyRefused(
                "SK909",
                f"a cloud of {len(points_table)} points does not show where {self.contract.cloud.object} is; expected "
                f"{LEAST_POINTS} or more, all finite",
                "look at the camera's picture and the object's mask",
            )
        cloud = one_per_voxel(points_table, float(np.mean(self.contract.cloud.voxel_m)))
        most = self.contract.max_points
        if len(cloud) > most:
            cloud = cloud[np.sort(np.random.default_rng(CHOICE_SEED).permutation(len(cloud))[:most])]
        asked = {"points": cloud[None].astype(np.float32), "mask": np.ones((1, len(cloud)), dtype=np.float32)}
        position, columns = self._session.run(["position", "columns"], asked)
        return se3.from_parts(orthonormal(columns[0].astype(np.float64)), position[0].astype(np.float64))


def orthonormal(columns: FloatArray) -> FloatArray:
    """Return the rotation (3, 3) that Gram-Schmidt makes of its first two columns (6,)."""
    x = columns[:3] / np.linalg.norm(columns[:3])
    y = columns[3:] - (x @ columns[3:]) * x
    y = y / np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)], axis=1)
