"""The loop over postures: what is tried, in which order, and which failure is told."""

import numpy as np
import pytest

from skillc.runtime.planning import candidates
from skillc.runtime.planning.candidates import through_postures
from skillc.runtime.planning.impasse import Impasse, NoPlan
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.postures import Reached


def failure(progress: int) -> Impasse:
    return Impasse(constraint="collision", at="contact", what=f"got to {progress}", progress=progress)


@pytest.fixture
def four_postures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let postures 0 to 3 meet the poses 1, 0, 1, 2."""
    met = Reached(pose=np.array([1, 0, 1, 2]), q=np.arange(4.0)[:, None])
    monkeypatch.setattr(candidates, "reached", lambda *asked: met)


def made(planner: MotionPlanner, outcome: dict[int, int | None], *, blocked: tuple[int, ...] = (), most: int = 9):
    """Try the postures; `outcome` says how far each gets, None if it is made. Yields pose and posture."""

    def make(pose: int, q: np.ndarray) -> tuple[int, int] | Impasse:
        progress = outcome[int(q[0])]
        return (pose, int(q[0])) if progress is None else failure(progress)

    return through_postures(
        planner.cell, np.zeros((3, 4, 4)), np.zeros(1), at="contact", progress=0, most=most, make=make,
        blocked=lambda q: failure(1) if int(q[0]) in blocked else None,
    )  # fmt: skip


@pytest.mark.usefixtures("four_postures")
def test_postures_are_tried_in_order_and_told_with_their_pose(place: MotionPlanner) -> None:
    found = made(place, {0: None, 1: 5, 2: None, 3: None})
    assert [next(found), next(found), next(found)] == [(1, 0), (1, 2), (2, 3)]


@pytest.mark.usefixtures("four_postures")
def test_the_failure_that_got_farthest_is_told(place: MotionPlanner) -> None:
    with pytest.raises(NoPlan, match="got to 7"):
        list(made(place, {0: 3, 1: 7, 2: 2, 3: 5}))


@pytest.mark.usefixtures("four_postures")
def test_blocked_postures_do_not_count_as_tried(place: MotionPlanner) -> None:
    assert next(made(place, {0: 2, 2: 2, 3: None}, blocked=(1,), most=3)) == (2, 3)
    with pytest.raises(NoPlan, match="got to 2"):
        list(made(place, {0: 2, 2: 2, 3: None}, blocked=(1,), most=2))


@pytest.mark.usefixtures("four_postures")
def test_where_all_are_made_nothing_has_failed(place: MotionPlanner) -> None:
    assert len(list(made(place, dict.fromkeys(range(4))))) == 4
