"""Stage `hands` upon the landmarks of a made-up hand that carries a ball."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.stages.demonstration import hands
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.twin import Shape
from skillc.runtime.sim.twin_export import export_mjcf
from tests.check.code_examples import spec_of
from tests.motion import synthetic
from tests.perception.hand.test_motion import BALL, CAMERA, CONTACT, FRAMES, REST, T_CAMERA_TABLE, scene
from tests.stages.film import describe, run_stage

pytestmark = pytest.mark.slow

PHYSICS = "method.simulation"


def test_frames_without_landmarks_are_filled_and_said(tmp_path: Path) -> None:
    _, seen, T_table_ball = scene(0.01)
    spec = spec_of("SK840", "right")
    describe(tmp_path, FRAMES, camera=CAMERA, has_depth=False)
    calibration = Calibration.load(tmp_path / "calibration.json")
    replace(calibration, T_camera_table=T_CAMERA_TABLE).save(tmp_path / "calibration.json")
    ball = synthetic.thing("apple", "manipulated", Shape(kind="sphere"), (2 * BALL,) * 3, (0.38, 0.25), 0.1, "z")
    twin = synthetic.twin(ball, task_type="grasp")
    twin.save(tmp_path / "twin" / "twin.json")
    export_mjcf(twin, tmp_path / "twin", from_json(PhysicsSettings, spec.section(PHYSICS), PHYSICS))
    # A twin's frame is at an object's lowest point, that of the made-up ball in its middle.
    T_table_ball[:, 2, 3] -= BALL
    ObjectMotion(
        frame=np.arange(FRAMES), T_table_object=T_table_ball, position_sigma_m=np.full(FRAMES, 0.005),
        rotation_sigma_rad=np.full(FRAMES, 0.05), visible_fraction=np.ones(FRAMES),
        centroid_px=np.zeros((FRAMES, 2)), target_centroid_px=np.zeros((FRAMES, 2)),
    ).save(tmp_path / "motion" / "object.npz")  # fmt: skip
    synthetic.keyframes(CONTACT, CONTACT, REST, None, None).save(tmp_path / "keyframes.json")

    seen.save(tmp_path / "motion" / "landmarks.npz")
    told = run_stage(hands.STAGE, spec, tmp_path, tmp_path, hand={"bundle": {"iterations": 4}})
    hasty = ("SK834", "the hand's fit had not settled when its iterations ended", "demonstrations.recording")
    assert told == [hasty], "how long it came out and how well it fits are progress, not warnings"
    holed = seen.joints_px.copy()
    holed[50:56] = np.nan
    replace(seen, joints_px=holed).save(tmp_path / "motion" / "landmarks.npz")
    told = run_stage(hands.STAGE, spec, tmp_path, tmp_path, hand={"bundle": {"iterations": 4}})
    assert told == [hasty, ("SK834", "6 frames without landmarks were filled in", "demonstrations.recording")]
    assert np.isfinite(HandMotion.load(tmp_path / "motion" / "hand.npz").joints_table_m).all()
