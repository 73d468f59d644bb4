"""Time lines carry the keyframes and phases there are, and each sample shows the frame that it replays."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.keyframes import KeyframeConfidence, Keyframes
from skillc.runtime.formats.reference import Reference
from skillc.runtime.view.time_marks import frames_of, keyframe_marks, phase_marks, sample_at


@pytest.fixture
def reference(small_build: Path) -> Reference:
    return Reference.load(small_build / "motion" / "reference.npz")


def test_keyframes_stand_in_the_order_of_time_and_only_where_they_are() -> None:
    sure = KeyframeConfidence(contact=1, lift=1, interaction=1, detachment=1, release=1)
    found = Keyframes(contact=9, lift=None, interaction=40, detachment=None, release=30, confidence=sure, fps=30.0)
    assert list(keyframe_marks(found).items()) == [("contact", 9), ("release", 30), ("interaction", 40)]


def test_a_phase_is_marked_where_it_begins(reference: Reference) -> None:
    marks = phase_marks(reference)
    assert [name for _, name in marks] == ["approach", "close", "track"]
    assert [at for at, _ in marks] == pytest.approx([0.0, 20 / 60, 40 / 60])


def test_samples_that_replay_nothing_keep_the_frame_before(reference: Reference) -> None:
    shown = np.full(len(reference.time_s), np.nan)
    shown[[5, 10]] = (7.4, 99.0)
    frames = frames_of(replace(reference, demonstrated_frame=shown), 60)
    assert frames[0] == frames[5] == frames[9] == 7 and frames[10] == frames[-1] == 59
    assert (frames_of(replace(reference, demonstrated_frame=shown * np.nan), 60) == 0).all()


def test_a_time_between_samples_shows_the_one_before() -> None:
    times = np.array([0.0, 0.1, 0.2])
    assert [sample_at(times, t) for t in (-1.0, 0.0, 0.1, 0.19, 0.2, 9.0)] == [0, 0, 1, 1, 2, 2]
