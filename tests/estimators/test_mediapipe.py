"""The real worker on a real recording; needs the installed environment (skillc estimators install mediapipe)."""

from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.estimators import environment
from skillc.runtime.estimators.catalog import MEDIAPIPE
from skillc.runtime.estimators.hands import seen_hands
from skillc.runtime.formats.recording import Camera, Recording, Source
from skillc.runtime.perception.hand.landmarks import HandChoiceParameters, acting_hand
from skillc.runtime.perception.recording.frames import open_frames


@pytest.mark.slow
def test_the_worker_finds_the_hand_and_answers_the_same_twice(recordings: Path) -> None:
    if not environment.is_installed(MEDIAPIPE):
        pytest.skip("the mediapipe environment is not installed: skillc estimators install mediapipe")
    camera = Camera(width=960, height=720, fx=582.0, fy=582.0, cx=479.5, cy=359.5)
    recording = Recording(
        kind="video", source=Source(path="tray.mp4", sha256=""), camera=camera, region=(0, 0, 960, 720),
        rotation_deg=0, time_s=tuple(k / 30 for k in range(20)), fps=30.0, has_depth=False, depth_unit_m=0.0,
        start_frame=0,
        reference_frame=0, reference_image=None, notes=(),
    )  # fmt: skip
    answers = []
    for _ in range(2):
        with open_frames(recording, recordings / "tabletop_rgb") as reader:
            answers.append(
                seen_hands(reader, MEDIAPIPE, detection=0.3, tracking=0.3, announce=print, progress=lambda k: None)
            )
    assert np.array_equal(answers[0].joints_px, answers[1].joints_px, equal_nan=True)
    hand = acting_hand(answers[0], HandChoiceParameters(same_hand=0.35, reach=1.5, least_share=0.3))
    assert (hand.score > 0).all()
    assert hand.handedness == "right"
    # The hand comes in at the upper right of this view.
    assert 480 < hand.joints_px[0, :, 0].mean() < 720
    assert hand.joints_px[0, :, 1].mean() < 250
