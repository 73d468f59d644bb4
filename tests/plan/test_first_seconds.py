"""What `check` accepts, a stage begins to work on: stages opened upon real files with odd parameters."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.benchmarks.first_seconds import accepted, begin, digests, first_changed, odd_specs
from skillc.benchmarks.fuzz import film
from skillc.compiler.check.check import require_checked
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.stages.deploy import contract
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.scene import Masks, Scene, SceneObject
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.sim.twin_export import export_mjcf
from tests.motion import synthetic
from tests.push_build import PushBuild
from tests.run_stage import run_on
from tests.stages.film import CORNERS, RED, mask_of, shoot
from tests.stages.test_base_stages import save_hand

SECONDS = 1.0
FRAMES = len(synthetic.box().motion.frame)
BOX = mask_of(CORNERS + np.array([0.0, 0.1, 0.0]))


@pytest.fixture(scope="module")
def made(push_build: PushBuild, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Folders with an output of every stage: a film with its scene, then the push."""
    out = tmp_path_factory.mktemp("film")
    shoot(out, FRAMES, lambda frame: [(BOX, RED)])
    film(out / "box.mp4", width=960, height=720)
    rows, columns = np.nonzero(BOX)
    corner = (float(columns.min()), float(rows.min()), float(np.ptp(columns)), float(np.ptp(rows)))
    seen = SceneObject(
        name=synthetic.box().twin.manipulated.name, role="manipulated", material="cardboard", symmetry="none",
        box_px=corner, confidence=1.0, reason="it moves",
    )  # fmt: skip
    Scene(objects=(seen,), task_type="push", notes=()).save(out / "scene" / "scene.json")
    Masks(mask=BOX[None]).save(out / "scene" / "masks.npz")
    points = np.stack([columns, rows], axis=1)[::50].astype(np.float64)
    nowhere = np.full((FRAMES, len(points), 3), np.nan)
    Tracks(
        frame=np.arange(FRAMES), object_index=np.zeros(len(points), dtype=np.int64),
        xy_px=np.tile(points, (FRAMES, 1, 1)), visible=np.ones((FRAMES, len(points)), dtype=bool),
        points_table_m=nowhere, points_object_m=nowhere[0],
    ).save(out / "motion" / "tracks.npz")  # fmt: skip
    save_hand(out, 0.38, 0.1)
    physics = from_json(PhysicsSettings, push_build.spec.section("method.simulation"))
    (out / "twin").mkdir()
    export_mjcf(synthetic.box().twin, out / "twin", physics)
    run_on(contract.STAGE, push_build.spec, (out, push_build.out), out)
    return out, push_build.out


def ends(spec: ResolvedSpec, made: tuple[Path, ...], stages: list[Stage]) -> dict[str, str]:
    """Return stage -> how it failed, of those that did."""
    began = [begin(stage, spec, made, made[0], SECONDS) for stage in stages]
    return {found.stage: found.end for found in began if found.failed}


@pytest.mark.slow
def test_every_stage_begins_on_the_files_of_the_test(made: tuple[Path, ...], push_build: PushBuild) -> None:
    assert ends(push_build.spec, made, list(chosen(push_build.spec))) == {}


@pytest.mark.slow
def test_every_stage_begins_with_what_check_accepts(made: tuple[Path, ...], project: Path) -> None:
    example = project / "specs" / "skills" / "box.yaml"
    own = accepted(example.read_text(encoding="utf-8"), made[0])
    assert own is not None
    begun = 0
    for text in odd_specs(example, count=45, seed=3):
        odd = accepted(text, made[0])
        stages = [] if odd is None else [stage for stage, _ in first_changed(odd, digests(own))]
        assert odd is None or ends(odd, made, stages) == {}, text
        begun += len(stages)
    assert begun > 8


def stage(run) -> Stage:
    return Stage(name="toy", needs=(), makes=("toy.txt",), code=(), parameters=lambda spec: {"size": "large"}, run=run)


def refusing(context: StageContext) -> None:
    raise StageError("SK850", "nothing moves")


def misreading(context: StageContext) -> None:
    context.read("size", float)


def working(context: StageContext) -> None:
    while True:
        time.process_time()


def done(context: StageContext) -> None:
    (context.out / "toy.txt").write_text(context.read("size", str), encoding="utf-8")


@pytest.mark.parametrize(
    ("run", "end", "failed"),
    [
        (refusing, "SK850", False), (working, "works", False), (done, "done", False),
        (misreading, "FormatError: size: expected a number, found 'large'", True),
    ],
)  # fmt: skip
def test_the_beginning_of_a_stage_is_told(run, end: str, failed: bool, tmp_path: Path) -> None:
    spec = ResolvedSpec(values={}, origins={}, spec_file="spec.yaml")
    found = begin(stage(run), spec, (), tmp_path, SECONDS)
    assert (found.end, found.failed) == (end, failed)


def test_stages_after_a_changed_one_are_left_out(project: Path) -> None:
    """What lies in the build was made for other parameters."""
    text = (project / "specs" / "skills" / "box.yaml").read_text(encoding="utf-8")
    own = accepted_without_files(text)
    changed = replace(own, values={**own.values, "skill": "another", "method": other_keyframes(own)})
    names = [stage.name for stage, _ in first_changed(changed, digests(own))]
    assert "keyframes" in names and "machine" not in names and "training" in names


def accepted_without_files(text: str) -> ResolvedSpec:
    return require_checked(text.encode(), "box.yaml")[0]


def other_keyframes(spec: ResolvedSpec) -> dict[str, object]:
    method = spec.section("method")
    keyframes = {**method["stages"]["keyframes"], "frame_rate": 24.0}
    return {**method, "stages": {**method["stages"], "keyframes": keyframes}}
