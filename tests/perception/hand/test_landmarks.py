"""Which of the hands seen is the one that acts."""

import numpy as np
import pytest

from skillc.runtime.perception.hand.landmarks import HandChoiceParameters, SeenHands, acting_hand
from skillc.runtime.perception.recording.faults import InputFault

PARAMETERS = HandChoiceParameters(same_hand=0.35, reach=1.5, least_share=0.3)
HAND = np.random.default_rng(0).uniform(0, 80, (21, 2))


def seen(places: list[list[tuple[float, bool, float] | None]]) -> SeenHands:
    """`places[t][k]` = (x in px, right hand, score) or None."""
    count, slots = len(places), 2
    px, relative = np.full((count, slots, 21, 2), np.nan), np.full((count, slots, 21, 3), np.nan)
    score, right = np.zeros((count, slots)), np.zeros((count, slots), dtype=bool)
    for t, row in enumerate(places):
        for k, hand in enumerate(row):
            if hand is not None:
                px[t, k], relative[t, k] = HAND + np.array([hand[0], 100]), 0.0
                right[t, k], score[t, k] = hand[1], hand[2]
    return SeenHands(joints_px=px, joints_relative_m=relative, score=score, right=right, estimator="test")


def test_the_hand_that_moves_acts_and_the_resting_one_is_kept_aside() -> None:
    # The detector swaps its slots half way.
    rows = [[(100 + 5 * t, True, 0.9), (600, False, 0.95)] for t in range(20)]
    rows += [[(600, False, 0.95), (200 + 5 * t, True, 0.9)] for t in range(20)]
    found = acting_hand(seen(rows), PARAMETERS)  # type: ignore[arg-type]
    assert found.handedness == "right"
    assert np.allclose(found.joints_px[:, 0, 0] - HAND[0, 0], [100 + 5 * t for t in range(40)])
    assert np.allclose(found.other_px[:, 0, 0] - HAND[0, 0], 600)


def test_the_spec_may_say_which_hand_acts() -> None:
    rows = [[(100 + 5 * t, True, 0.9), (600 + t, False, 0.95)] for t in range(30)]
    found = acting_hand(seen(rows), PARAMETERS, "left")  # type: ignore[arg-type]
    assert found.handedness == "left"
    assert found.joints_px[0, 0, 0] - HAND[0, 0] == pytest.approx(600)
    with pytest.raises(InputFault, match="left"):
        acting_hand(seen([[(100 + t, True, 0.9)] for t in range(30)]), PARAMETERS, "left")  # type: ignore[arg-type]


def test_two_detections_of_one_hand_are_one() -> None:
    rows = [[(100 + 5 * t, True, 0.9), (104 + 5 * t, True, 0.5)] for t in range(30)]
    found = acting_hand(seen(rows), PARAMETERS)  # type: ignore[arg-type]
    assert np.isnan(found.other_px).all()
    assert (found.score == 0.9).all()


def test_a_hand_that_was_hidden_comes_back_as_the_same_hand() -> None:
    rows = [[(100 + 5 * t, True, 0.9) if not 10 <= t < 18 else None] for t in range(40)]
    found = acting_hand(seen(rows), PARAMETERS)  # type: ignore[arg-type]
    assert (found.score > 0).sum() == 32
    assert np.isnan(found.joints_px[12]).all()


@pytest.mark.parametrize("shown", [0, 5])
def test_no_hand_or_hardly_one_is_a_fault(shown: int) -> None:
    rows = [[(100 + 5 * t, True, 0.9) if t < shown else None] for t in range(40)]
    with pytest.raises(InputFault) as caught:
        acting_hand(seen(rows), PARAMETERS)  # type: ignore[arg-type]
    assert caught.value.code == "SK830"
