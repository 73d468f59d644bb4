"""Records that are files: where they lie, how they are stored, which versions are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifact, Artifacts
from skillc.runtime.formats.fidelity import Deviation, Fidelity, PhaseFidelity
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.placement import Placement
from skillc.runtime.formats.records import FormatError, from_json


@dataclass(frozen=True, kw_only=True)
class Weights(Artifact, name="weights", file="deep/weights.npz"):
    """Arrays."""

    grams: FloatArray


@dataclass(frozen=True, kw_only=True)
class Note(Artifact, name="note", file="note.json", version=3):
    """Text."""

    text: str


def test_the_files_ending_says_how_a_record_is_stored(tmp_path: Path) -> None:
    Weights(grams=np.array([1.0, 2.0])).save(tmp_path / Weights.FILE)
    assert np.array_equal(np.load(tmp_path / "deep" / "weights.npz")["grams"], [1.0, 2.0])
    assert np.array_equal(Weights.load(tmp_path / Weights.FILE).grams, [1.0, 2.0])
    Note(text="seen").save(tmp_path / Note.FILE)
    assert json.loads((tmp_path / "note.json").read_text()) == {"format": "skillc.note", "version": 3, "text": "seen"}


@dataclass(frozen=True, kw_only=True)
class Weighed(Artifact, name="weighed", file="weighed.json"):
    """A mapping."""

    grams: Mapping[str, float]


def test_equal_mappings_are_equal_bytes_in_whatever_order_they_were_filled(tmp_path: Path) -> None:
    Weighed(grams={"plum": 60.0, "apple": 180.0}).save(tmp_path / "one.json")
    Weighed(grams={"apple": 180.0, "plum": 60.0}).save(tmp_path / "other.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "other.json").read_bytes()


def test_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "note.json"
    file.write_text('{"format": "skillc.note", "version": 2, "text": "old"}')
    with pytest.raises(FormatError, match="version 2 found, this release reads version 3"):
        Note.load(file)


def test_a_file_is_found_in_whichever_folder_holds_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    Placement(T_table_robot=np.eye(4), placement="given", score=None).save(second / Placement.FILE)
    made = Artifacts(folders=(first, second))
    assert made.load(Placement).placement == "given" and made.path("placement.json").parent == second
    assert made.holds("placement.json") and not made.holds("keyframes.json")
    with pytest.raises(FileNotFoundError, match=r"keyframes\.json was not made by first, second"):
        made.load(Keyframes)


def test_a_whole_number_may_be_written_with_a_point_and_no_other() -> None:
    assert from_json(int, 12.0) == 12 and isinstance(from_json(int, 12.0), int)
    with pytest.raises(FormatError, match=r"expected int, found 12\.5"):
        from_json(int, 12.5, "frames")


def test_a_measure_that_was_not_taken_comes_back_as_no_number(tmp_path: Path) -> None:
    still = Deviation(mean=float("nan"), largest=float("nan"))
    phase = PhaseFidelity(
        phase="approach", replayed=0.0, hand_position_m=still, hand_rotation_rad=still, fingers_rad=still,
        object_position_m=still, object_rotation_rad=still,
    )  # fmt: skip
    Fidelity(phases=(phase,), approach_dropped_s=0.0, changes=(), fell_back=()).save(tmp_path / "fidelity.json")
    assert np.isnan(Fidelity.load(tmp_path / "fidelity.json").phases[0].fingers_rad.mean)
