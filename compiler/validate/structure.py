"""The structure pass: does the tree have the form the schema asks for?

A small walker over the keywords the schemas use, because it must say more than a generic validator does: the nearest
name, what is due, where. It agrees with the jsonschema library on what is valid (`tests/validate/test_structure.py`).
What it passes on are the marked places: scalars and mappings whose schema carries `x-` annotations, for the passes
that follow.
"""

from collections.abc import Sequence as Ordered
from dataclasses import dataclass, field, replace
from typing import Any

from skillc.compiler.source.diagnostic import Diagnostic, Edit
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, Span, path_text
from skillc.compiler.validate.fitting import could_be, has_type, is_among, is_number, no_annotation, shared_keys
from skillc.compiler.validate.nearest import as_name, did_you_mean, listed, slip_of
from skillc.compiler.validate.schema import Rule
from skillc.compiler.validate.structure_words import as_yaml, example_of, expectation, found_kind, named, unquoted

MOST_EXPLAINED = 40
"""Unknown keys after so many findings get no hint: no one reads on, and looking for hints takes time."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A place whose schema says more than its form."""

    path: Path
    node: Node
    marks: dict[str, Any]
    """The schema's `x-` annotations."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What the walk found."""

    findings: list[Diagnostic] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)


def check_structure(root: Mapping, rule: Rule) -> Structure:
    """Walk a document's mapping by its schema."""
    result = Structure()
    _Walk(root, result).node(root, rule, ())
    result.findings[:] = _without_misplaced(result.findings)
    return result


def fitting(node: Node, rule: Rule) -> list[Marked] | None:
    """Return the marked places of a value that has a rule's form; None if it has not."""
    result = Structure()
    root = node if isinstance(node, Mapping) else Mapping({}, node.span)
    _Walk(root, result).node(node, rule, ("value",))
    return None if result.findings else result.marked


def _without_misplaced(findings: list[Diagnostic]) -> list[Diagnostic]:
    """Say once, where it was written, that a key of the spec's top stands somewhere below it."""
    unknown = {d.path.rpartition(".")[2]: d for d in findings if d.code == "SK201" and "." in d.path}
    moved = {d.path for d in findings if d.code == "SK202"} & unknown.keys()
    hints = {id(unknown[key]): f"move `{key}` to the start of its line" for key in moved}
    kept = [d for d in findings if d.code != "SK202" or d.path not in moved]
    return [replace(d, hint=hints[id(d)]) if id(d) in hints else d for d in kept]


class _Walk:
    def __init__(self, root: Mapping, result: Structure) -> None:
        self.root, self.result = root, result

    def report(
        self, code: str, span: Span, path: Path, summary: str, *, detail: str = "", hint: str = "", meant: str = ""
    ) -> None:
        """Add a finding; `meant` is what can only have been meant at the span."""
        mend = (Edit(span, meant),) if meant else ()
        self.result.findings.append(
            Diagnostic(
                code=code, summary=summary, detail=detail, hint=hint, path=path_text(path), spans=(span,), mend=mend
            )
        )

    def node(self, node: Node, rule: Rule, path: Path) -> None:
        if rule.any_of:
            self.any_of(node, rule, path)
            return
        if rule.marks:
            self.result.marked.append(Marked(path, node, rule.marks))
        if rule.types and not has_type(node, rule.types):
            if not (rule.marks.get("x-measure") and is_number(node)):
                self.wrong_type(node, (rule,), path)
            return
        if rule.enum is not None and not is_among(node, rule.enum):
            self.not_a_choice(node, rule.enum, rule, path)
        elif isinstance(node, Mapping):
            self.mapping(node, rule, path)
        elif isinstance(node, Sequence):
            self.sequence(node, rule, path)
        else:
            self.scalar(node, rule, path)

    def any_of(self, node: Node, rule: Rule, path: Path) -> None:
        """Take the first branch that fits; where none does, report by the one that comes closest."""
        own = {key: value for key, value in rule.marks.items() if key not in ("x-above", "x-least", "x-most")}
        if own:
            self.result.marked.append(Marked(path, node, own))
        likely = [branch for branch in rule.any_of if could_be(node, branch) and not no_annotation(node, branch)]
        if not likely:
            self.none_fits(node, rule, path)
            return
        for branch in likely:
            if branch.marks.get("x-annotated") and isinstance(node, Mapping):
                if "value" not in node.entries and len(likely) > 1:
                    continue
                self.annotated(node, rule, branch, path)
                return
            trial = Structure()
            _Walk(self.root, trial).node(node, branch, path)
            if not trial.findings or len(likely) == 1:
                self.result.findings.extend(trial.findings)
                self.result.marked.extend(trial.marked)
                return
        self.node(node, max(likely, key=lambda branch: shared_keys(node, branch)), path)

    def annotated(self, node: Mapping, rule: Rule, branch: Rule, path: Path) -> None:
        """`{value: 5 cm, source: ...}`: the value must be what could be written alone."""
        self.node(node, branch, path)
        entry = node.entries.get("value")
        if entry is None:
            return
        value = entry.value
        if isinstance(value, Scalar) and (value.value is None or value.text == "lost"):
            self.result.marked.append(Marked((*path, "value"), value, {"x-lost": True}))
        else:
            self.any_of(value, rule, (*path, "value"))

    def none_fits(self, node: Node, rule: Rule, path: Path) -> None:
        measure = next((b for b in rule.any_of if b.marks.get("x-measure")), None)
        if measure is not None and is_number(node):
            self.result.marked.append(Marked(path, node, measure.marks))
            return
        choices = [choice for branch in rule.any_of for choice in branch.enum or ()]
        number_due = any({"number", "integer"} & set(branch.types) for branch in rule.any_of)
        quoted_number = isinstance(node, Scalar) and node.quoted and number_due and unquoted(node)
        if choices and isinstance(node, Scalar) and isinstance(node.value, str) and not quoted_number:
            self.not_a_choice(node, choices, rule, path)
        else:
            self.wrong_type(node, rule.any_of, path)

    def wrong_type(self, node: Node, rules: Ordered[Rule], path: Path) -> None:
        due = list(dict.fromkeys(expectation(rule) for rule in rules if not rule.marks.get("x-annotated")))
        got = found_kind(node)
        hint = meant = ""
        if isinstance(node, Scalar) and "text" in due and not isinstance(node.value, str) and node.text:
            hint = f'write "{shorten(node.text)}" for the text'
        elif isinstance(node, Scalar) and node.quoted and any("number" in d or "true" in d for d in due):
            hint, meant = "leave the quotes out", unquoted(node)
        elif isinstance(node, Scalar) and node.value is None and path:
            hint = f"give `{path[-1]}` a value or delete the key"
        detail = f"expected {' or '.join(due)}"
        self.report("SK203", node.span, path, f"{named(path)} is {got}", detail=detail, hint=hint, meant=meant)

    def not_a_choice(self, node: Node, choices: Ordered[Any], rule: Rule, path: Path) -> None:
        text = shorten(node.text) if isinstance(node, Scalar) else found_kind(node)
        if path == ("language",):
            self.report(
                "SK212",
                node.span,
                path,
                f"language version {text} is not known",
                detail=f"this skillc reads language {choices[0]}",
                hint=f"write `language: {choices[0]}`, or use the skillc the spec was written for",
            )
            return
        what = rule.marks.get("x-choice") or (f"value of `{path[-1]}`" if path else "value")
        names = [str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in choices]
        self.report(
            "SK204",
            node.span,
            path,
            f"`{text}` is no {what}",
            detail=f"expected one of: {listed(names, 40)}",
            hint=did_you_mean(text, names),
            meant=slip_of(text, names),
        )

    def mapping(self, node: Mapping, rule: Rule, path: Path) -> None:
        for key, entry in node.entries.items():
            below = rule.key_rule(key)
            if below is None:
                self.unknown_key(key, entry.key.span, rule, path)
            else:
                self.node(entry.value, below, (*path, key))
        for key in rule.raw.get("required", ()):
            if key not in node.entries:
                self.missing_key(key, node, rule, path)
        least, most = rule.raw.get("minProperties", 0), rule.raw.get("maxProperties")
        count = len(node.entries)
        if count < least:
            known = list(rule.raw.get("properties", ()))
            detail = f"expected at least {least} of: {listed(known)}" if known else f"expected at least {least} keys"
            self.report("SK207", node.span, path, f"{named(path)} is empty", detail=detail, hint="delete the key")
        elif most is not None and count > most:
            self.report(
                "SK208",
                node.span,
                path,
                f"{named(path)} has {count} keys of which only {most} can hold",
                detail=f"expected one of: {listed(rule.raw.get('properties', ()))}",
                hint="keep one of them",
            )

    def unknown_key(self, key: str, span: Span, rule: Rule, path: Path) -> None:
        shown = shorten(key)
        if len(self.result.findings) >= MOST_EXPLAINED:
            self.report("SK201", span, (*path, key), f"unknown key `{shown}`")
            return
        known = [k for k in rule.raw.get("properties", ()) if k not in self._written(path)]
        for _, text in rule.patterns:
            known += self.expanded(rule.raw["patternProperties"][text].get("x-keys", ()))
        names_things = rule.marks.get("x-declares")
        if names_things or (not known and rule.patterns):
            self.report(
                "SK205",
                span,
                (*path, key),
                f"`{shown}` is no name",
                detail="expected lower-case letters, digits and underscores, a letter first, at most 64",
                hint=example_of(as_name(key)),
            )
            return
        self.report(
            "SK201",
            span,
            (*path, key),
            f"unknown key `{shown}`" + (f" in {named(path)}" if path else ""),
            detail=f"keys here: {listed(known, 14)}" if known else "no key may be written here",
            hint=did_you_mean(key, known),
            meant=slip_of(key, known),
        )

    def _written(self, path: Path) -> frozenset[str]:
        node: Node = self.root
        for key in path:
            if isinstance(node, Mapping) and isinstance(key, str) and key in node.entries:
                node = node.entries[key].value
            elif isinstance(node, Sequence) and isinstance(key, int):
                node = node.items[key]
        return frozenset(node.entries) if isinstance(node, Mapping) else frozenset()

    def expanded(self, keys: Ordered[str]) -> list[str]:
        """Put the spec's object names into key patterns such as `{object}.yaw`."""
        scene = self.root.entries.get("scene")
        objects = scene.value.entries.get("objects") if scene and isinstance(scene.value, Mapping) else None
        names = list(objects.value.entries) if objects and isinstance(objects.value, Mapping) else []
        return [
            key.replace("{object}", name)
            for key in keys
            for name in (names or ["OBJECT"] if "{object}" in key else [""])
        ]

    def missing_key(self, key: str, node: Mapping, rule: Rule, path: Path) -> None:
        below = rule.key_rule(key)
        examples = below.raw.get("examples") if below else None
        span = Span(node.span.file, node.span.line, node.span.column, node.span.line, node.span.column + 1)
        where = f" in {named(path)}" if path else ""
        self.report(
            "SK202",
            span,
            (*path, key),
            f"the key `{key}` is missing{where}",
            detail=below.description if below else "",
            hint=f"add `{key}: {as_yaml(examples[0])}`" if examples else "",
        )

    def sequence(self, node: Sequence, rule: Rule, path: Path) -> None:
        least, most = rule.raw.get("minItems", 0), rule.raw.get("maxItems")
        count = len(node.items)
        if count < least or (most is not None and count > most):
            due = f"{least}" if least == most else f"{least} to {most}" if most is not None else f"at least {least}"
            self.report("SK207", node.span, path, f"{named(path)} has {count} items", detail=f"expected {due}")
        items = rule.item_rule
        for index, item in enumerate(node.items):
            self.node(item, items, (*path, index))

    def scalar(self, node: Scalar, rule: Rule, path: Path) -> None:
        raw, value = rule.raw, node.value
        if isinstance(value, str):
            if rule.pattern is not None and not rule.pattern.search(value):
                self.report(
                    "SK205",
                    node.span,
                    path,
                    f"`{shorten(value)}` is no valid {named(path)}",
                    detail=f"{rule.description}; pattern {rule.raw['pattern']}",
                    hint=example_of(as_name(value, "-" if path == ("skill",) else "_")),
                )
            if len(value) > raw.get("maxLength", len(value)):
                self.report(
                    "SK205",
                    node.span,
                    path,
                    f"{named(path)} has {len(value)} characters",
                    detail=f"expected at most {raw['maxLength']}",
                )
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self.number(value, node, raw, path)

    def number(self, value: float, node: Scalar, raw: dict[str, Any], path: Path) -> None:
        least, most, above = raw.get("minimum"), raw.get("maximum"), raw.get("exclusiveMinimum")
        due = ""
        if least is not None and not value >= least:
            due = f"{least} or more"
        elif most is not None and not value <= most:
            due = f"{most} or less"
        elif above is not None and not value > above:
            due = f"more than {above}"
        if due:
            summary = f"{named(path)} is {shorten(node.text)}"
            self.report("SK405", node.span, path, summary, detail=f"expected {due}")
