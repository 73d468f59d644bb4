"""Each reason for which a fit is not believed, by itself."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.sight.likeness import Likeness
from skillc.runtime.sight.locate import LEAST_POINTS, TriedPlace, disbelief
from skillc.runtime.sight.pose_fit import FittedPose

GOOD = TriedPlace(
    fitted=FittedPose(T=np.eye(4), scale=1.0, covariance=np.eye(7), rms_m=0.002, paired=200),
    picture=Likeness(shown=0.9, hidden=0.1, seen_through=0.0, counted=500),
    explained=0.95,
    own=np.zeros((200, 3)),
    score=1.9,
)


def test_a_good_fit_is_believed() -> None:
    assert disbelief(GOOD) == ""


def test_what_is_seen_through_is_not_believed() -> None:
    assert "seen through" in disbelief(replace(GOOD, picture=replace(GOOD.picture, shown=0.6, seen_through=0.3)))


def test_what_is_hardly_shown_is_not_believed() -> None:
    assert "near side" in disbelief(replace(GOOD, picture=replace(GOOD.picture, shown=0.2, hidden=0.8)))


@pytest.mark.parametrize("rms", [0.006, np.inf, np.nan])
def test_what_does_not_lie_on_its_points_is_not_believed(rms: float) -> None:
    assert "mm off" in disbelief(replace(GOOD, fitted=replace(GOOD.fitted, rms_m=rms)))


def test_what_has_few_points_is_not_believed() -> None:
    assert "points lie on it" in disbelief(replace(GOOD, own=np.zeros((LEAST_POINTS - 1, 3))))


def test_what_explains_little_is_not_believed() -> None:
    assert "explains" in disbelief(replace(GOOD, explained=0.7))
