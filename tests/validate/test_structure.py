"""The walker agrees with the jsonschema library on what is valid; it only says more about what is not."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load, load_bytes
from skillc.compiler.source.tree import as_plain
from skillc.compiler.validate.measures import parse_measures
from skillc.compiler.validate.schema import SCHEMA_FOLDER, schema
from skillc.compiler.validate.structure import check_structure
from skillc.runtime.formats.faults import FAULT_CLASSES
from skillc.runtime.formats.machine import SIGNALS

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
RAW = json.loads((SCHEMA_FOLDER / "skill.v1.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(RAW)
SPECS = sorted((HERE.parents[1] / "specs" / "skills").rglob("*.yaml"))
GOLDENS = sorted((HERE.parent / "specs").glob("*valid/*.yaml"))
OURS = ("SK201", "SK202", "SK203", "SK204", "SK207", "SK208", "SK212")
"""Codes that say nothing more than the schema does."""


def structure(document: Any) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Return the findings of the structure pass, and those of the units pass on what it marked."""
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    tree = load_bytes(text.encode(), "f")
    found = check_structure(tree.root, schema().rule)
    return found.findings, parse_measures(found.marked, draft=True)[2]


def agree(document: Any) -> None:
    try:
        findings, units = structure(document)
    except SourceError:
        return  # Not sound YAML to us: the schema was never asked.
    errors = [f"{list(e.path)}: {e.message[:120]}" for e in VALIDATOR.iter_errors(document)]
    if errors:
        assert findings or units, errors
    elif any(f.code in OURS and ".value" not in f.path and not f.path.startswith("method.") for f in findings):
        # `{value: ...}` is held to what could be written alone, and settings to their own schema, which this one
        # leaves open.
        raise AssertionError([(f.code, f.path, f.summary) for f in findings])


def test_the_schema_is_valid_json_schema() -> None:
    Draft202012Validator.check_schema(RAW)


def test_references_have_annotations_beside_them_and_nothing_else() -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                extra = {k for k in node if k not in ("$ref", "description", "examples") and not k.startswith("x-")}
                assert not extra, node
                assert node["$ref"].removeprefix("#/$defs/") in RAW["$defs"]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(RAW)


def test_every_property_is_described_and_every_example_is_valid() -> None:
    def walk(node: dict[str, Any], path: str) -> None:
        described = node.get("description") or "$ref" in node or node.get("const") or node.get("enum")
        if path and not path.endswith("]"):
            assert described or node.get("anyOf") or node.get("type"), path
        for example in node.get("examples", ()):
            sub = {k: v for k, v in node.items() if k != "examples"} | {"$defs": RAW["$defs"]}
            assert not list(Draft202012Validator(sub).iter_errors(example)), (path, example)
        for key, below in node.get("properties", {}).items():
            walk(below, f"{path}.{key}")
        for key, below in node.get("patternProperties", {}).items():
            walk(below, f"{path}.<{key}>")
        for index, below in enumerate(node.get("anyOf", ())):
            walk(below, f"{path}[{index}]")

    walk(RAW, "")
    for name, definition in RAW["$defs"].items():
        walk(definition, name)


@pytest.mark.parametrize("file", SPECS + GOLDENS, ids=lambda f: f.stem)
def test_walker_and_library_agree_on_the_goldens(file: Path) -> None:
    try:
        document = as_plain(load(file).root)
    except SourceError:
        return
    agree(document)


def test_fault_classes_and_signals_are_those_of_the_compiled_machine() -> None:
    answers = RAW["properties"]["deploy"]["properties"]["on_fault"]["properties"]
    assert set(answers) == {f.name for f in FAULT_CLASSES} | {"else"}
    assert set(RAW["$defs"]["signals"]["x-signals"]["deploy"]) == set(SIGNALS)


def test_a_misspelt_key_names_the_nearest_one_that_is_free() -> None:
    findings, _ = structure({"skill": "a", "language": 1, "task": {"type": "lift", "succes": {}}, "hardware": "x",
                             "method": "y"})  # fmt: skip
    assert [(f.code, f.path, f.hint) for f in findings] == [("SK201", "task.succes", "did you mean `success`?")]


def test_randomization_keys_are_suggested_with_the_specs_objects() -> None:
    document = {"skill": "a", "language": 1, "task": {"type": "lift"}, "hardware": "x", "method": "y",
                "scene": {"objects": {"apple": {}}}, "randomization": {"apple.yav": "± 10 deg"}}  # fmt: skip
    findings, _ = structure(document)
    assert [f.hint for f in findings] == ["did you mean `apple.yaw`?"]


BASES = [as_plain(load(file).root) for file in [*SPECS, *sorted((HERE.parent / "specs" / "valid").glob("*.yaml"))]]
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(-2, 2), st.just([]), st.just({}), st.just("lost"),
    st.sampled_from(["", "5 cm", "± 5 cm", "< 7 cm", "0.8 .. 1.2", "twin", "none", "grasp", "hold", "apple"]),
    st.just({"value": "5 cm", "source": "Table 3"}), st.just(["5 cm"]), st.just({"x": 1, "y": 2}),
)  # fmt: skip


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        found += places(value, (*path, key))
    return found


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    document = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 3))):
        spots = places(document)
        if not spots:
            break
        *parents, last = draw(st.sampled_from(spots))
        parent = document
        for key in parents:
            parent = parent[key]
        action = draw(st.sampled_from(["replace", "delete", "rename", "add"]))
        if action == "replace":
            parent[last] = copy.deepcopy(draw(JUNK))
        elif action == "delete":
            del parent[last]
        elif isinstance(parent, dict):
            name = draw(st.sampled_from(["apple", "weight", "x", "Apple", "recording", "set", "a.b", "extra", "pose"]))
            parent[name] = parent.pop(last) if action == "rename" else copy.deepcopy(draw(JUNK))
    return document


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_walker_and_library_agree_on_mutated_specs(document: Any) -> None:
    agree(document)
