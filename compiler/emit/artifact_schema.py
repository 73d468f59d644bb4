"""JSON Schemas of the files a build writes, generated from the dataclasses that read and write them.

For NPZ files the schema describes the record as if its arrays were nested lists; `x-storage` says how it is kept.
"""

import ast
import dataclasses
import inspect
import types
import typing
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.build_warnings import BuildWarnings
from skillc.runtime.formats.bundle import Manifest, Signature
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.feasibility import Feasibility
from skillc.runtime.formats.fidelity import Fidelity
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.lock import SkillLock
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.motion_plan import MotionPlan
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.objective import Objective
from skillc.runtime.formats.placement import Placement
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.rehearsals import Rehearsals
from skillc.runtime.formats.robot_calibration import RobotCalibration
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.formats.scene import Masks, Scene
from skillc.runtime.formats.stillness import Stillness
from skillc.runtime.formats.table_map import TableMap
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.formats.twin import Twin

ARTIFACTS: tuple[type[Artifact], ...] = (
    Recording,
    Calibration,
    Landmarks,
    Scene,
    Masks,
    Twin,
    Tracks,
    ObjectMotion,
    Stillness,
    Keyframes,
    HandMotion,
    RobotProfile,
    Placement,
    JointMotion,
    Grasps,
    Reference,
    Rehearsals,
    Fidelity,
    Feasibility,
    Objective,
    Contract,
    Environment,
    Machine,
    RobotCalibration,
    SkillLock,
    BuildWarnings,
    Manifest,
    Signature,
    RunLog,
    MotionPlan,
    TableMap,
)
"""Every file with a format; `resolved.yaml` and `plan.json` are for reading and have their own small schemas."""


def schema_of(artifact: type[Artifact]) -> dict[str, JSON]:
    """Return the JSON Schema (2020-12) of one artifact."""
    parts: dict[str, JSON] = {}
    body = _record(artifact, parts)
    head = {"format": {"const": artifact.FORMAT}, "version": {"const": artifact.VERSION}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": artifact.FORMAT,
        "description": body.pop("description", ""),
        "x-file": artifact.FILE,
        "x-storage": "npz" if artifact.FILE.endswith(".npz") else "json",
        **body,
        "properties": head | body["properties"],
        "required": ["format", "version", *body["required"]],
        **({"$defs": dict(sorted(parts.items()))} if parts else {}),
    }


def _record(kind: type, parts: dict[str, JSON]) -> dict[str, JSON]:
    hints = typing.get_type_hints(kind)
    said = field_descriptions(kind)
    properties: dict[str, JSON] = {}
    required: list[str] = []
    for field in dataclasses.fields(kind):
        described = {"description": said[field.name]} if field.name in said else {}
        properties[field.name] = {**_value(hints[field.name], parts), **described}
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.append(field.name)
    summary = {"description": inspect.cleandoc(kind.__doc__).split("\n\n")[0]} if kind.__doc__ else {}
    return {
        "type": "object", **summary, "properties": properties, "required": required, "additionalProperties": False
    }  # fmt: skip


def _value(hint: Any, parts: dict[str, JSON]) -> dict[str, JSON]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if hint.__name__ not in parts:
            parts[hint.__name__] = {}
            parts[hint.__name__] = _record(hint, parts)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_value(choice, parts) for choice in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is np.ndarray:
        # Arrays of any depth; NaN is written as null in JSON.
        return {"type": ["array", "number", "boolean", "null"]}
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return {"type": "array", "items": _value(arguments[0], parts)}
        items = [_value(a, parts) for a in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _value(arguments[1], parts)}
    simple: dict[Any, JSON] = {
        float: ["number", "null"], int: "integer", str: "string", bool: "boolean", type(None): "null"
    }  # fmt: skip
    if hint not in simple:
        raise TypeError(f"{hint!r} has no schema; use records, tuples, mappings, arrays and plain values")
    return {"type": simple[hint]}


def field_descriptions(kind: type) -> dict[str, str]:
    """Return field -> the docstring below it in the source, its own before those it inherits."""
    found: dict[str, str] = {}
    for part in reversed([k for k in kind.__mro__ if dataclasses.is_dataclass(k)]):
        tree = ast.parse(inspect.cleandoc(inspect.getsource(part)))
        body = tree.body[0].body  # type: ignore[attr-defined]
        for line, following in pairwise(body):
            if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)):
                continue
            text = following.value if isinstance(following, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[line.target.id] = " ".join(text.value.split())
    return found


def file_name(artifact: type[Artifact]) -> str:
    """Return the schema's file name below `specs/schema/artifacts/`."""
    return f"{artifact.FORMAT.removeprefix('skillc.')}.v{artifact.VERSION}.json"
