"""What the spec says about an object's shape, as the stage `twin` reads it: followed, or refused in words."""

from pathlib import Path

import pytest

from skillc.compiler.plan.stage import StageContext, StageError
from skillc.compiler.stages.twin import _given

WEDGE = (
    "v -60 -30 0\nv 60 -30 0\nv 60 30 0\nv -60 30 0\nv -60 0 70\nf 1 3 2\nf 1 4 3\nf 1 2 5\nf 2 3 5\nf 3 4 5\nf 4 1 5\n"
)


@pytest.fixture
def context(tmp_path: Path) -> StageContext:
    warned: list[tuple[str, str, str]] = []
    return StageContext(
        parameters={},
        inputs={},
        out=tmp_path,
        find_data=lambda name: tmp_path / name,
        progress=lambda share, text: None,
        warn=lambda *parts: warned.append(parts),
    )


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ({"asset": {"set": "ycb"}}, "asset.set"),
        ({"asset": {"primitive": "box"}}, "asset.primitive"),
        ({"shape": "mesh"}, "shape"),
        ({"shape": "mesh", "asset": "twin"}, "shape"),
        ({"shape": "box", "asset": {"mesh": "wedge.obj"}}, "shape"),
    ],
)
def test_what_no_twin_can_be_made_of_is_refused(context: StageContext, item: dict[str, object], path: str) -> None:
    with pytest.raises(StageError) as caught:
        _given(context, "thing", item)
    assert caught.value.code == "SK843"
    assert caught.value.path == f"scene.objects.thing.{path}"


def test_shapes_and_sizes_are_passed_on(context: StageContext) -> None:
    assert _given(context, "thing", {"shape": "convex"}).kind == "convex"
    assert _given(context, "thing", {"shape": "revolved"}).kind == "revolve"
    assert _given(context, "thing", {"size": [0.1, 0.2]}).size_m == (0.1, 0.1, 0.2)
    assert _given(context, "thing", {"size": 0.1}).size_m == (0.1, 0.1, 0.1)
    assert _given(context, "thing", {}).kind is None


def test_a_mesh_is_read_in_the_scale_the_spec_states(context: StageContext, tmp_path: Path) -> None:
    (tmp_path / "wedge.obj").write_text(WEDGE, encoding="utf-8")
    given = _given(context, "thing", {"asset": {"mesh": "wedge.obj", "scale": 0.001}})
    assert given.asset is not None and given.scale_given
    assert given.asset.mesh.vertices[:, 2].max() == pytest.approx(0.07)


def test_a_broken_mesh_keeps_its_code_and_place(context: StageContext, tmp_path: Path) -> None:
    (tmp_path / "wedge.obj").write_text("nothing", encoding="utf-8")
    with pytest.raises(StageError) as caught:
        _given(context, "thing", {"asset": {"mesh": "wedge.obj"}})
    assert caught.value.code == "SK890"
    assert caught.value.path == "scene.objects.thing.asset.mesh"
