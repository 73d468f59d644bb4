"""What a viewer tells of a run's ticks: forces, state, faults, and the last sound posture where a tick has none."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.reference import Reference
from skillc.runtime.machine.log_reader import LoggedRun
from skillc.runtime.machine.row import Row
from skillc.runtime.safety.filter import SafeCommand
from skillc.runtime.safety.trip import Trip
from skillc.runtime.sim.contact_summary import NOTHING
from skillc.runtime.view.run_track import RunTrack


@pytest.fixture
def track(small_build: Path) -> RunTrack:
    """Three ticks: at rest, gripping with 3 N and 10 mrad off, and without a sound measurement."""
    contract = Contract.load(small_build / "contract.json")
    n = len(contract.joints)

    sent = SafeCommand(q=np.zeros(n), response="none", trips=(), limited=False, resting=True)

    def row(tick: int, qpos: Any, force: float, trips: tuple[Trip, ...] = ()) -> Row:
        contacts = replace(NOTHING, hand_object_force=force, pressing={**NOTHING.pressing, "hand-table": force / 2})
        measured = Measurement(
            time_s=tick / 60, qpos=qpos, T_table_objects={"box": np.eye(4), "tub": np.full((4, 4), np.nan)},
            manip_lowest_z=0.0, contacts=contacts, age_s=0.0, objects_age_s=0.0, command_age_s=0.0,
        )  # fmt: skip
        return Row(
            tick=tick, t=5.0 + tick / 60, measured=measured, policy=None, planner=None, interrupted=False, paused=False,
            bad_state="", command=None, sent=sent, state="approach", sample=10 * tick, events=(), trips=trips,
        )  # fmt: skip

    trip = Trip(tick=2, code="R03", fault="encoder", response="hold", message="", value=1.0, limit=0.5)
    rows = (row(0, np.zeros(n), 0.0), row(1, np.full(n, 0.01), 3.0), row(2, np.full(n, np.nan), 0.0, (trip,)))
    run = LoggedRun(
        machine=Machine.load(small_build / "machine" / "machine.json"), contract=contract,
        reference=Reference.load(small_build / "motion" / "reference.npz"), policy=False, rows=rows, ending=None,
        cut="",
    )  # fmt: skip
    return RunTrack.of(run, contract)


def test_time_counts_from_the_first_tick(track: RunTrack) -> None:
    assert track.time_s == pytest.approx([0, 1 / 60, 2 / 60])


def test_forces_are_those_of_each_tick(track: RunTrack) -> None:
    assert track.forces["hand on object"].tolist() == [0.0, 3.0, 0.0]


def test_a_tick_tells_state_forces_distance_and_faults(track: RunTrack) -> None:
    told = track.told(1)
    assert told.startswith("**approach**, hand on object 3.0 N") and "hand-table 1.5 N" in told and "10 mrad" in told
    assert "hand-table" not in track.told(0) and track.told(2).endswith("R03 encoder")


def test_a_tick_without_a_sound_posture_shows_the_one_before(track: RunTrack) -> None:
    assert (track.posture(2) == 0.01).all()
    unsound = replace(track.run.rows[2], measured=replace(track.run.rows[2].measured, qpos=np.zeros(0)))
    only = replace(track, run=replace(track.run, rows=(unsound,)))
    assert np.array_equal(only.posture(0), track.run.reference.qpos[0])


def test_objects_that_were_not_located_stay(track: RunTrack) -> None:
    assert set(track.objects(0)) == {"box"}


def test_a_sample_never_leaves_the_reference(track: RunTrack) -> None:
    late = replace(track.run.rows[2], sample=10_000)
    assert replace(track, run=replace(track.run, rows=(late,))).sample(0) == len(track.run.reference.time_s) - 1
