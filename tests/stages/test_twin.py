"""Stage `twin` upon one picture and the masks in it: what it makes of them, and what it says about that."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.stages.twin import twin
from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.formats.scene import Masks, Scene, SceneObject
from skillc.runtime.formats.twin import Twin
from skillc.runtime.perception.shape.carved_hull import convex_mesh
from skillc.runtime.perception.shape.solids import FAMILIES
from skillc.runtime.sim.twin_export import write_obj
from tests.check.code_examples import completed, spec_of
from tests.run_stage import Told
from tests.stages.film import CORNERS, RED, ball_points, describe, mask_of, run_stage, shoot

pytestmark = pytest.mark.slow

PLACE = np.array([0.0, 0.10, 0.0])
BELLY = ball_points() * [1.8, 0.8, 0.6]
HEAD = ball_points() * [0.55, 0.5, 1.1] + [0, 0, 0.03]


def fit(spec: ResolvedSpec, masks: Mapping[str, BoolArray], root: Path) -> Told:
    """Run the stage in `root`/out upon a picture without depth; masks that the spec does not name are obstacles."""
    (root / "out" / "scene").mkdir(parents=True)
    shoot(root, 1, lambda frame: [(mask, RED) for mask in masks.values()])
    describe(root, 1, has_depth=False)
    named = spec.section("scene.objects")
    Scene(
        objects=tuple(
            SceneObject(
                name=name, role=named.get(name, {"role": "obstacle"})["role"], material="plastic", symmetry="none",
                box_px=(0.0, 0.0, 1.0, 1.0), confidence=1.0, reason="",
            )
            for name in masks
        ),
        task_type="grasp", notes=(),
    ).save(root / "out" / "scene" / "scene.json")  # fmt: skip
    Masks(mask=np.stack(list(masks.values()))).save(root / "out" / "scene" / "masks.npz")
    # A third of the outline's samples: quicker, and plenty for shapes as plain as these.
    return run_stage(twin.STAGE, spec, root, root / "out", fit={"fit": {"contour_points": 30}})


def test_what_no_solid_explains_is_carved_and_said(tmp_path: Path) -> None:
    masks = {"bear": mask_of(BELLY + PLACE) | mask_of(HEAD + PLACE)}
    told = fit(spec_of("SK844", "wrong"), masks, tmp_path / "wrong")
    ((text, path),) = [(text, path) for code, text, path in told if code == "SK844"]
    assert "a convex body carved from the recording" in text and path == "scene.objects.bear"
    mesh = convex_mesh(np.concatenate([BELLY, HEAD])[::6])
    (tmp_path / "right").mkdir()
    write_obj(tmp_path / "right" / "bear.obj", mesh.vertices, mesh.faces)
    assert fit(spec_of("SK844", "right"), masks, tmp_path / "right") == []


def test_of_what_is_hidden_an_obstacle_is_a_box_and_nothing_else_is_made(tmp_path: Path) -> None:
    cube = mask_of(CORNERS + PLACE)
    front = np.zeros_like(cube)
    front[:, 3:] = cube[:, :-3]
    rim = cube & ~front

    def of(name: str) -> ResolvedSpec:
        text = f"scene: {{objects: {{{name}: {{role: manipulated, shape: box, size: 7 cm}}}}}}\n"
        return require_spec(completed(text).encode(), "hidden.yaml")[0]

    with pytest.raises(StageError, match="outline of apple is too short or hidden") as caught:
        fit(of("apple"), {"apple": rim, "bottle": front}, tmp_path / "manipulated")
    assert (caught.value.code, caught.value.path) == ("SK845", "scene.objects.apple")
    assert "film it whole" in caught.value.hint
    ((code, text, path),) = fit(of("bottle"), {"bottle": front, "tin": rim}, tmp_path / "obstacle")
    assert (code, path) == ("SK846", "scene.objects") and "outline of tin" in text and "stands for it" in text
    bottle, tin = Twin.load(tmp_path / "obstacle" / "out" / "twin" / "twin.json").objects
    assert (bottle.name, tin.name, tin.shape.kind, tin.size_measured) == ("bottle", "tin", "box", (False,) * 3)
    apart = np.hypot(*(np.asarray(tin.T_table_object) - np.asarray(bottle.T_table_object))[:2, 3])
    assert apart >= (min(bottle.size_m[:2]) + min(tin.size_m[:2])) / 2
    assert fit(of("apple"), {"apple": cube}, tmp_path / "whole") == []


def test_an_extent_that_one_view_does_not_show_is_said(tmp_path: Path) -> None:
    bowl = np.array([0.0, 0.10, 0.14, 0.06, 0.6])
    family = FAMILIES["revolve"]
    masks = {"bowl": mask_of(family.points(bowl) + PLACE)}
    told = fit(spec_of("SK847", "wrong"), masks, tmp_path / "wrong")
    assert told == [("SK847", "bowl: extent along z is assumed, not seen", "scene.objects.bowl")]
    assert fit(spec_of("SK847", "right"), masks, tmp_path / "right") == []
    made = Twin.load(tmp_path / "right" / "out" / "twin" / "twin.json").manipulated
    assert made.size_m == pytest.approx((0.14, 0.14, 0.06), rel=0.01) and made.size_measured == (True, True, True)


def test_a_mesh_that_cannot_be_split_collides_as_its_hull_and_says_why(tmp_path: Path) -> None:
    mesh = convex_mesh(CORNERS)
    masks = {"tub": mask_of(CORNERS + PLACE)}
    for which, faces in (("torn", mesh.faces[1:]), ("whole", mesh.faces)):
        (tmp_path / which).mkdir()
        write_obj(tmp_path / which / f"{which}.obj", mesh.vertices, faces)
    told = fit(spec_of("SK848", "wrong"), masks, tmp_path / "torn")
    assert [code for code, _, _ in told] == ["SK895", "SK848"]
    assert told[1][1] == "tub: the convex hull of torn.obj collides, because it is not watertight"
    assert {path for _, _, path in told} == {"scene.objects.tub.asset.mesh"}
    assert fit(spec_of("SK848", "right"), masks, tmp_path / "whole") == []


def test_an_outline_that_no_shape_explains_is_refused_with_a_picture(tmp_path: Path) -> None:
    ring, (row, column) = mask_of(ball_points() * [1.5, 1.5, 0.3] + PLACE), (180, 240)
    rows, columns = np.nonzero(ring)
    row, column = rows.mean(), columns.mean()
    far = np.hypot(*(np.indices(ring.shape) - np.array([row, column])[:, None, None]))
    sickle = ring & ((far > 0.75 * far[ring].max()) | (np.indices(ring.shape)[0] > row + 6))
    with pytest.raises(StageError, match="overlaps its outline by 0") as refused:
        fit(spec_of("SK868", "wrong"), {"banana": sickle}, tmp_path)
    assert refused.value.code == "SK868" and refused.value.pictures["outline.png"].startswith(b"\x89PNG")
