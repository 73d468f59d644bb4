"""A stage may read only the files it declares: what the spec names for an object is declared by the stage it is for."""

from types import SimpleNamespace

from skillc.compiler.stages.demonstration.scene import STAGE as SCENE
from skillc.compiler.stages.twin.twin import STAGE as TWIN


def test_masks_and_meshes_of_objects_are_declared() -> None:
    objects = {
        "mug": {"role": "manipulated", "mask": "masks/mug.png", "asset": {"mesh": "meshes/mug.obj"}},
        "tray": {"role": "target", "asset": "twin"},
        "block": {"role": "obstacle"},
    }
    spec = SimpleNamespace(section=lambda path: objects)
    assert SCENE.files(spec) == ("masks/mug.png",)  # type: ignore[arg-type]
    assert TWIN.files(spec) == ("meshes/mug.obj",)  # type: ignore[arg-type]
