"""What the spec says about an object's shape, as the stage `twin` reads it: followed, or refused in words."""

from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import StageContext, StageError
from skillc.compiler.stages.twin import stated_object
from skillc.compiler.stages.twin.stated_object import StatedObject
from skillc.compiler.stages.twin.stated_shape import refuse_shape
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.records import from_json
from skillc.runtime.perception.shape.mesh_asset import volume
from skillc.runtime.perception.shape.object_view import Given

WEDGE = (
    "v -60 -30 0\nv 60 -30 0\nv 60 30 0\nv -60 30 0\nv -60 0 70\nf 1 3 2\nf 1 4 3\nf 1 2 5\nf 2 3 5\nf 3 4 5\nf 4 1 5\n"
)


@pytest.fixture
def context(tmp_path: Path) -> StageContext:
    warned: list[tuple[str, str, str]] = []
    return StageContext(
        parameters={},
        made=Artifacts(folders=()),
        out=tmp_path,
        find_data=lambda name: tmp_path / name,
        progress=lambda share, text: None,
        warn=lambda *parts: warned.append(parts),
    )


def given(context: StageContext, name: str, written: dict[str, object]) -> Given:
    """Return what is taken from an object of a spec."""
    return stated_object.given(context, name, from_json(StatedObject, stated_object.stated(written)))


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ({"asset": {"set": "ycb"}}, "asset.set"),
        ({"asset": {"primitive": "capsule", "radius": 0.01}}, "asset.primitive"),
        ({"asset": {"primitive": "capsule", "radius": 0.01, "height": 0.02}}, "asset.primitive"),
        ({"asset": {"primitive": "box"}, "size": 0.1}, "size"),
        ({"shape": "mesh"}, "shape"),
        ({"shape": "mesh", "asset": "twin"}, "shape"),
        ({"shape": "box", "asset": {"mesh": "wedge.obj"}}, "shape"),
    ],
)
def test_what_no_twin_can_be_made_of_is_refused(item: dict[str, object], path: str) -> None:
    with pytest.raises(StageError) as caught:
        refuse_shape("thing", stated_object.stated(item))
    assert caught.value.code == "SK843"
    assert caught.value.path == f"scene.objects.thing.{path}"


def test_shapes_and_sizes_are_passed_on(context: StageContext) -> None:
    assert given(context, "thing", {"shape": "convex"}).kind == "convex"
    assert given(context, "thing", {"shape": "revolved"}).kind == "revolve"
    assert given(context, "thing", {"size": [0.1, 0.2]}).size_m == (0.1, 0.1, 0.2)
    assert given(context, "thing", {"size": 0.1}).size_m == (0.1, 0.1, 0.1)
    assert given(context, "thing", {}).kind is None


def test_primitives_state_a_solid_and_what_is_known_of_its_size(context: StageContext) -> None:
    ball = given(context, "thing", {"asset": {"primitive": "sphere", "radius": 0.03}, "mass": 0.2})
    assert (ball.kind, ball.extents, ball.mass) == ("sphere", (0.06, 0.06, 0.06), 0.2)
    drawn = {"kind": "uniform", "low": 0.03, "high": 0.04, "operation": "set", "logarithmic": False}
    can = given(context, "thing", {"asset": {"primitive": "cylinder", "radius": drawn, "height": 0.1}})
    assert (can.kind, can.extents) == ("cylinder", ((0.06, 0.08), (0.06, 0.08), 0.1))
    assert given(context, "thing", {"asset": {"primitive": "box"}}).extents == (None, None, None)


def test_a_capsule_is_a_body_of_its_own(context: StageContext) -> None:
    stated = given(context, "thing", {"asset": {"primitive": "capsule", "radius": 0.02, "height": 0.1}})
    assert stated.kind is None and stated.asset is not None and stated.scale_given
    assert np.ptp(stated.asset.mesh.vertices, axis=0) == pytest.approx([0.04, 0.04, 0.1], abs=1e-4)
    whole = np.pi * 0.02**2 * 0.06 + 4 / 3 * np.pi * 0.02**3
    assert volume(stated.asset.mesh) == pytest.approx(whole, rel=0.02)


def test_a_mesh_is_read_in_the_scale_the_spec_states(context: StageContext, tmp_path: Path) -> None:
    (tmp_path / "wedge.obj").write_text(WEDGE, encoding="utf-8")
    stated = given(context, "thing", {"asset": {"mesh": "wedge.obj", "scale": 0.001}})
    assert stated.asset is not None and stated.scale_given
    assert stated.asset.mesh.vertices[:, 2].max() == pytest.approx(0.07)


def test_a_broken_mesh_keeps_its_code_and_place(context: StageContext, tmp_path: Path) -> None:
    (tmp_path / "wedge.obj").write_text("nothing", encoding="utf-8")
    with pytest.raises(StageError) as caught:
        given(context, "thing", {"asset": {"mesh": "wedge.obj"}})
    assert caught.value.code == "SK890"
    assert caught.value.path == "scene.objects.thing.asset.mesh"
