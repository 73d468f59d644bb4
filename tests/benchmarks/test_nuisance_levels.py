"""A build is right, doubted or silently wrong by what differs from the truth and what it said of it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.benchmarks.nuisance_levels import Verdict, judge, table
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Camera, Recording, Source
from skillc.runtime.formats.twin import Twin

CAMERA = Camera(width=4, height=4, fx=4, fy=4, cx=2, cy=2)


@pytest.fixture
def pair(small_build: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A build and a truth that agree."""
    build, truth = tmp_path / "build", tmp_path / "truth"
    shutil.copytree(small_build, build)
    truth.mkdir()
    for name, source in (("twin.json", "twin/twin.json"), ("keyframes.json",) * 2, ("object.npz", "motion/object.npz")):
        shutil.copy(build / source, truth / name)
    Recording(
        kind="video", source=Source(path="box.mp4", sha256=""), camera=CAMERA,
        region=(0, 0, 4, 4), rotation_deg=0, time_s=(0.0, 1.0), fps=60.0, has_depth=False, depth_unit_m=0.0,
        start_frame=0, reference_frame=0, reference_image=None, notes=(),
    ).save(build / "recording.json")  # fmt: skip
    return build, truth


def change_keyframes(build: Path, **new: object) -> None:
    replace(Keyframes.load(build / "keyframes.json"), **new).save(build / "keyframes.json")


def change_object(build: Path, **new: object) -> None:
    twin = Twin.load(build / "twin/twin.json")
    replace(twin, objects=(replace(twin.objects[0], **new), *twin.objects[1:])).save(build / "twin/twin.json")


def shift(build: Path) -> None:
    pose = np.array(Twin.load(build / "twin/twin.json").objects[0].T_table_object)
    pose[0, 3] += 0.03
    change_object(build, T_table_object=pose)


def end_elsewhere(build: Path) -> None:
    motion = ObjectMotion.load(build / "motion/object.npz")
    Ts = motion.T_table_object.copy()
    Ts[-1, 0, 3] += 0.04
    replace(motion, T_table_object=Ts).save(build / "motion/object.npz")


WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "contact +30 frames": (lambda b: change_keyframes(b, contact=50), "SK867"),
    "release None instead of 45": (lambda b: change_keyframes(b, release=None), "SK867"),
    "manipulated 30 mm off": (shift, "SK869"),
    "manipulated x +40 %": (lambda b: change_object(b, size_m=(0.07, 0.06, 0.08)), "SK868"),
    "end 40 mm off": (end_elsewhere, "SK866"),
}


def test_what_agrees_with_the_truth_is_right(pair: tuple[Path, Path]) -> None:
    misses = judge(*pair, ())
    assert not misses.silent and not misses.told


@pytest.mark.parametrize("what", WRONG)
def test_what_differs_is_wrong_unless_its_own_warning_was_given(pair: tuple[Path, Path], what: str) -> None:
    change, code = WRONG[what]
    change(pair[0])
    silent = judge(*pair, ("SK842",)).silent
    assert len(silent) == 1 and silent[0].startswith(what)
    warned = judge(*pair, (code,))
    assert not warned.silent and warned.told == silent


def test_a_size_that_was_assumed_is_not_held_against_it(pair: tuple[Path, Path]) -> None:
    change_object(pair[0], size_m=(0.09, 0.06, 0.08), size_measured=(False, True, True))
    assert not judge(*pair, ()).silent


def test_an_error_inside_its_own_sigma_is_told(pair: tuple[Path, Path]) -> None:
    change_object(pair[0], size_m=(0.07, 0.06, 0.08), size_sigma_m=(0.02, 0.01, 0.01))
    misses = judge(*pair, ())
    assert misses.told and not misses.silent


def test_an_unsure_keyframe_is_told(pair: tuple[Path, Path]) -> None:
    sure = Keyframes.load(pair[0] / "keyframes.json").confidence
    change_keyframes(pair[0], contact=50, confidence=replace(sure, contact=0.3))
    misses = judge(*pair, ())
    assert misses.told and not misses.silent


def test_the_table_counts_every_outcome() -> None:
    outcomes = ("right", "right", "wrong", "refused")
    text = table([Verdict(level=1, task="box", seed=k, kind="rgbd", outcome=o) for k, o in enumerate(outcomes)])
    assert text.splitlines()[1].split() == ["1", "rgbd", "4", "2", "1", "0", "1"]
