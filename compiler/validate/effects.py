"""Keys that cannot have an effect, seen from the spec alone (SK209), and keys that exclude each other (SK208).

What needs the presets to be seen is found when the spec is resolved.
"""

from collections.abc import Iterator

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, path_text
from skillc.compiler.validate.nearest import listed
from skillc.compiler.validate.schema import schema
from skillc.runtime.tasks.catalog import TaskTypeError, task_type
from skillc.runtime.terms.goals import GOALS

_EXTENTS = {"sphere": ("radius",), "cylinder": ("radius", "height"), "capsule": ("radius", "height"), "box": ("size",)}
"""Primitive -> what says how large it is."""
_PICKS = ("mask", "box", "at")
"""What decides which thing in the picture an object is, strongest first."""


def check_effects(root: Mapping) -> list[Diagnostic]:
    """Report keys without effect."""
    return [*_success(root), *_horizon(root), *_objects(root), *_policies(root), *_goals(root), *_states(root)]


def _child(node: Node | None, key: str) -> Node | None:
    entry = node.entries.get(key) if isinstance(node, Mapping) else None
    return entry.value if entry else None


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        for key, entry in node.entries.items():
            yield key, entry.value


def _dead(parent: Node | None, key: str, path: Path, reason: str, hint: str = "delete the key") -> Diagnostic:
    assert isinstance(parent, Mapping)
    return Diagnostic(
        code="SK209",
        summary=f"`{key}` has no effect: {reason}",
        detail="every key of a spec must change something",
        hint=hint,
        path=path_text((*path, key)),
        spans=(parent.entries[key].key.span,),
    )


def _success(root: Mapping) -> Iterator[Diagnostic]:
    """Report conditions that the task's type never looks at."""
    task = _child(root, "task")
    kind, success = _child(task, "type"), _child(task, "success")
    known = schema().raw["properties"]["task"]["properties"]["success"]["properties"]
    try:
        judged_by = task_type(kind.text).judged_by if isinstance(kind, Scalar) else known
    except TaskTypeError:
        return
    for key, _ in _entries(success):
        if key in known and key not in judged_by and isinstance(kind, Scalar):
            reason = f"a {kind.text} is not judged by it"
            yield _dead(success, key, ("task", "success"), reason, f"conditions of a {kind.text}: {listed(judged_by)}")


def _horizon(root: Mapping) -> Iterator[Diagnostic]:
    """Report a longest rollout beside a demonstration, which ends where the demonstration does."""
    task = _child(root, "task")
    recorded = _child(_child(root, "demonstrations"), "recording") is not None
    if recorded and _child(task, "horizon") is not None:
        yield _dead(task, "horizon", ("task",), "a rollout ends with the demonstrated motion")


def _objects(root: Mapping) -> Iterator[Diagnostic]:
    named = {node.text for node in _scalars(_child(root, "goals"))}
    recorded = _child(_child(root, "demonstrations"), "recording") is not None
    for name, node in _entries(_child(_child(root, "scene"), "objects")):
        path: Path = ("scene", "objects", name)
        picks = [key for key in _PICKS if _child(node, key) is not None]
        for key in picks[1:]:
            yield _dead(node, key, path, f"`{picks[0]}` already says which thing in the picture it is", "keep one")
        for key in picks[:1]:
            if not recorded:
                yield _dead(node, key, path, "there is no recording to look at")
        if _child(node, "shape") is not None and isinstance(_child(node, "asset"), Mapping):
            yield _dead(node, "shape", path, "the asset gives the shape", "keep one of the two")
        asset = _child(node, "asset")
        primitive = _child(asset, "primitive")
        if isinstance(primitive, Scalar) and primitive.text in _EXTENTS:
            useful = _EXTENTS[primitive.text]
            for key in ("radius", "height", "size"):
                if key not in useful and _child(asset, key) is not None:
                    hint = f"a {primitive.text} has: {listed(useful)}"
                    yield _dead(asset, key, (*path, "asset"), f"a {primitive.text} has no {key}", hint)
        stickers = _child(node, "stickers")
        for sticker, _ in _entries(stickers):
            if sticker not in named:
                yield _dead(stickers, sticker, (*path, "stickers"), "no goal names the sticker")


def _scalars(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _scalars(item)
    elif isinstance(node, Mapping):
        for entry in node.entries.values():
            yield from _scalars(entry.value)


def _policies(root: Mapping) -> Iterator[Diagnostic]:
    for name, policy in _entries(_child(root, "policies")):
        path: Path = ("policies", name)
        algorithm = _child(policy, "algorithm")
        kind = algorithm.text if isinstance(algorithm, Scalar) else ""
        if kind and kind != "ppo":
            for key in ("rewards", "privileged", "discount", "gae_lambda", "clip", "kl_target", "entropy_weight"):
                if _child(policy, key) is not None:
                    yield _dead(policy, key, path, f"{kind} learns from labels, not from rewards")
        if kind == "ppo" and _child(policy, "from") is not None:
            yield _dead(policy, "from", path, "ppo has no teacher", "delete it, or choose dagger, distill or bc")
        for group, action in _entries(_child(policy, "act")):
            act = _child(action, "kind")
            if isinstance(act, Scalar) and act.text == "absolute" and _child(action, "limit") is not None:
                yield _dead(action, "limit", (*path, "act", group), "absolute positions are limited by the joints")


def _goals(root: Mapping) -> Iterator[Diagnostic]:
    goals = _child(root, "goals")
    if not isinstance(goals, Sequence):
        return
    for index, goal in enumerate(goals.items):
        kinds = [key for key in GOALS if _child(goal, key) is not None]
        if not kinds and isinstance(goal, Mapping):
            yield Diagnostic(
                code="SK202",
                summary="the goal says nothing to reach",
                detail=f"expected one of: {listed(GOALS)}",
                hint="add `contact: {hand: right, object: NAME}`",
                path=path_text(("goals", index)),
                spans=(goal.span,),
            )
        tracks = _child(goal, "tracks")
        sources = [key for key in ("video", "prompt") if _child(tracks, key) is not None]
        if isinstance(tracks, Mapping) and len(sources) != 1:
            several = len(sources) > 1
            yield Diagnostic(
                code="SK208" if several else "SK202",
                summary="the tracks are of a video and of one to be made" if several else "the tracks are of no video",
                detail="a video is recorded, or made from a text",
                hint="keep one of the two" if several else "add `video: FILE` or `prompt: TEXT`",
                path=path_text(("goals", index, "tracks")),
                spans=(tracks.span,),
            )
        target = _child(goal, "object")
        given = [key for key in ("pose", "above", "near") if _child(target, key) is not None]
        for key in given[1:]:
            yield _dead(target, key, ("goals", index, "object"), f"`{given[0]}` already says where", "keep one")


def _states(root: Mapping) -> Iterator[Diagnostic]:
    for name, state in _entries(_child(_child(root, "deploy"), "states")):
        path: Path = ("deploy", "states", name)
        if _child(state, "end") is not None:
            for key in ("next", "timeout", "on_timeout", "entries", "do"):
                if _child(state, key) is not None:
                    yield _dead(state, key, path, "the run has ended")
        elif _child(state, "on_timeout") is not None and _child(state, "timeout") is None:
            yield _dead(state, "on_timeout", path, "there is no `timeout`", "add `timeout: 5 s`")
