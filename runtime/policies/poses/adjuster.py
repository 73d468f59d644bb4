"""From what a camera sees before the robot moves to the motion for it: clouds, hand poses, an adjusted reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.pose_contract import CloudStatistics
from skillc.runtime.formats.records import FormatError, from_json
from skillc.runtime.formats.reference import Reference
from skillc.runtime.motion.adjusted import Adjustment, adjusted
from skillc.runtime.motion.cell.cell import Cell, PathParameters
from skillc.runtime.motion.cell.load import load_cell
from skillc.runtime.motion.path.candidate import CandidateMotion
from skillc.runtime.policies.poses.contracts import pose_contract
from skillc.runtime.policies.poses.labels import KEYFRAMES, Label
from skillc.runtime.policies.poses.policy import PosePolicy
from skillc.runtime.policies.training_config import training_config

LEAST_CLEARANCE_M = -0.005
"""ours: what the geometry of a colour-only twin is uncertain by; the build itself only warns below zero (SK513)."""
_UNKNOWN = CloudStatistics(
    point_mean=(), point_std=(), centroid_mean=(), centroid_std=(), target_mean=(), target_std=()
)


@dataclass(frozen=True, kw_only=True)
class Adjuster:
    """What adjusts the motion of one build."""

    cell: Cell
    reference: Reference
    grasps: Grasps
    how: Adjustment
    labels: Mapping[str, Label]
    """Keyframe -> where the hand was there."""
    policies: Mapping[str, PosePolicy]
    """Keyframe -> what predicts where it should be; empty where no policy was asked for."""

    @classmethod
    def load(cls, build: Path, policy: str, trained: Path | None = None) -> "Adjuster":
        """Read a build and, below `trained`, the exported policies of all its keyframes.

        Raises:
            FormatError: the build is none, or does not say how its motion was laid.
            PolicyRefused: SK905, SK906.
        """
        made, config = Artifacts(folders=(build,)), training_config(build / "training" / f"{policy}.yaml")
        environment, reference = made.load(Environment), made.load(Reference)
        if "adjustment" not in config:
            raise FormatError(f"{build} does not say how its motion was laid; build it again")
        how = Adjustment(
            paths=from_json(PathParameters, config["adjustment"]["paths"], "adjustment.paths"),
            seeds=int(config["adjustment"]["seeds"]),
            least_clearance_m=LEAST_CLEARANCE_M,
        )
        cell = load_cell(made, environment.physics)
        follows = float(config.get("contact_follows", 0.0))
        labels: dict[str, Label] = {
            keyframe: Label.of(keyframe, reference, cell.twin).following(follows, cell.world, reference)
            for keyframe in KEYFRAMES
            if keyframe in config["keyframes"] and not (keyframe == "interaction" and cell.twin.target is None)
        }
        policies: dict[str, PosePolicy] = {}
        for name, label in labels.items() if trained is not None else ():
            voxel = config["voxel"]
            expected = pose_contract(
                made.load(Contract), hand=cell.profile.manipulator.hand_body, policy=policy, label=label,
                voxel_m=(float(voxel["low"]), float(voxel["high"])), max_points=0, normalization=_UNKNOWN,
            )  # fmt: skip
            policies[name] = PosePolicy.load(Path(str(trained)) / policy / name / "policy.onnx", expected)
        return cls(cell=cell, reference=reference, grasps=made.load(Grasps), how=how, labels=labels, policies=policies)

    def asked_by(self, clouds: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return keyframe -> T_table_hand (4, 4) as the policies predict it.

        Args:
            clouds: keyframe -> points (N, 3) of its object, table frame.

        Raises:
            PolicyRefused: SK909, a cloud shows nothing.
        """
        return {keyframe: policy.hand_pose(clouds[keyframe]) for keyframe, policy in self.policies.items()}

    def ideal(self, T_table_objects: Mapping[str, FloatArray], scales: Mapping[str, float]) -> dict[str, FloatArray]:
        """Return keyframe -> T_table_hand (4, 4) for objects whose poses (4, 4) and sizes are known, by keyframe."""
        return {k: label.hand_pose(T_table_objects[k], scales[k]) for k, label in self.labels.items()}

    def motion(self, hands: Mapping[str, FloatArray]) -> CandidateMotion:
        """Return the motion for hand poses (4, 4) by keyframe; raises Infeasible."""
        return adjusted(self.cell, self.reference, self.grasps, hands, self.how)


def pose_error(T: FloatArray, T_wanted: FloatArray) -> tuple[float, float]:
    """Return how far (m) and by how much turned (rad) a pose (4, 4) is from another."""
    cosine = (float(np.trace(T[:3, :3].T @ T_wanted[:3, :3])) - 1.0) / 2.0
    return float(np.linalg.norm(T[:3, 3] - T_wanted[:3, 3])), float(np.arccos(np.clip(cosine, -1.0, 1.0)))
