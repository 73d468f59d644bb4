"""The parts of the language's schema that list terms, made from the registry in `runtime/terms`.

`python -m docs.generate` writes them into `specs/schema/skill.v1.json`; the rest of that file is written by hand.
"""

import copy
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from skillc.runtime.terms import actions, observations
from skillc.runtime.terms.goals import GOALS
from skillc.runtime.terms.observation import Observation
from skillc.runtime.terms.observations import OBSERVATIONS
from skillc.runtime.terms.quantity import OBJECT, RandomizedQuantity
from skillc.runtime.terms.randomization import QUANTITIES
from skillc.runtime.terms.reward import EVERY_REWARD, Reward
from skillc.runtime.terms.rewards import REWARDS
from skillc.runtime.terms.success import SUCCESS, Success
from skillc.runtime.terms.term import Bounds, Parameter, Term
from skillc.runtime.terms.terminations import TERMINATIONS

JSON = dict[str, Any]
PACKAGE_TERM = "^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$"
_WIDTH = 118
_ANNOTATED_OR_NULL = ({"$ref": "#/$defs/annotated"}, {"type": "null"})


def with_terms(schema: Mapping[str, Any]) -> JSON:
    """Return the language's schema with every list of terms as the registry has it."""
    made: JSON = copy.deepcopy(dict(schema))
    defs = made["$defs"]
    defs["rewards"]["properties"] = {name: _reward(term) for name, term in REWARDS.items()}
    defs["term_name"]["anyOf"] = [
        *(_observation(term) for term in OBSERVATIONS.values()),
        {"type": "string", "pattern": PACKAGE_TERM, "maxLength": 100},
    ]
    settings = defs["observation"]["anyOf"][1]["properties"]
    for setting in observations.SETTINGS:
        settings[setting.name]["description"] = setting.meaning + _drafts_only(setting.needs)
    defs["variations"] |= _variations()
    ends = defs["policy"]["properties"]["terminate"]
    ends["properties"] = {name: _parameter(term.parameters[0]) | _about(term) for name, term in TERMINATIONS.items()}
    ends["patternProperties"] = {PACKAGE_TERM: {"description": "A term of an installed package.", "type": "object"}}
    made["properties"]["task"]["properties"]["success"]["properties"] = {
        name: _success(term) for name, term in SUCCESS.items()
    }
    act = defs["action"]["properties"]
    act["kind"] = {"enum": list(actions.ACTIONS), "examples": ["residual"]}
    act |= {setting.name: _parameter(setting) for setting in actions.SETTINGS}
    for name, goal in GOALS.items():
        defs["goal"]["properties"][name] |= _about(goal)
    return made


def schema_text(value: Any, indent: int = 0, room: int = _WIDTH) -> str:
    """Return JSON as the schemas are written: what fits stands on one line, all else one entry a line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) <= room or not isinstance(value, (dict, list)):
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        heads = {f"{pad}{json.dumps(key, ensure_ascii=False)}: ": below for key, below in value.items()}
    else:
        heads = {}
    lines = [head + schema_text(below, indent + 1, _WIDTH - len(head) - 1) for head, below in heads.items()] or [
        pad + schema_text(item, indent + 1, _WIDTH - len(pad) - 1) for item in value
    ]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opening}\n" + ",\n".join(lines) + f"\n{' ' * indent}{closing}"


def _about(term: Term) -> JSON:
    place = f"{term.meaning.rstrip('.')} ({term.source})."
    return {"description": place + _drafts_only(term.needs)}


def _drafts_only(needs: str) -> str:
    return f" Drafts only: needs {needs}." if needs else ""


def _bounds(bounds: Bounds) -> JSON:
    limits = {"x-above": bounds.above, "x-least": bounds.least, "x-most": bounds.most}
    return {key: _short(value) for key, value in limits.items() if value is not None}


def _short(value: float) -> float:
    return int(value) if value == int(value) else value


def _parameter(parameter: Parameter) -> JSON:
    node = {"$ref": f"#/$defs/{parameter.dimension.replace(' ', '_')}", **_bounds(parameter.bounds)}
    return node | {"description": parameter.meaning + _drafts_only(parameter.needs)}


def _reward(term: Reward) -> JSON:
    example: JSON = {"weight": float(term.sign or 1)}
    example |= {p.name: p.example for p in term.parameters if not p.needs}
    weight: JSON = {"$ref": "#/$defs/weight"} | ({"x-weighs": term.name})
    properties = {
        "weight": weight,
        "formula": {"description": "The term as the paper prints it, for reading.", "type": "string", "maxLength": 300},
    }
    properties |= {p.name: _parameter(p) for p in (*EVERY_REWARD, *term.parameters)}
    settings = {"type": "object", "properties": properties, "required": ["weight"], "additionalProperties": False}
    return _about(term) | {"anyOf": [settings, {"type": "null"}], "examples": [example]}


def _observation(term: Observation) -> JSON:
    about = _about(term)
    if not term.sensed:
        about["description"] += " Simulation only."
    return {"const": term.name} | about


def _success(term: Success) -> JSON:
    measure = {
        "type": "string",
        "x-measure": ["comparison"],
        "x-dimension": term.dimension,
        "x-succeeds": term.name,
        **_bounds(term.bounds),
    }
    return _about(term) | {"anyOf": [measure, *_ANNOTATED_OR_NULL], "examples": [term.example]}


def _variations() -> JSON:
    """Return keys that stand for themselves as properties, those of objects as patterns."""
    exact = {key: _quantity(q, ()) for q in QUANTITIES.values() for key in q.keys if OBJECT not in key}
    patterns = {
        rf"^[a-z][a-z0-9_]*\.{re.escape(q.name)}$": _quantity(q, [key for key in q.keys if OBJECT in key])
        for q in QUANTITIES.values()
        if OBJECT in q.owners
    }
    return {"properties": exact, "patternProperties": patterns}


def _quantity(quantity: RandomizedQuantity, keys: Iterable[str]) -> JSON:
    forms = {"add": "range", "scale": "range", "set": "range", "normal": "normal", "value": "quantity"}
    names = [operation.name for operation in quantity.operations]
    value: JSON
    if names == ["value"] and quantity.dimension == "number":
        bounds = quantity.operations[0].bounds
        value = {"type": "number", "minimum": _short(bounds.least or 0.0), "maximum": _short(bounds.most or 0.0)}
    else:
        value = {
            "type": "string",
            "x-measure": list(dict.fromkeys(forms[name] for name in names)),
            "x-dimension": quantity.dimension,
            "x-draws": quantity.name,
        }
    marks = {"x-keys": list(keys)} if keys else {}
    return _about(quantity) | {"anyOf": [value, *_ANNOTATED_OR_NULL], **marks, "examples": [quantity.example]}
