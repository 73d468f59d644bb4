"""`check` knows what `plan` knows: what a stage would refuse is said at the value's own line, headers included."""

import json
import sys
import time
from pathlib import Path

import pytest

from skillc.benchmarks.fuzz import film
from skillc.compiler.check.check import check_file
from skillc.compiler.check.open_job import open_job
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from tests.check.code_examples import completed

CAMERA = "cameras: {{main: {{model: realsense_d455, calibration: {}}}}}\n"
TAG = "{tag: tagStandard41h12, id: 0, size: 53.3 mm}"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("film") / "film.mp4"
    film(file, width=64, height=48)
    return file.read_bytes()


@pytest.fixture
def folder(tmp_path: Path, recording: bytes) -> Path:
    (tmp_path / "film.mp4").write_bytes(recording)
    return tmp_path


def said(folder: Path, text: str, severity: str = "error") -> list[tuple[str, str, str]]:
    """Return code, path and line's text of the findings of one severity; those of `plan` are the same errors."""
    spec = folder / "spec.yaml"
    spec.write_text(completed(text), encoding="utf-8")
    checked = check_file(spec)
    errors = [d for d in checked.diagnostics if d.severity == "error"]
    warned = {(d.code, d.path) for d in checked.diagnostics if d.severity == "warning"}
    assert [d.code for d in errors] == [d.code for d in planned(spec) if (d.code, d.path) not in warned]
    lines = spec.read_text(encoding="utf-8").splitlines()
    found = [d for d in checked.diagnostics if d.severity == severity]
    return [(d.code, d.path, lines[d.spans[0].line - 1][d.spans[0].column - 1 :]) for d in found]


def planned(spec: Path) -> list[Diagnostic]:
    try:
        open_job(spec, out=None, data=None, last=None)
    except SourceError as error:
        return [d for d in error.diagnostics if d.severity == "error"]
    return []


def demonstrated(rest: str = "", name: str = "film.mp4") -> str:
    return f"demonstrations: {{recording: {name}{rest}}}\n"


def test_a_sound_spec_and_recording_raise_nothing(folder: Path) -> None:
    assert said(folder, demonstrated(", region: {x: 32, y: 0, width: 32, height: 48}, reference: 39")) == []
    assert said(folder, demonstrated(", region: {x: 32 px, y: 0 px, width: 32.0 px, height: 48 px}")) == []


@pytest.mark.parametrize(
    ("rest", "code", "path", "line"),
    [
        (", region: {x: 33, y: 0, width: 32, height: 48}", "SK817", "demonstrations.region", "33,"),
        (", region: {x: 0, y: 0, width: 960, height: 720}", "SK817", "demonstrations.region", "0,"),
        (", region: {x: 0.5, y: 0, width: 32, height: 48}", "SK817", "demonstrations.region.x", "0.5"),
        (", reference: 40", "SK817", "demonstrations.reference", "40}"),
    ],
)
def test_what_the_spec_says_of_the_recording_is_compared_with_its_header(
    folder: Path, rest: str, code: str, path: str, line: str
) -> None:
    ((found, where, text),) = said(folder, demonstrated(rest))
    assert (found, where) == (code, path) and line in text


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "SK802"), (b"#EXTM3U", "SK803"), (b"hello", "SK803"), (b"\x00\x00\x00\x20ftypisom", "SK804")],
)
def test_a_file_that_is_no_sound_video_is_refused(folder: Path, content: bytes, code: str) -> None:
    (folder / "film.mp4").write_bytes(content)
    assert [f[:2] for f in said(folder, demonstrated())] == [(code, "demonstrations.recording")]


def test_a_video_cut_off_in_the_middle_is_refused(folder: Path, recording: bytes) -> None:
    (folder / "film.mp4").write_bytes(recording[: len(recording) // 2])
    assert [f[:2] for f in said(folder, demonstrated())] == [("SK804", "demonstrations.recording")]


def test_numbers_of_a_folder_that_are_none_are_refused(folder: Path) -> None:
    import cv2
    import numpy as np

    (folder / "rgbd" / "color").mkdir(parents=True)
    for k in range(31):
        cv2.imwrite(str(folder / "rgbd" / "color" / f"{k:03d}.png"), np.zeros((8, 8, 3), np.uint8))
    for about in (
        {"fps": "x"},
        {"fps": None},
        {"time_s": 3},
        {"fx": [], "fy": 1},
        {"distortion": "a"},
        {"fps": 10**400},
    ):
        (folder / "rgbd" / "camera.json").write_text(json.dumps(about))
        found = said(folder, demonstrated(name="rgbd"))
        assert [f[1] for f in found] == ["demonstrations.recording"], about
    (folder / "rgbd" / "camera.json").write_text("[" * 100_000)
    assert [f[0] for f in said(folder, demonstrated(name="rgbd"))] == ["SK816"]


def test_without_the_library_that_reads_videos_it_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [m for m in sys.modules if m.startswith("skillc.runtime.perception.recording")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "av", None)
    ((code, path, text),) = said(folder, demonstrated(), "warning")
    assert (code, path) == ("SK858", "demonstrations.recording") and text.startswith("film.mp4")


def test_a_tag_without_a_size_is_told_at_its_line(folder: Path) -> None:
    text = demonstrated() + CAMERA.format("{tag: tagStandard41h12, id: 0}")
    ((code, path, line),) = said(folder, text)
    assert (code, path) == ("SK857", "cameras.main.calibration") and line.startswith("tagStandard41h12")


def test_a_camera_without_a_calibration_is_told(folder: Path) -> None:
    ((code, path, _),) = said(folder, demonstrated() + "cameras: {side: {model: realsense_d455}}\n")
    assert (code, path) == ("SK820", "cameras.side")


def test_a_calibration_and_a_placement_that_are_none_are_told(folder: Path) -> None:
    (folder / "camera.json").write_text("{}")
    ((code, path, line),) = said(folder, demonstrated() + CAMERA.format("{file: camera.json}"))
    assert (code, path) == ("SK826", "cameras.main.calibration.file") and line.startswith("camera.json")
    robot = "hardware: {extends: kinova_gen3_leap, placement: {file: camera.json}}\n"
    ((code, path, line),) = said(folder, demonstrated() + robot)
    assert (code, path) == ("SK826", "hardware.placement.file") and line.startswith("camera.json")


@pytest.mark.parametrize(
    ("item", "path", "line"),
    [
        ("asset: {set: ycb}", "asset.set", "ycb"),
        ("asset: {primitive: capsule, radius: 1 cm}", "asset.primitive", "capsule"),
        ("asset: {primitive: box}, size: 10 cm", "size", "10 cm"),
        ("shape: mesh", "shape", "mesh"),
    ],
)
def test_a_shape_of_which_no_twin_is_made_is_told(folder: Path, item: str, path: str, line: str) -> None:
    text = demonstrated() + f"scene: {{objects: {{apple: {{role: manipulated, {item}}}}}}}\n"
    ((code, where, found),) = said(folder, text)
    assert (code, where) == ("SK843", f"scene.objects.apple.{path}") and found.startswith(line)


def test_a_mesh_that_is_none_is_told(folder: Path) -> None:
    (folder / "apple.obj").write_text("hello\n")
    text = demonstrated() + "scene: {objects: {apple: {role: manipulated, asset: {mesh: apple.obj}}}}\n"
    ((code, path, line),) = said(folder, text)
    assert (code, path) == ("SK890", "scene.objects.apple.asset.mesh") and line.startswith("apple.obj")


def test_a_mask_and_a_reference_picture_are_looked_at(folder: Path) -> None:
    import cv2
    import numpy as np

    masked = demonstrated() + "scene: {objects: {apple: {role: manipulated, mask: mask.png}}}\n"
    (folder / "mask.png").write_text("no picture")
    ((code, path, line),) = said(folder, masked)
    assert (code, path) == ("SK804", "scene.objects.apple.mask") and line.startswith("mask.png")
    cv2.imwrite(str(folder / "mask.png"), np.zeros((48, 64), np.uint8))
    assert said(folder, masked) == []
    assert said(folder, demonstrated(", reference: mask.png")) == []
    cv2.imwrite(str(folder / "mask.png"), np.zeros((40, 64), np.uint8))
    ((code, path, line),) = said(folder, demonstrated(", reference: mask.png"))
    assert (code, path) == ("SK817", "demonstrations.reference") and line.startswith("mask.png")


def test_a_spec_without_a_recording_may_be_reviewed_and_not_built(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(completed("summary: No film yet.\n"))
    checked = check_file(tmp_path / "spec.yaml")
    assert checked.resolved is not None
    assert [(d.code, d.severity) for d in checked.diagnostics] == [("SK801", "warning")]
    assert [d.code for d in planned(tmp_path / "spec.yaml")] == ["SK801"]


@pytest.mark.parametrize(
    "text",
    [
        "demonstrations: {recording: 5 cm}\n",
        "demonstrations: {recording: 0.8 .. 1.2}\n",
        f"task: {{type: {'a' * 300}}}\n",
        "task: {type: ../methods/video2sim2real}\n",
        "demonstrations: none\n",
        "method: {extends: video2sim2real, simulation: {timestep_s: 0 s}}\n",
        "randomization: {observation.lag_probability: 0.1}\n",
        "rewards: {flow_tracking: {weight: {per_stage: [1.0, 0.5]}, scale: 5 cm}}\n",
        "evaluation: {test: {apple.yaw: 3 deg}}\n",
        "method: {extends: video2sim2real, simulation: {timestep_s: 1000 s}}\n",
        "method: {extends: video2sim2real, stages: {grasps: {seed: 1.5}}}\n",
    ],
)
def test_what_check_accepts_plan_accepts(folder: Path, text: str) -> None:
    started = time.process_time()
    said(folder, ("" if text.startswith("demonstrations") else demonstrated()) + text)
    assert time.process_time() - started < 4


@pytest.mark.parametrize("weight", ["{per_stage: [1.0, 0.5]}", "{per_stage: []}", "{}", "5 cm"])
def test_a_value_that_clashes_with_the_preset_is_told_at_the_user_s_line(folder: Path, weight: str) -> None:
    text = demonstrated() + f"rewards:\n  flow_tracking: {{weight: {weight}, scale: 5 cm}}\n"
    (folder / "spec.yaml").write_text(completed(text))
    errors = [d for d in check_file(folder / "spec.yaml").diagnostics if d.severity == "error"]
    lines = (folder / "spec.yaml").read_text().splitlines()
    assert errors and all(d.spans[0].file.endswith("spec.yaml") for d in errors)
    assert all("flow_tracking" in lines[d.spans[0].line - 1] for d in errors)
