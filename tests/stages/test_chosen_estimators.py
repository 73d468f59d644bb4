"""Every estimator a spec can choose, through its stage, its worker process and its own loading and calling code.

The models themselves are stand-ins (tests/estimators/tiny) that answer from a recording; none was run with weights.
"""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import Stage, StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.stages.demonstration import landmarks, object_motion, scene, tracks
from skillc.compiler.stages.twin import twin
from skillc.runtime.estimators import environment
from skillc.runtime.estimators.catalog import GEMINI, MEDIAPIPE
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.scene import Masks, Scene
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry.projection import project
from tests.check.code_examples import spec_of
from tests.run_stage import Told
from tests.stages.film import BLUE, CAMERA, CORNERS, RED, T_CAMERA_TABLE, ball_points, mask_of, run_stage, shoot

pytestmark = pytest.mark.slow

FRAMES, REST = 40, 4
SPEC = """
skill: ball-to-block
language: 1
demonstrations: {{recording: film}}
cameras:
  main: {{model: realsense_d455, focal: 582 px, calibration: {{tag: tagStandard41h12, id: 0, size: 53.3 mm}}}}
scene: {{objects: {{ball: {{role: manipulated}}, block: {{role: target, material: wood}}}}}}
task: {{type: grasp}}
hardware: kinova_gen3_leap
method: {{extends: video2sim2real, stages: {{{stages}}}}}
deploy: {{on_fault: {{else: hold}}}}
"""
ANSWER = {
    "scene": {
        "objects": [
            {"prompt": "red ball in front", "material_type": "rubber"},
            {"prompt": "blue block", "material_type": "plastic"},
        ],
        "manipulated_object": {"prompt": "red ball in front"},
        "task_type": "put_object_to_object",
        "target_object": {"prompt": "blue block"},
    }
}


CENTRE, OFF = np.array([0, 0, 0.035]), np.array([0.002, 0, 0])


def ball_place(frame: int) -> np.ndarray:
    """Return where the ball stands (3,): at rest, then straight to the right."""
    return np.array([-0.08 + 0.006 * max(0, frame - REST), 0.06, 0.0])


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an RGB-D recording, its recording.json, calibration, landmarks, and what the models answer."""
    root = tmp_path_factory.mktemp("film")
    block = mask_of(np.array([0.12, 0.16, 0.0]) + CORNERS)
    shoot(root, FRAMES, lambda frame: [(block, BLUE), (mask_of(ball_points() + ball_place(frame)), RED)])
    at = [project(CAMERA, T_CAMERA_TABLE, (ball_place(k) + CENTRE)[None])[0] for k in range(FRAMES)]
    pose = np.tile(np.eye(4), (FRAMES, 1, 1))
    pose[:, :3, 3] = [ball_place(k) + OFF for k in range(FRAMES)]
    wedge = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1], [0, 0.8, 0], [1, 0.8, 0]], float)
    faces = [[0, 1, 2], [0, 2, 3], [0, 5, 1], [0, 4, 5], [3, 2, 5], [3, 5, 4], [0, 3, 4], [1, 5, 2]]
    ball = mask_of(ball_points() + ball_place(0))
    joints = np.random.default_rng(2).normal(0, 0.03, (21, 3))
    recorded = {
        "mask red ball in front": ball, "mask ball": ball, "mask block": block, "scene": json.dumps(ANSWER),
        "step_px": np.array(at) - at[0], "T_camera_mesh": T_CAMERA_TABLE @ pose, "mesh_vertices": wedge,
        "mesh_faces": np.array(faces), "joints": joints,
    }  # fmt: skip
    np.savez(root / "recorded.npz", **recorded)
    return root


Run = Callable[..., Told]


def build(stages: tuple[Stage, ...], chosen: str, film: Path, out: Path) -> Told:
    """Run stages one after another in the folder `out` under a method's `stages:`; returns what they announced."""
    spec, _ = require_spec(SPEC.format(stages=chosen).encode(), "ball.yaml")
    return [told for stage in stages for told in run_stage(stage, spec, film, out)]


@pytest.fixture(scope="module")
def plain(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the built-in estimators make of the film."""
    out = tmp_path_factory.mktemp("plain")
    build((scene.STAGE, twin.STAGE, tracks.STAGE), "", film, out)
    return out


@pytest.fixture
def run(film: Path, plain: Path, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one stage upon what the built-in ones made, stand-ins in place of all models."""
    shutil.copytree(plain, tmp_path, dirs_exist_ok=True)
    python = tmp_path / "python"
    tiny = project / "tests" / "estimators" / "tiny" / "run.py"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{tiny}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for name in ("HAMER", "WILOR", "SAM2", "SAM3", "SAM3D", "COTRACKER3", "FOUNDATIONPOSE"):
        monkeypatch.setenv(f"SKILLC_{name}_PYTHON", str(python))
    monkeypatch.setenv("SKILLC_SAM3D_CONFIG", "pipeline.yaml")
    monkeypatch.setenv("SKILLC_RECORDED", str(film / "recorded.npz"))
    monkeypatch.setenv("GEMINI_API_KEY", "a key")
    monkeypatch.setenv("SKILLC_CACHE", str(tmp_path / "cache"))
    for estimator in (GEMINI, MEDIAPIPE):
        folder = environment.folder(estimator)
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(python)
        (folder / "installed.json").write_text("{}", encoding="utf-8")

    return lambda stage, chosen: build((stage,), chosen, film, tmp_path)


def test_sam3_finds_the_objects_by_gemini_s_words(run: Run, tmp_path: Path, film: Path) -> None:
    pytest.importorskip("torch")
    said = run(scene.STAGE, "scene: {estimator: sam3, semantics: gemini}")
    found = Scene.load(tmp_path / "scene" / "scene.json")
    ball, block = found.objects[0], found.objects[1]
    assert "SAM 3" in ball.reason
    assert (ball.material, block.material) == ("rubber", "wood")
    with np.load(film / "recorded.npz") as recorded:
        assert np.array_equal(Masks.load(tmp_path / "scene" / "masks.npz").mask[0], recorded["mask ball"])
    texts = " ".join(text for _, text, _ in said)
    assert "sent to Google" in texts
    # Its words for the block are not in the recording: the clusters decide, and it is said.
    assert "finds nothing for 'blue block'" in texts and "gemini takes block for plastic" in texts
    assert block.box_px[2] > 20


def test_what_gemini_is_sent_and_what_of_its_words_is_not_used_is_said(run: Run, film: Path, tmp_path: Path) -> None:
    sent = ("SK832", "four pictures of the recording are sent to Google's Gemini", "method.stages.scene.semantics")
    told = run_stage(scene.STAGE, spec_of("SK842", "wrong"), film, tmp_path, scene={"later_frames": 1})
    overruled = "gemini takes apple for rubber; the spec says wood, which is used"
    assert told[0] == sent and ("SK842", overruled, "scene") in told[1:]
    assert Scene.load(tmp_path / "scene" / "scene.json").objects[0].material == "wood"
    for code, which, expected in (("SK842", "right", [sent]), ("SK832", "wrong", [sent]), ("SK832", "right", [])):
        assert run_stage(scene.STAGE, spec_of(code, which), film, tmp_path, scene={"later_frames": 1}) == expected


def test_sam2_redraws_the_clusters(run: Run, tmp_path: Path, film: Path) -> None:
    run(scene.STAGE, "scene: {estimator: sam2}")
    masks = Masks.load(tmp_path / "scene" / "masks.npz").mask
    with np.load(film / "recorded.npz") as recorded:
        assert np.array_equal(masks[0], recorded["mask ball"]) and np.array_equal(masks[1], recorded["mask block"])


def test_sam3d_meshes_stand_upright_in_the_size_that_the_outline_has(run: Run, tmp_path: Path) -> None:
    run(twin.STAGE, "twin: {estimator: sam3d}")
    ball = Twin.load(tmp_path / "twin" / "twin.json").manipulated
    assert ball.shape.kind == "mesh" and ball.shape.mesh is not None
    x, y, z = ball.size_m
    assert (x / y, z / x) == (pytest.approx(1.0, abs=0.01), pytest.approx(0.8, abs=0.01))
    assert 0.04 < x < 0.1


def test_cotracker3_tracks_are_lifted_like_any(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    run(tracks.STAGE, "tracks: {estimator: cotracker3}")
    found = Tracks.load(tmp_path / "motion" / "tracks.npz")
    ball = found.object_index == 0
    moved = found.xy_px[:, ball] - found.xy_px[0, ball]
    there = project(CAMERA, T_CAMERA_TABLE, np.stack([ball_place(k) + CENTRE for k in (0, FRAMES - 1)]))
    assert np.allclose(moved[-1], there[1] - there[0], atol=1e-3)
    assert found.visible[:, ball].all() and np.isfinite(found.points_table_m[0, ball]).any()


def test_foundationpose_moves_the_twin_from_where_it_stands(run: Run, tmp_path: Path) -> None:
    run(object_motion.STAGE, "object_motion: {estimator: foundationpose}")
    thing = Twin.load(tmp_path / "twin" / "twin.json").manipulated
    own = np.asarray(thing.T_table_object)
    motion = ObjectMotion.load(tmp_path / "motion" / "object.npz")
    travel = motion.T_table_object[-1][:3, 3] - motion.T_table_object[0][:3, 3]
    assert np.allclose(motion.T_table_object[0], own)
    assert np.allclose(travel, ball_place(FRAMES - 1) - ball_place(0), atol=2e-3)
    assert (motion.position_sigma_m > 0).all() and motion.position_sigma_m[-1] < 0.5 * thing.size_m[0]


@pytest.mark.parametrize("name", ["hamer", "wilor"])
def test_hand_estimators_answer_landmarks(run: Run, tmp_path: Path, name: str) -> None:
    pytest.importorskip("torch")
    run(landmarks.STAGE, f"landmarks: {{estimator: {name}}}")
    found = Landmarks.load(tmp_path / "motion" / "landmarks.npz")
    assert np.isfinite(found.joints_px).all() and found.handedness == "right"
    assert found.estimator.startswith(name)


@pytest.mark.parametrize(
    ("stage", "setting", "variable"),
    [
        (landmarks.STAGE, "estimator: wilor", "SKILLC_WILOR_PYTHON"),
        (scene.STAGE, "estimator: sam3", "SKILLC_SAM3_PYTHON"),
        (scene.STAGE, "semantics: gemini", "GEMINI_API_KEY"),
        (twin.STAGE, "estimator: sam3d", "SKILLC_SAM3D_CONFIG"),
        (tracks.STAGE, "estimator: cotracker3", "SKILLC_COTRACKER3_PYTHON"),
        (object_motion.STAGE, "estimator: foundationpose", "SKILLC_FOUNDATIONPOSE_PYTHON"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch, stage: Stage, setting: str, variable: str
) -> None:
    monkeypatch.delenv(variable)
    with pytest.raises(StageError) as caught:
        run(stage, f"{stage.name}: {{{setting}}}")
    assert caught.value.code == "SK835"
    assert f"set {variable}" in caught.value.hint and "or choose" in caught.value.hint
    assert caught.value.path == f"method.stages.{stage.name}.{setting.split(':')[0]}"
