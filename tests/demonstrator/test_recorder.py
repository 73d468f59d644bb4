"""The recorded pictures agree with the truth beside them."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from skillc.runtime.demonstrator import recorder
from skillc.runtime.demonstrator.filming import film
from skillc.runtime.demonstrator.furnishing import cluttered
from skillc.runtime.demonstrator.nuisance import LEVELS
from skillc.runtime.demonstrator.ready_spec import spec_text
from skillc.runtime.demonstrator.recorder import record
from skillc.runtime.demonstrator.scripts import TASKS
from skillc.runtime.demonstrator.set_design import choose_look
from skillc.runtime.demonstrator.viewpoint import choose_viewpoint
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Twin
from skillc.runtime.perception.camera.fiducial import detect_tags

pytestmark = pytest.mark.slow

Play = Callable[[str], Any]


@pytest.mark.parametrize("seed", range(4))
def test_every_camera_sees_the_whole_tag_and_looks_down_steeply(seed: int) -> None:
    view = choose_viewpoint(np.random.default_rng(seed))
    corners = view.project(np.array([[x, y, 0] for x in (-0.048, 0.048) for y in (-0.048, 0.048)]))
    assert (corners > 0).all() and (corners < [960, 720]).all()
    forward = view.T_camera_table[2, :3]
    assert 40 < np.degrees(np.arcsin(-forward[2])) < 55
    assert view.T_camera_table[:3, :3] @ view.T_camera_table[:3, :3].T == pytest.approx(np.eye(3))


def test_true_joints_and_tag_project_onto_their_pictures(play: Play) -> None:
    p = play("apple")
    rng = np.random.default_rng(5)
    look, view = choose_look(rng), choose_viewpoint(rng)
    frames = [0, p.performance.keyframes.contact]
    part = dataclasses.replace(
        p.performance, time_s=p.performance.time_s[frames], Ts_bone=p.performance.Ts_bone[frames],
        Ts_prop=p.performance.Ts_prop[frames],
    )  # fmt: skip
    shots = film(script=p.script, performance=part, skin=p.skin, look=look, viewpoint=view, rng=rng)
    for frame, (picture, depth) in zip(frames, shots, strict=True):
        joints = p.performance.joints[frame]
        px = np.round(view.project(joints)).astype(int)
        z = (joints @ view.T_camera_table[:3, :3].T + view.T_camera_table[:3, 3])[:, 2]
        seen = depth[px[:, 1], px[:, 0]]
        behind = z - seen
        assert (behind > -0.002).all(), behind  # no joint lies in front of what the picture shows
        assert (behind < 0.03).mean() > 0.6  # most are just under the skin seen there, the others occluded
        tags = detect_tags(np.ascontiguousarray(picture), "tagStandard41h12")
        half = 0.096 * 5 / 9 / 2
        corners = np.array([[half, -half, 0], [half, half, 0], [-half, half, 0], [-half, -half, 0]])
        expected = view.project(corners + np.array([0, 0, 0.0002]))
        error = np.linalg.norm(tags[0].corners_px[:, None] - expected[None], axis=2).min(axis=1)
        assert error.max() < 1.5


@pytest.mark.parametrize("task", TASKS)
def test_specs_point_at_the_recording(play: Play, task: str) -> None:
    script = dataclasses.replace(play("apple").script, task=task)
    rgbd, color = spec_text(script, "rgbd"), spec_text(script, "color.mp4")
    assert "  recording: rgbd\n" in rgbd and "focal" not in rgbd and "region" not in rgbd
    assert "  recording: color.mp4\n" in color and "focal: 582 px" in color
    names = [p.name for p in play("apple").script.props if p.role != "obstacle"]
    assert task != "apple" or all(f"    {name}:" in rgbd for name in names)


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let recordings have three frames."""
    whole = recorder.perform_script

    def short(*args: Any) -> Any:
        full = whole(*args)
        keep = slice(0, 3)
        return dataclasses.replace(
            full, time_s=full.time_s[keep], Ts_bone=full.Ts_bone[keep], Ts_prop=full.Ts_prop[keep],
            joints=full.joints[keep], hand=full.hand[keep],
        )  # fmt: skip

    monkeypatch.setattr(recorder, "perform_script", short)


@pytest.mark.slow
def test_a_recording_is_complete_readable_and_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch)
    first, second = record("box", 4, tmp_path / "a"), record("box", 4, tmp_path / "b")
    names = sorted(p.relative_to(first.folder) for p in first.folder.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(second.folder) for p in second.folder.rglob("*") if p.is_file())
    for name in names:
        if name.suffix != ".mp4":
            assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name
    for a, b in zip(_pictures(first.folder), _pictures(second.folder), strict=True):
        assert np.abs(a - b).mean() < 1.0
    truth = first.folder / "truth"
    twin = Twin.load(truth / "twin.json")
    assert twin.manipulated.name == "tissue_box" and twin.task_type == "push"
    for thing in twin.objects:
        assert all((truth / part).is_file() for part in (thing.shape.mesh or "", *thing.shape.parts))
    hand, motion = HandMotion.load(truth / "hand.npz"), ObjectMotion.load(truth / "object.npz")
    assert hand.joints_table_m.shape == (3, 21, 3) and motion.T_table_object.shape == (3, 4, 4)
    Keyframes.load(truth / "keyframes.json")
    about = json.loads((first.folder / "rgbd" / "camera.json").read_text())
    assert about["fx"] == Calibration.load(truth / "calibration.json").camera.fx


def test_the_hardest_level_shows_the_same_demonstration_and_is_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch)
    hardest = len(LEVELS) - 1
    plain = record("apple", 4, tmp_path / "plain")
    first, second = (record("apple", 4, tmp_path / name, level=hardest) for name in ("a", "b"))
    for path in sorted(p for p in first.folder.rglob("*") if p.is_file() and p.suffix != ".mp4"):
        assert path.read_bytes() == (second.folder / path.relative_to(first.folder)).read_bytes(), path
    easy, hard = (json.loads((m.folder / "truth" / "twin.json").read_text())["objects"] for m in (plain, first))
    assert hard[: len(easy)] == easy and {thing["role"] for thing in hard[len(easy) :]} == {"obstacle"}
    about = json.loads((first.folder / "truth" / "about.json").read_text())
    assert about["nuisance"] == hardest and about["fps"] in LEVELS[hardest].rates_hz
    camera = Calibration.load(first.folder / "truth" / "calibration.json").camera
    assert (camera.width, camera.height) in LEVELS[hardest].sizes
    assert next(iter(_pictures(first.folder))).shape[:2] == (camera.height, camera.width)


def test_clutter_stands_apart_from_hand_and_things(play: Play) -> None:
    p = play("apple")
    view = choose_viewpoint(np.random.default_rng(5))
    script, performance = cluttered(p.script, p.performance, LEVELS[3], view, np.random.default_rng(0))
    added = script.props[len(p.script.props) :]
    assert len(added) >= LEVELS[3].clutter and performance.Ts_prop.shape[1] == len(script.props)
    hand = performance.joints.reshape(-1, 3)
    for k, prop in enumerate(added, start=len(p.script.props)):
        T = performance.Ts_prop[0, k]
        assert (performance.Ts_prop[:, k] == T).all() and prop.role == "obstacle"
        assert prop.solid.distance((hand - T[:3, 3]) @ T[:3, :3]).min() > 0.01
        for frame in range(0, len(performance.time_s), 10):
            item = performance.Ts_prop[frame, 0]
            points = p.script.props[0].surface_points() @ item[:3, :3].T + item[:3, 3]
            assert prop.solid.distance((points - T[:3, 3]) @ T[:3, :3]).min() > 0.005


def _pictures(folder: Path) -> list[np.ndarray]:
    with av.open(str(folder / "color.mp4")) as video:
        return [f.to_ndarray(format="rgb24").astype(float) for f in video.decode(video=0)]
