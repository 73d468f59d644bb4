"""Ways to come in: which are tried, in which order, and what they replay of the demonstration."""

from dataclasses import dataclass

import numpy as np
import pytest

from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.approaches import Approach, approaches
from skillc.runtime.motion.cell.cell import raised
from skillc.runtime.motion.path.demonstrated import DemonstratedHand

FPS, CONTACT = 30.0, 60
SHOWN = DemonstratedHand(
    T_table_hand=np.array(
        [se3.exp(np.array([0.5 - 0.005 * k, 0.2, 0.4 - 0.004 * k, 0, 0, 0.01 * k])) for k in range(90)]
    ),
    fingers=np.zeros((90, 2)),
)
T_CONTACT = raised(SHOWN.T_table_hand[CONTACT], np.array([0.0, 0.05, 0.01]))
DOWN = np.array([0.0, 0.0, -1.0])


@dataclass(frozen=True)
class Parameters:
    leads_s: tuple[float, ...] = (1.0, 0.6)
    knot_s: float = 0.15
    approaches_m: tuple[float, ...] = (0.08, 0.03)


def ways(*, may_sweep: bool = True, contact: int = CONTACT) -> list[Approach]:
    return approaches(
        SHOWN, contact=contact, fps=FPS, T_contact=T_CONTACT, inward=DOWN, may_sweep=may_sweep,
        parameters=Parameters(),  # type: ignore[arg-type]
    )  # fmt: skip


def test_every_way_ends_at_contact_and_the_longest_lead_comes_first() -> None:
    found = ways()
    assert all(np.allclose(way.T_table_hand[-1], T_CONTACT) and way.frame[-1] == CONTACT for way in found)
    joined = [way.frame[0] for way in found]
    assert joined[:3] == [30.0] * 3 and joined[3:6] == [42.0] * 3 and np.isnan(joined[6:]).all()


def test_a_lead_begins_at_the_demonstrated_pose_and_keeps_its_shape() -> None:
    first = ways()[0]
    assert np.allclose(first.T_table_hand[0], SHOWN.T_table_hand[30])
    assert np.all(np.diff(first.frame) > 0) and np.diff(first.frame).max() <= 4.5 + 1e-9
    off = first.T_table_hand[:, 1, 3] - 0.2
    assert np.all(np.diff(off) >= 0) and off[-1] == pytest.approx(0.05), "the correction only grows"


@pytest.mark.parametrize(("index", "length"), [(1, 0.08), (2, 0.03), (6, 0.08), (7, 0.03)])
def test_a_standoff_lies_straight_behind_contact(index: int, length: float) -> None:
    way = ways()[index]
    line = way.T_table_hand[way.line :]
    assert np.allclose(line[0, :3, 3], T_CONTACT[:3, 3] - length * DOWN) and np.allclose(
        line[:, :3, :3], T_CONTACT[:3, :3]
    )
    assert np.allclose(line[:, :2, 3], T_CONTACT[:2, 3]) and np.isnan(way.frame[way.line + 1 : -1]).all()


def test_a_push_never_sweeps_up_to_its_object() -> None:
    assert all(way.line < len(way.frame) - 1 for way in ways(may_sweep=False))
    assert len(ways(may_sweep=False)) == len(ways()) - 2


def test_a_recording_that_begins_at_contact_has_no_lead() -> None:
    assert [np.isfinite(way.frame).sum() for way in ways(contact=4)] == [1, 1]
