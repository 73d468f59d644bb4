"""An exported pose policy: read from an ONNX file with its contract, checked, and asked for hand poses."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.pose_contract import NAME, VERSION, PoseContract, differences
from skillc.runtime.formats.records import FormatError, from_json
from skillc.runtime.geometry import se3
from skillc.runtime.policies.clouds.voxel import one_per_voxel
from skillc.runtime.policies.poses.refused import PolicyRefused

CONTRACT_KEY = "contract"
"""Of the metadata in which an exported file carries its contract."""
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

        The file is read once, into memory: what it names outside of itself is never opened.

        Args:
            path: of the ONNX file.
            expected: what the rest of the skill was compiled with; None checks nothing against it.

        Raises:
            PolicyRefused: SK906, it is no sound pose policy; SK905, it was made for something else, both sides named.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        except Exception as reason:  # onnxruntime raises classes of its own for each way in which a file is wrong
            raise PolicyRefused(
                "SK906", f"{path} cannot be read as ONNX: {_line(reason)}", "train again: `skillc train BUILD`"
            ) from reason
        contract = embedded(session.get_modelmeta().custom_metadata_map.get(CONTRACT_KEY), path)
        if expected is not None:
            check(expected, contract, path)
        policy = cls(session, contract)
        probe = np.array(contract.normalization.centroid_mean) + 0.01 * np.vstack([np.eye(3), -np.eye(3)])
        if not np.isfinite(policy.hand_pose(probe)).all():
            raise PolicyRefused("SK906", f"{path} predicts what is not finite", "train again: `skillc train BUILD`")
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


def embedded(text: str | None, path: Path) -> PoseContract:
    """Read the contract that an exported file carries; raises PolicyRefused SK906."""
    try:
        values = json.loads(text or "")
        if values.pop("format") != NAME or values.pop("version") != VERSION:
            raise ValueError(f"it is not of {NAME} version {VERSION}")
        contract: PoseContract = from_json(PoseContract, values, CONTRACT_KEY)
    except (ValueError, KeyError, AttributeError, FormatError) as reason:
        told = f"{path} carries no contract of a pose policy: {_line(reason)}"
        raise PolicyRefused("SK906", told, "only files that `skillc train` wrote can be used") from reason
    return contract


def check(expected: PoseContract, got: PoseContract, path: Path) -> None:
    """Raise PolicyRefused SK905 where a policy was made for something else than what it is to be used for."""
    told = differences(expected, got)
    if told:
        raise PolicyRefused(
            "SK905",
            f"{path} was trained for something else:\n  " + "\n  ".join(told),
            "train again on this build: `skillc train BUILD`",
        )


def _line(reason: BaseException) -> str:
    return " ".join(str(reason).split())[:200] or type(reason).__name__
