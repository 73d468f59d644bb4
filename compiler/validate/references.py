"""The reference pass: names that must exist, names that may be given, and paths that stay below the spec."""

import keyword
import re
import unicodedata
from collections.abc import Mapping as Named

from skillc.compiler.source.diagnostic import Diagnostic, Edit
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.spelling import inferred
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, Span, path_text
from skillc.compiler.validate.machine import ALWAYS, BROUGHT
from skillc.compiler.validate.nearest import did_you_mean, listed, slip_of
from skillc.compiler.validate.structure import MOST_EXPLAINED, Marked
from skillc.runtime.tasks import catalog

SCOPES = (
    *("robot", "hand", "arm", "table", "joint", "control", "observation", "action", "camera", "gravity", "base"),
    "pose_error",
    *("manipulated", "target", "obstacle", "demonstrations"),
)
"""First words of randomization keys that are no object; an object of that name would be hidden by them."""

Names = dict[str, dict[str, Span]]
"""Kind of thing (object, camera, policy, state, goal, sticker) -> name -> where it is declared."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SINGLE = ("manipulated", "target")
"""Roles that one object has."""


def declared_names(root: Mapping, marked: list[Marked]) -> Names:
    """Collect every name the spec declares."""
    names: Names = {"object": {}, "camera": {}, "policy": {}, "state": {}, "goal": {}, "sticker": {}}
    for place in marked:
        kind = place.marks.get("x-declares")
        if kind and isinstance(place.node, Mapping):
            names[kind].update({key: entry.key.span for key, entry in place.node.entries.items()})
    goals = _child(root, "goals")
    for goal in goals.items if isinstance(goals, Sequence) else ():
        name = _child(goal, "name")
        if isinstance(name, Scalar):
            names["goal"].setdefault(name.text, name.span)
    for entry in _objects(root).values():
        stickers = _child(entry, "stickers")
        if isinstance(stickers, Mapping):
            names["sticker"].update({key: e.key.span for key, e in stickers.entries.items()})
    return names


def check_references(
    root: Mapping, marked: list[Marked], preset_policies: frozenset[str], *, scene_is_sound: bool = True
) -> list[Diagnostic]:
    """Check names, paths and roles.

    Args:
        root: The document.
        marked: From the structure pass.
        preset_policies: Policies that the method brings, which the spec may name.
        scene_is_sound: Whether the objects have the right form; a misspelt role is not also a missing one.
    """
    names = declared_names(root, marked)
    findings: list[Diagnostic] = []
    for place in marked:
        node, marks = place.node, place.marks
        if "x-names" in marks and isinstance(node, Scalar) and isinstance(node.value, str):
            findings += _unknown_name(place, node, marks["x-names"], names, preset_policies)
        if marks.get("x-response") and isinstance(node, Scalar) and node.text.startswith("goto "):
            findings += _unknown_target(place, node, names["state"])
        if "x-path" in marks and isinstance(node, Scalar) and isinstance(node.value, str):
            findings += _bad_path(place, node)
        if marks.get("x-preset") == "hardware" and isinstance(node, Scalar) and set(node.text) & set("/\\"):
            findings += _bad_path(place, node)
        if marks.get("x-preset") == "task" and isinstance(node, Scalar) and isinstance(node.value, str):
            findings += _unknown_task_type(place, node)
        if "x-declares" in marks and isinstance(node, Mapping):
            findings += _confusable(place, node)
        if "x-first-word" in marks and isinstance(node, Mapping):
            findings += _unknown_objects(place, node, names["object"])
        if marks.get("x-identifier") and isinstance(node, Scalar):
            findings += _reserved(node.text, node.span, place.path)
    findings += _goal_names(root)
    if scene_is_sound:
        findings += _roles(root)
    return findings


def _child(node: Node, key: str) -> Node | None:
    entry = node.entries.get(key) if isinstance(node, Mapping) else None
    return entry.value if entry else None


def _objects(root: Mapping) -> dict[str, Node]:
    scene = _child(root, "scene")
    objects = _child(scene, "objects") if scene else None
    return {k: e.value for k, e in objects.entries.items()} if isinstance(objects, Mapping) else {}


def _finding(
    code: str, span: Span, path: Path, summary: str, *, detail: str = "", hint: str = "", meant: str = ""
) -> Diagnostic:
    mend = (Edit(span, meant),) if meant else ()
    return Diagnostic(
        code=code, summary=summary, detail=detail, hint=hint, path=path_text(path), spans=(span,), mend=mend
    )


def _unknown_name(
    place: Marked, node: Scalar, kind: str, names: Names, preset_policies: frozenset[str]
) -> list[Diagnostic]:
    known: Named[str, object] = names[kind]
    if kind == "policy":
        known = {**known, **dict.fromkeys((*sorted(preset_policies), "demonstrations"))}
    if kind == "state":
        known = {**known, **dict.fromkeys(ALWAYS)}
    if node.text in known:
        return []
    codes = {"object": "SK301", "camera": "SK302", "policy": "SK303", "goal": "SK304", "sticker": "SK306"}
    place_text = "SK704" if kind == "state" else codes[kind]
    several = "policies" if kind == "policy" else f"{kind}s"
    return [
        _finding(
            place_text,
            node.span,
            place.path,
            f"there is no {kind} `{shorten(node.text)}`",
            detail=f"{several} here: {listed(known)}" if known else f"the spec declares no {kind}",
            hint=did_you_mean(node.text, known),
            meant=slip_of(node.text, known),
        )
    ]


def _unknown_task_type(place: Marked, node: Scalar) -> list[Diagnostic]:
    try:
        catalog.task_type(node.text)
        return []
    except catalog.TaskTypeError:
        known = catalog.names()
    if node.text in known:
        return []  # What is wrong with its file is told where it is read.
    return [
        _finding(
            "SK204",
            node.span,
            place.path,
            f"`{shorten(node.text)}` is no task type",
            detail=f"expected one of: {listed(known, 40)}",
            hint=did_you_mean(node.text, known),
            meant=slip_of(node.text, known),
        )
    ]


def _unknown_target(place: Marked, node: Scalar, written: Named[str, Span]) -> list[Diagnostic]:
    """Check the state a response to a fault goes to."""
    target = node.text.split(" ", 1)[1]
    known = [*(written or BROUGHT), *ALWAYS]
    if target in known:
        return []
    return [
        _finding(
            "SK704",
            node.span,
            place.path,
            f"there is no state `{shorten(target)}`",
            detail=f"states here: {listed(known)}",
            hint=did_you_mean(target, known),
        )
    ]


def _unknown_objects(place: Marked, node: Mapping, objects: Named[str, Span]) -> list[Diagnostic]:
    findings: list[Diagnostic] = []
    for key, entry in node.entries.items():
        first = key.partition(".")[0]
        if first in objects or first in SCOPES:
            continue
        # A word of the language is proposed for a slip of the keyboard only: `apple` is hardly `table`.
        scope = slip_of(first, SCOPES[:11])
        # Nor is an object whose key is written already.
        known = [n for n in (*objects, *([scope] if scope else [])) if f"{n}{key[len(first) :]}" not in node.entries]
        findings.append(
            _finding(
                "SK301",
                entry.key.span,
                (*place.path, key),
                f"there is no object `{shorten(first)}`",
                detail=f"objects here: {listed(objects)}" if objects else "the spec declares no object",
                hint=did_you_mean(first, known) if len(findings) < MOST_EXPLAINED else "",
            )
        )
    return findings


def _bad_path(place: Marked, node: Scalar) -> list[Diagnostic]:
    text = node.text
    reason = ""
    parts = re.split(r"[/\\]", text)
    if not text.strip():
        reason = "the path is empty"
    elif text.startswith(("\\\\", "//")):
        reason = f"`{shorten(text)}` is a network path"
    elif _URL.match(text):
        reason = f"`{shorten(text)}` is a URL or a drive"
    elif text.startswith(("/", "\\", "~")):
        reason = f"`{shorten(text)}` is an absolute path"
    elif ".." in parts:
        reason = f"`{shorten(text)}` leads upward"
    elif "\\" in text:
        reason = f"`{shorten(text)}` has backslashes"
    elif any(not c.isprintable() for c in text):
        reason = f"`{shorten(text)}` has control characters"
    elif place.marks.get("x-path") == "file" and any(c in text for c in "*?[]"):
        reason = f"`{shorten(text)}` is a pattern; one file is due"
    elif inferred(node) is not None:
        reason = f"`{shorten(text)}` reads as a measure"
    if not reason:
        return []
    return [
        _finding(
            "SK305",
            node.span,
            place.path,
            reason,
            detail="paths are relative to the spec's folder or to --data, never absolute, never upward",
            hint="put the file there and write its relative path with `/`",
        )
    ]


def _confusable(place: Marked, node: Mapping) -> list[Diagnostic]:
    findings: list[Diagnostic] = []
    seen: dict[str, tuple[str, Span]] = {}
    for key, entry in node.entries.items():
        folded = unicodedata.normalize("NFKC", key).casefold()
        if folded in seen:
            other, span = seen[folded]
            findings.append(
                Diagnostic(
                    code="SK211",
                    summary=f"`{shorten(key)}` and `{shorten(other)}` look the same",
                    detail="two names must differ by more than case or Unicode form",
                    hint="rename one of them",
                    path=path_text((*place.path, key)),
                    spans=(entry.key.span, span),
                )
            )
        seen.setdefault(folded, (key, entry.key.span))
        findings += _reserved(key, entry.key.span, (*place.path, key), object_name=place.path[-1:] == ("objects",))
    return findings


def _reserved(name: str, span: Span, path: Path, *, object_name: bool = False) -> list[Diagnostic]:
    if len(name) > 64:
        return [_finding("SK205", span, path, f"the name has {len(name)} characters", detail="expected at most 64")]
    if keyword.iskeyword(name) or (object_name and name in SCOPES):
        what = "a Python keyword" if keyword.iskeyword(name) else "a word of the language"
        return [
            _finding(
                "SK210",
                span,
                path,
                f"`{name}` is {what}",
                detail="generated code and keys such as `control.stiffness` could not tell it apart",
                hint=f"write for example `{name}_1`",
            )
        ]
    return []


def _goal_names(root: Mapping) -> list[Diagnostic]:
    goals = _child(root, "goals")
    findings: list[Diagnostic] = []
    seen: dict[str, Span] = {}
    for index, goal in enumerate(goals.items if isinstance(goals, Sequence) else ()):
        name = _child(goal, "name")
        if not isinstance(name, Scalar):
            continue
        if name.text in seen:
            findings.append(
                Diagnostic(
                    code="SK211",
                    summary=f"two goals are named `{shorten(name.text)}`",
                    detail="names are unique",
                    hint="rename one of them",
                    path=path_text(("goals", index, "name")),
                    spans=(name.span, seen[name.text]),
                )
            )
        seen.setdefault(name.text, name.span)
    return findings


def _roles(root: Mapping) -> list[Diagnostic]:
    """Check that the task's roles are filled once each."""
    task = _child(root, "task")
    kind = _child(task, "type") if task else None
    demonstrations = _child(root, "demonstrations")
    if not isinstance(kind, Scalar) or not isinstance(demonstrations, Mapping) or not _objects(root):
        return []
    if _child(demonstrations, "recording") is None:
        return []
    findings: list[Diagnostic] = []
    roles = {
        name: written for name, node in _objects(root).items() if isinstance(written := _child(node, "role"), Scalar)
    }
    try:
        due = catalog.task_type(kind.text).roles
    except catalog.TaskTypeError:
        due = ()
    missing = [role for role in due if role not in {written.text for written in roles.values()}]
    for role in _SINGLE:
        places = [name for name, written in roles.items() if written.text == role]
        findings += [
            Diagnostic(
                code="SK308",
                summary=f"`{name}` and `{places[0]}` both have the role `{role}`",
                detail="a recording shows one of each",
                hint=f"write `role: {missing[0] if missing else 'obstacle'}` at one of them",
                path=path_text(("scene", "objects", name, "role")),
                spans=(roles[name].span, roles[places[0]].span),
            )
            for name in places[1:]
        ]
    if findings:
        return findings  # With one of the two made right, the missing role is filled.
    for role in missing:
        only = next(iter(roles.values())) if len(roles) == 1 else None
        findings.append(
            _finding(
                "SK307",
                kind.span if only is None else only.span,
                ("task", "type"),
                f"no object has the role `{role}`",
                detail=f"a {kind.text} has one {role} object",
                hint=f"write `role: {role}` at one of: {listed(_objects(root))}",
            )
        )
    return findings
