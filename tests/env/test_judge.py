"""Every term reads no more of a snapshot than it says: without the sensor, its value would be NaN."""

from dataclasses import fields, replace

import numpy as np
import pytest

from skillc.runtime.terms.rewards import REWARDS
from skillc.runtime.terms.snapshot import Snapshot
from skillc.runtime.terms.terminations import TERMINATIONS

FIELDS = {
    "tips": "tip_distance_m", "tip_contact": "tips_in_contact", "scene_force": "object_force_n",
    "table_distance": "table_distance_m", "lowest_point": "object_rise_m",
}  # fmt: skip
TERMS = [t for t in (*REWARDS.values(), *TERMINATIONS.values()) if t.implemented]


def snapshot() -> Snapshot:
    ones = np.full((2, 3), 0.01)
    return Snapshot(
        flow_centroid=np.zeros((2, 3, 3)), flow_centroid_reference=np.full((2, 3, 3), 0.01), action=np.ones((2, 3, 4)),
        object_turn_rad=ones, joint_distance_rad=ones, tip_distance_m=ones, tips_in_contact=ones, object_rise_m=ones,
        object_force_n=ones, table_distance_m=3 * ones, after_contact=ones > 0, time_s=ones, end_s=1.0,
    )  # fmt: skip


@pytest.mark.parametrize("term", TERMS, ids=lambda t: t.name)
def test_a_term_gives_an_array_and_reads_only_what_it_says_is_sensed(term) -> None:
    now, given = snapshot(), {p.name: 0.02 for p in term.parameters if not p.needs}
    whole = term.value(now, **given)
    assert whole.shape == (2, 3)
    unsensed = {name: np.full((2, 3), np.nan) for sense, name in FIELDS.items() if sense not in term.senses}
    assert np.array_equal(term.value(replace(now, **unsensed), **given), whole)
    for sense in term.senses:
        blind = replace(now, **{FIELDS[sense]: np.full((2, 3), np.nan)})
        assert not np.array_equal(term.value(blind, **given), whole), sense


def test_every_sense_is_a_field_of_a_snapshot() -> None:
    assert set(FIELDS.values()) <= {f.name for f in fields(Snapshot)}
