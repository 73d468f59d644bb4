"""Stage `hands`: the acting hand's 21 joints in metres in the table frame."""

import numpy as np
from scipy.signal import savgol_filter

from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.geometry import se3
from skillc.runtime.perception.hand_bones import BONE_SHARES
from skillc.runtime.perception.hand_pose import place_hands


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return spec.section("method.stages.hands")


def _run(context: StageContext) -> None:
    calibration = Calibration.load(context.inputs["calibration"] / "calibration.json")
    landmarks = Landmarks.load(context.inputs["landmarks"] / "motion" / "landmarks.npz")
    length = float(context.parameters["hand_length"])
    joints = place_hands(landmarks.joints_px, landmarks.joints_relative_m, BONE_SHARES * length, calibration.camera)
    T_table_camera = se3.inverse(calibration.T_camera_table)
    flat = se3.apply(T_table_camera, joints.reshape(-1, 3)).reshape(len(joints), 63)
    seen = np.isfinite(flat).all(axis=1)
    filled = np.stack([np.interp(landmarks.frame, landmarks.frame[seen], column[seen]) for column in flat.T], axis=1)
    HandMotion(
        frame=landmarks.frame,
        joints_table_m=savgol_filter(filled, 9, 2, axis=0).reshape(joints.shape),
        joints_px=landmarks.joints_px,
        confidence=np.where(seen, landmarks.score, 0.0),
        position_sigma_m=np.full(len(joints), 0.04),
        handedness=landmarks.handedness,
        scale_m=float(BONE_SHARES[8] * length),
    ).save(context.out / "motion" / "hand.npz")


STAGE = Stage(
    name="hands",
    needs=("landmarks", "calibration", "twin", "object_motion", "keyframes", "recording"),
    makes=("motion/hand.npz",),
    code=(
        "skillc.compiler.stages.hands",
        "skillc.runtime.perception.hand_pose",
        "skillc.runtime.perception.hand_bones",
    ),
    parameters=_parameters,
    run=_run,
)
