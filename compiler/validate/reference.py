"""The language's reference pages, made from the schema, the unit table and the code pages."""

import json
from collections.abc import Iterator
from typing import Any

from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.tree import as_plain, path_text
from skillc.compiler.source.units import dimension_names, si_unit, unit_words, units_of
from skillc.compiler.validate.schema import SCHEMA_FOLDER, schema
from skillc.compiler.validate.settings import settings
from skillc.runtime.tasks.catalog import own_names, task_type
from skillc.runtime.tasks.task_type import KNOWN

MADE = "<!-- Made by `make docs` from {}; edit that instead. -->\n"
_FAMILIES = {
    "1": "Syntax",
    "2": "Structure",
    "3": "References",
    "4": "Units and ranges",
    "5": "Feasibility",
    "6": "Contract",
    "7": "Machine",
    "8": "Inputs",
    "9": "Training and policies",
}


def language_reference() -> str:
    """Return the page of every section, key, unit and signal."""
    raw = schema().raw
    lines = [
        MADE.format("specs/schema/skill.v1.json and units.json"),
        "# Language reference",
        "",
        raw["description"],
        "",
    ]
    for key, section in raw["properties"].items():
        needed = " (required)" if key in raw["required"] else ""
        lines += [f"## `{key}`{needed}", "", *_about(section, key), *_keys(section)]
    lines += ["## Shared parts", ""]
    for name, definition in raw["$defs"].items():
        if name not in ("signals", "annotated") and _is_group(definition):
            lines += [f"### {_title(name)}", "", *_about(definition), *_keys(definition)]
    lines += ["### A value with its source", "", *_about(raw["$defs"]["annotated"]), *_keys(raw["$defs"]["annotated"])]
    lines += _settings() + _task_types() + _signals(raw["$defs"]["signals"]) + _units()
    return "\n".join(lines).rstrip() + "\n"


def code_reference() -> str:
    """Return the page of every diagnostic code."""
    pages = as_plain(load_bytes((SCHEMA_FOLDER / "codes.yaml").read_bytes(), "skillc:specs/schema/codes.yaml").root)
    lines = [MADE.format("specs/schema/codes.yaml"), "# Diagnostic codes", ""]
    lines += [
        "`skillc explain CODE` prints the same. Wrong and right examples in YAML and XML are",
        "tests; the others describe what the test named below them shows.",
        "",
    ]
    family = ""
    for code in sorted(pages):
        page = pages[code]
        if code[2] != family:
            family = code[2]
            lines += [f"## {_FAMILIES[family]}", ""]
        lines += [f"### {code}: {page['title']}", "", page["why"], ""]
        for kind in ("wrong", "right"):
            language = "text" if "shown_by" in page else "xml" if page[kind].startswith("<") else "yaml"
            lines += [f"{kind.capitalize()}:", f"```{language}", page[kind].rstrip(), "```", ""]
        if "draft" in page:
            lines += ["Both are checked with `--draft`.", ""]
        if "shown_by" in page:
            lines += [f"Shown by `{page['shown_by']}`.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _is_group(definition: dict[str, Any]) -> bool:
    branches = [definition, *definition.get("anyOf", ())]
    return any("properties" in branch or "patternProperties" in branch for branch in branches)


def _about(node: dict[str, Any], section: str = "") -> list[str]:
    lines = [node["description"], ""] if "description" in node else []
    for example in node.get("examples", ()):
        lines += ["```yaml", f"{section}: {_yaml(example)}" if section else _yaml(example), "```", ""]
    return lines


def _keys(node: dict[str, Any]) -> list[str]:
    rows = list(_rows(_followed(node), ""))
    return ["| key | value | meaning |", "|---|---|---|", *rows, ""] if rows else []


def _rows(node: dict[str, Any], above: str) -> Iterator[str]:
    """Yield a table row for every key below, down to the parts that have a table of their own."""
    entries = [*node.get("properties", {}).items()]
    for pattern, below in node.get("patternProperties", {}).items():
        names = below.get("x-keys") or ["NAME" if ":" not in pattern else "package:term"]
        entries.append((", ".join(name.replace("{object}", "OBJECT") for name in names), below))
    for key, below in entries:
        target = _followed(below)
        star = " *" if key in node.get("required", ()) else ""
        shown = ", ".join(f"`{above}{name}`" for name in key.split(", "))
        meaning = below.get("description") or target.get("description") or ""
        yield f"| {shown}{star} | {_value(below)} | {_cell(meaning)} |"
        if "$ref" not in below:
            yield from _rows(target, f"{above}{key}.")
    for branch in node.get("anyOf", ()):
        if "$ref" not in branch:
            yield from _rows(branch, above)


def _value(node: dict[str, Any]) -> str:
    name = node.get("$ref", "").removeprefix("#/$defs/")
    if name and _is_group(schema().raw["$defs"][name]) and not _is_measure(schema().raw["$defs"][name]):
        anchor = name.replace("_", "-")
        return f"[{name.replace('_', ' ')}](#{anchor})"
    target = _followed(node)
    if target.get("x-preset") == "task":
        return "[a task type](#task-types)"
    choices = [b["const"] for b in target.get("anyOf", ()) if "const" in b] or target.get("enum") or []
    if choices:
        return _cell(", ".join(f"`{choice}`" for choice in choices))
    examples = node.get("examples") or target.get("examples")
    if examples:
        return _cell(f"`{_yaml(examples[0])}`")
    return str(target.get("type", ""))


def _is_measure(definition: dict[str, Any]) -> bool:
    return any("x-measure" in branch or branch.get("type") == "number" for branch in definition.get("anyOf", ()))


def _followed(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: dict[str, Any] = schema().raw["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = target | {key: value for key, value in node.items() if key != "$ref"}
    return node


def _task_types() -> list[str]:
    lines = ["## Task types", "", "One file of `specs/tasks` each.", ""]
    lines += ["| type | meaning | roles | traits |", "|---|---|---|---|"]
    for name in own_names():
        task = task_type(name)
        traits = ", ".join(f"`{trait}`" for trait in KNOWN if getattr(task, trait))
        lacking = ", ".join(f"`{trait}`" for trait in task.missing)
        said = f"drafts only: nothing here knows {lacking}" if lacking else traits
        lines.append(f"| `{name}` | {_cell(task.summary)} | {', '.join(task.roles) or 'none'} | {said} |")
    return [*lines, ""]


def _settings() -> list[str]:
    told = "What `method: {extends: NAME, ...}` may change, and between which values it means something."
    lines = ["## Settings", "", told, ""]
    lines += ["| setting | what | between |", "|---|---|---|"]
    for found in settings():
        ends = found.between + (f", not above `{found.not_above}`" if found.not_above else "")
        lines.append(f"| `{path_text(found.path)}` | {_cell(found.meaning)} | {_cell(ends)} |")
    return [*lines, ""]


def _signals(definition: dict[str, Any]) -> list[str]:
    lines = ["## Signals", "", definition["description"], ""]
    for where, signals in definition["x-signals"].items():
        lines += [f"### In `{where}`", "", "| signal | measures | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {s['dimension']} | {_cell(s['description'])} |" for name, s in signals.items()]
        lines.append("")
    return lines


def _units() -> list[str]:
    lines = ["## Units", "", "| dimension | SI | units |", "|---|---|---|"]
    for dimension in dimension_names():
        units = ", ".join(f"`{unit}`" for unit in units_of(dimension))
        lines.append(f"| {dimension} | `{si_unit(dimension) or '1'}` | {units} |")
    words = ", ".join(f"`{word}`" for word in unit_words())
    written = "Products and powers are also read as `N*m`, `m/s²` and `rad/s**2`, quotients as `meters per second`."
    return [*lines, "", f"Also read, and written as symbols by `skillc fmt`: {words}. {written}"]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _yaml(example: Any) -> str:
    if isinstance(example, dict):
        return "{" + ", ".join(f"{key}: {_yaml(value)}" for key, value in example.items()) + "}"
    if isinstance(example, list):
        return "[" + ", ".join(_yaml(value) for value in example) + "]"
    if isinstance(example, str) and example[:1] in (">", "[", "{"):
        return json.dumps(example, ensure_ascii=False)
    return str(example).lower() if isinstance(example, bool) else str(example)
