"""What a spec says of its objects: shapes that have the turns they are said to have, sets with something left.

Also where goals bring them, which demonstrations are kept for testing, and which randomized places overlap.
"""

from collections.abc import Iterator

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.measure_error import MeasureError
from skillc.compiler.source.parse_quantity import parse_measure
from skillc.compiler.source.quantity import Quantity
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, path_text
from skillc.compiler.validate.nearest import did_you_mean, listed

_TURNS = {
    "sphere": ("none", "x", "y", "z", "sphere"),
    "ellipsoid": ("none", "x", "y", "z", "sphere"),
    "cylinder": ("none", "x", "y", "z"),
    "revolved": ("none", "x", "y", "z"),
    "box": ("none",),
    "open_box": ("none",),
}
"""Shape -> symmetries that it can have; other shapes can have any."""
_AXES = {"x": (1, 2), "y": (0, 2), "z": (0, 1), "sphere": (0, 1, 2)}
"""Symmetry -> extents that are then the same."""
HANDS = ("right_hand", "left_hand")
"""Hands that a goal may be near."""
_ALIKE = 0.15
"""ours: relative; the widths of a fruit that counts as round differ by less."""


def check_objects(root: Mapping) -> list[Diagnostic]:
    """Check objects, demonstrations and the places that are randomized."""
    return [*_shapes(root), *_held_out(root), *_tested(root), *_twice(root), *_near(root)]


def _child(node: Node | None, key: str) -> Node | None:
    entry = node.entries.get(key) if isinstance(node, Mapping) else None
    return entry.value if entry else None


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _objects(root: Mapping) -> Iterator[tuple[str, Node]]:
    objects = _child(_child(root, "scene"), "objects")
    for name, entry in objects.entries.items() if isinstance(objects, Mapping) else ():
        yield name, entry.value


def _finding(code: str, path: Path, node: Node, summary: str, detail: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, summary=summary, detail=detail, hint=hint, path=path_text(path), spans=(node.span,))


def _shapes(root: Mapping) -> Iterator[Diagnostic]:
    for name, node in _objects(root):
        symmetry, shape, size = (_child(node, key) for key in ("symmetry", "shape", "size"))
        path: Path = ("scene", "objects", name, "symmetry")
        if symmetry is None:
            continue
        if _text(symmetry) not in _TURNS.get(_text(shape), (_text(symmetry),)):
            yield _finding("SK437", path, symmetry, f"no {_text(shape)} has the symmetry `{_text(symmetry)}`",
                           "a symmetry is a turn by any angle that leaves the shape as it is",
                           "delete `symmetry`, or choose another shape")  # fmt: skip
            continue
        extents = []
        for item in size.items if isinstance(size, Sequence) else ():
            try:
                measure = parse_measure(item, "length", ("quantity",)) if isinstance(item, Scalar) else None
            except MeasureError:
                measure = None
            if isinstance(measure, Quantity):
                extents.append(measure.value)
        across = [extents[axis] for axis in _AXES.get(_text(symmetry), ()) if len(extents) == 3]
        if across and max(across) > (1.0 + _ALIKE) * min(across):
            yield _finding("SK437", path, symmetry, f"`size` has no symmetry `{_text(symmetry)}`",
                           "extents across the axis of a symmetry are the same",
                           "delete `symmetry`, or correct the extents")  # fmt: skip


def _held_out(root: Mapping) -> Iterator[Diagnostic]:
    for name, node in _objects(root):
        asset = _child(node, "asset")
        count, kept = _child(asset, "count"), _child(asset, "held_out")
        if not isinstance(count, Scalar) or not isinstance(kept, Scalar) or not isinstance(count.value, int):
            continue
        if isinstance(kept.value, int) and kept.value >= count.value:
            yield _finding("SK440", ("scene", "objects", name, "asset", "held_out"), kept,
                           f"{kept.value} of {count.value} objects are kept for evaluation",
                           "some are left to train on", "keep fewer")  # fmt: skip


def _tested(root: Mapping) -> Iterator[Diagnostic]:
    demonstrations = _child(root, "demonstrations")
    train, test = _child(demonstrations, "train"), _child(demonstrations, "test")
    if isinstance(test, Scalar) and isinstance(train, Scalar) and train.text == test.text:
        yield _finding("SK444", ("demonstrations", "test"), test, "the test is what was trained on",
                       "`train` and `test` are the same files", "keep other demonstrations for the test")  # fmt: skip


def _twice(root: Mapping) -> Iterator[Diagnostic]:
    """Report places that two keys move along one axis."""
    policies = _child(root, "policies")
    own = [("policies", name, "randomization") for name in (policies.entries if isinstance(policies, Mapping) else ())]
    for section in (("randomization",), ("evaluation", "test"), *own):
        node: Node | None = root
        for key in section:
            node = _child(node, key)
        moved: dict[tuple[str, str], str] = {}
        for key, entry in node.entries.items() if isinstance(node, Mapping) else ():
            if isinstance(entry.value, Scalar) and entry.value.value is None:
                continue  # taken away
            owner, dot, axes = key.partition(".position.")
            axes = axes if axes in ("x", "y", "z", "xy", "xyz") else ""
            taken = [moved[owner, axis] for axis in axes if dot and (owner, axis) in moved]
            if taken:
                yield _finding("SK209", (*section, key), Scalar(key, key, False, entry.key.span),
                               f"`{key}` moves what `{taken[0]}` moves already",
                               "each axis of a place is drawn once", "delete one of the two")  # fmt: skip
            moved |= {(owner, axis): key for axis in axes if dot}


def _near(root: Mapping) -> Iterator[Diagnostic]:
    """Report goals near nothing, and near the object itself."""
    objects = [name for name, _ in _objects(root)]
    goals = _child(root, "goals")
    for index, goal in enumerate(goals.items if isinstance(goals, Sequence) else ()):
        target = _child(goal, "object")
        near, moved = _child(target, "near"), _text(_child(target, "object"))
        if not isinstance(near, Scalar) or near.text in HANDS:
            continue
        path: Path = ("goals", index, "object", "near")
        places = [*HANDS, *(name for name in objects if name != moved)]
        if near.text not in places:
            what = f"there is nothing `{near.text}` to bring `{moved}` to"
            yield _finding("SK301", path, near, what, f"expected one of: {listed(places)}",
                           did_you_mean(near.text, places))  # fmt: skip
