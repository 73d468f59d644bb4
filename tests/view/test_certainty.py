"""The report's list: each thing a build knows is measured, assumed or doubtful, and says why."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skillc.runtime.formats.build_warnings import BuildWarning, BuildWarnings
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.fidelity import Fidelity
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Twin
from skillc.runtime.view.certainty import Known, certainty

Parts = dict[str, Any]


@pytest.fixture
def parts(small_build: Path) -> Parts:
    n = 60
    hand = HandMotion(
        frame=np.arange(n), joints_table_m=np.zeros((n, 21, 3)), joints_px=np.zeros((n, 21, 2)), confidence=np.ones(n),
        position_sigma_m=np.full(n, 0.004), handedness="right", scale_m=0.09,
    )  # fmt: skip
    return {
        "calibration": Calibration.load(small_build / Calibration.FILE), "twin": Twin.load(small_build / Twin.FILE),
        "keyframes": Keyframes.load(small_build / Keyframes.FILE), "hand": hand,
        "motion": ObjectMotion.load(small_build / ObjectMotion.FILE),
        "fidelity": Fidelity.load(small_build / Fidelity.FILE), "warnings": BuildWarnings(warnings=()),
    }  # fmt: skip


def lines(parts: Parts, **changed: Any) -> dict[str, Known]:
    return {line.what: line for line in certainty(**{**parts, **changed})}


def box(parts: Parts, **changed: Any) -> Twin:
    twin: Twin = parts["twin"]
    return replace(twin, objects=(replace(twin.objects[0], **changed), *twin.objects[1:]))


def test_a_sound_build_has_nothing_doubtful(parts: Parts) -> None:
    found = lines(parts)
    assert {line.kind for line in found.values()} == {"measured", "assumed"}
    assert found["box, size along x"] == Known(kind="measured", what="box, size along x", told="50 +- 1 mm")
    assert found["box, mass"].kind == "assumed" and found["box, mass"].told == "200 +- 20 g"
    assert found["box, friction"].kind == "assumed" and found["keyframe contact"].kind == "measured"


def test_the_doubtful_stands_first(parts: Parts) -> None:
    found = certainty(**{**parts, "warnings": None})
    kinds = [line.kind for line in found]
    assert kinds == sorted(kinds, key=["doubtful", "assumed", "measured"].index) and kinds[0] == "doubtful"


CASES: dict[str, tuple[Callable[[Parts], Parts], str, str]] = {
    "an extent that was not seen": (
        lambda p: {"twin": box(p, size_measured=(True, True, False))}, "box, size along z", "assumed"),
    "an extent of a wide sigma": (
        lambda p: {"twin": box(p, size_sigma_m=(0.001, 0.02, 0.001))}, "box, size along y", "doubtful"),
    "an extent without a sigma": (
        lambda p: {"twin": box(p, size_sigma_m=(float("nan"), 0.001, 0.001))}, "box, size along x", "doubtful"),
    "a shape that does not fit": (lambda p: {"twin": box(p, outline_iou=0.66)}, "box, shape", "doubtful"),
    "an unsure keyframe": (
        lambda p: {"keyframes": replace(p["keyframes"], confidence=replace(p["keyframes"].confidence, lift=0.5))},
        "keyframe lift", "doubtful"),
    "a camera that was given": (
        lambda p: {"calibration": replace(p["calibration"], source="given")}, "the camera's place", "assumed"),
    "a focal length that was not calibrated": (
        lambda p: {"calibration": replace(p["calibration"], camera=replace(p["calibration"].camera, focal_sigma=8.0))},
        "the focal length", "assumed"),
    "what was given up": (
        lambda p: {"fidelity": replace(p["fidelity"], fell_back=("SK511",))}, "the robot's motion", "doubtful"),
    "an object out of sight": (
        lambda p: {"motion": replace(p["motion"], visible_fraction=np.repeat([0.0, 1.0], 30))},
        "the object's motion out of sight", "assumed"),
    "a hand that is not known": (
        lambda p: {"hand": replace(p["hand"], joints_table_m=np.full((60, 21, 3), np.nan))}, "the hand", "doubtful"),
    "a warning": (
        lambda p: {"warnings": BuildWarnings(warnings=(
            BuildWarning(stage="twin", code="SK847", message="extent along z is assumed", path="scene"),))},
        "twin (SK847)", "doubtful"),
    "a build that keeps no warnings": (lambda p: {"warnings": None}, "warnings of the build", "doubtful"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_is_told_as_what_it_is(parts: Parts, case: str) -> None:
    change, what, kind = CASES[case]
    before = lines(parts).get(what)
    assert before is None or before.kind != kind
    assert lines(parts, **change(parts))[what].kind == kind


def test_a_keyframe_that_a_task_does_not_have_is_left_out(parts: Parts) -> None:
    keyframes: Keyframes = parts["keyframes"]
    without = replace(keyframes, release=None, confidence=replace(keyframes.confidence, release=0.0))
    assert "keyframe release" not in lines(parts, keyframes=without)
