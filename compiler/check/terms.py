"""The terms pass: what the merged spec makes of observations, randomized quantities and conditions of success."""

from collections.abc import Iterator, Mapping

from skillc.compiler.check.place import Placed
from skillc.compiler.check.unimplemented import check_unimplemented
from skillc.compiler.resolve.drawn import everywhere
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.tree import Path
from skillc.compiler.validate.nearest import listed
from skillc.runtime.tasks.catalog import pours
from skillc.runtime.terms import catalog
from skillc.runtime.terms.randomization import QUANTITIES
from skillc.runtime.terms.success import SUCCESS


def check_terms(placed: Placed, *, draft: bool) -> list[Diagnostic]:
    """Check the terms of a spec against the registry; drafts may use what is not implemented."""
    return [
        *_listed_twice(placed),
        *_owners(placed),
        *_turned(placed),
        *_crossing(placed),
        *_filling(placed),
        *([] if draft else [*_no_condition(placed), *check_unimplemented(placed)]),
    ]


def _listed_twice(placed: Placed) -> Iterator[Diagnostic]:
    """Report an observation that a policy or its critic is given twice."""
    for name, policy in placed.resolved.section("policies").items():
        seen: dict[str, Path] = {}
        for key in ("observe", "privileged"):
            for index, entry in enumerate((policy.get(key) if isinstance(policy, Mapping) else None) or ()):
                term = str(entry.get("term") if isinstance(entry, Mapping) else entry)
                path: Path = ("policies", name, key, index)
                if placed.tree.at(path) is None:
                    path = path[:-1]
                if term in seen:
                    both = (path, seen[term]) if seen[term] != path else (path,)
                    yield placed.error(
                        "SK415",
                        *both,
                        what=f"`{name}` is given `{term}` twice",
                        detail="the second copy tells a policy nothing, and makes its network larger",
                        hint="delete one of them",
                    )
                seen.setdefault(term, path)


def _owners(placed: Placed) -> Iterator[Diagnostic]:
    """Report quantities of things that do not have them, such as the table's mass, and of things that are not there."""
    objects = placed.resolved.section("scene").get("objects", {})
    for path, _ in everywhere(placed.resolved):
        key = str(path[-1])
        owner, _, name = key.partition(".")
        if owner not in (*catalog.SCOPES, *objects):
            yield placed.error(
                "SK416",
                path,
                what=f"`{owner}` is no object of the spec",
                detail=f"objects: {listed(objects)}" if objects else "the spec declares no object",
                hint=f"write {' or '.join(f'`{one}.{name}`' for one in objects)}" if objects else "delete the line",
            )
            continue
        try:
            catalog.quantity(key)
        except catalog.UnknownTerm:
            own = [k.partition(".")[2] for q in QUANTITIES.values() for k in q.keys if k.startswith(f"{owner}.")]
            yield placed.error(
                "SK416",
                path,
                what=f"`{owner}` has no `{name}` to vary",
                detail=f"what varies of `{owner}`: {listed(own)}",
                hint="delete the line",
            )


def _turned(placed: Placed) -> Iterator[Diagnostic]:
    """Report conditions that compare the other way round than the task's own, where both ways make sense."""
    for name, condition in placed.resolved.section("task.success").items():
        term, own = SUCCESS.get(name), placed.resolved.origins.get(f"task.success.{name}", ())
        if term is None or term.direction != "either" or len(own) < 2 or not isinstance(condition, Mapping):
            continue
        due = own[0].text.strip()[:1]
        if due in ("<", ">") and str(condition["operator"])[:1] != due:
            yield placed.error(
                "SK412",
                ("task", "success", name),
                what=f"`{own[-1].text}` is the wrong way round for `{name}` of this task",
                detail=f"its own condition is `{own[0].text}`",
                hint=f'write "{due} {own[-1].text.lstrip("<>= ")}"',
            )


def _crossing(placed: Placed) -> Iterator[Diagnostic]:
    """Report what is added to a mass or a friction and may leave nothing of it."""
    objects = placed.resolved.section("scene").get("objects", {})
    for path, drawn in everywhere(placed.resolved):
        owner, _, name = str(path[-1]).partition(".")
        added = isinstance(drawn, Mapping) and drawn.get("operation") == "add" and drawn.get("kind") == "uniform"
        if name not in ("mass", "friction") or not added or owner not in objects:
            continue
        own = objects[owner].get(name) if isinstance(objects[owner], Mapping) else None
        said = "it is not written"
        if isinstance(own, (int, float)):
            if own + drawn["low"] > 0.0:
                continue
            said = f"`{owner}` has {format_si(own, QUANTITIES[name].dimension)}"
        yield placed.error(
            "SK418",
            path,
            what=f"the {name} of `{owner}` may be drawn as zero or less",
            detail=f"it is added to the object's own: {said}",
            hint=f"write a factor such as `{QUANTITIES[name].example}`, or a narrower range and the object's own",
        )


def _filling(placed: Placed) -> Iterator[Diagnostic]:
    """Report what a vessel is filled with in a task that pours nothing, or a share of it that is asked for without."""
    task, path = placed.resolved.section("task"), ("task", "filling")
    if placed.tree.at(path) is not None and not pours(str(task.get("type", ""))):
        yield placed.error(
            "SK662",
            path,
            what=f"a {task.get('type')} pours nothing, so that nothing is filled",
            detail="`filling` is what evaluation simulates in the vessel of a pour",
            hint="delete the key",
        )
    asked: Path = ("task", "success", "poured_share")
    if placed.tree.at(asked) is not None and "filling" not in task:
        yield placed.error(
            "SK662",
            asked,
            what="a share of the filling is asked for, and nothing is filled",
            detail="without `task.filling` no share of it can lie in the target",
            hint="delete the condition, or `filling: null`",
        )


def _no_condition(placed: Placed) -> Iterator[Diagnostic]:
    """Report a task that every rollout would fulfil."""
    path: Path = ("task", "success")
    # What was taken out because it is wrong would still be a condition, or bring some.
    if placed.resolved.section("task.success") or placed.tree.at(("task",)) != placed.written.at(("task",)):
        return
    yield placed.error(
        "SK417",
        path if placed.tree.at(path) is not None else ("task", "type"),
        what="the task has no condition of success: every rollout would count as one",
        detail=f"conditions: {listed(name for name, term in SUCCESS.items() if term.implemented)}",
        hint='keep one, for example `final_offset: "< 7 cm"`',
    )
