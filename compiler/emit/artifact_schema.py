"""JSON Schemas of the files a build writes, generated from the dataclasses that read and write them.

For NPZ files the schema describes the record as if its arrays were nested lists; `x-storage` says how it is kept.
"""

import ast
import dataclasses
import inspect
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats import (
    calibration,
    contract,
    environment,
    feasibility,
    grasps,
    hands,
    joint_motion,
    keyframes,
    landmarks,
    lock,
    machine,
    object_motion,
    recording,
    reference,
    robot_calibration,
    robot_profile,
    run_log,
    scene,
    tracks,
    twin,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """One kind of file."""

    record: type
    file: str
    """Where it lies in a build folder, or in a run's folder."""
    name: str
    """Its `format` field."""
    version: int
    storage: Literal["json", "npz"]


def _artifact(module: types.ModuleType, record: type, file: str, name: str = "") -> Artifact:
    storage: Literal["json", "npz"] = "npz" if file.endswith(".npz") else "json"
    return Artifact(record=record, file=file, name=name or module.NAME, version=module.VERSION, storage=storage)


ARTIFACTS: tuple[Artifact, ...] = (
    _artifact(recording, recording.Recording, "recording.json"),
    _artifact(calibration, calibration.Calibration, "calibration.json"),
    _artifact(landmarks, landmarks.Landmarks, "motion/landmarks.npz"),
    _artifact(scene, scene.Scene, "scene/scene.json"),
    _artifact(scene, scene.Masks, "scene/masks.npz", scene.MASKS),
    _artifact(twin, twin.Twin, "twin/twin.json"),
    _artifact(tracks, tracks.Tracks, "motion/tracks.npz"),
    _artifact(object_motion, object_motion.ObjectMotion, "motion/object.npz"),
    _artifact(keyframes, keyframes.Keyframes, "keyframes.json"),
    _artifact(hands, hands.HandMotion, "motion/hand.npz"),
    _artifact(robot_profile, robot_profile.RobotProfile, "robot/profile.json"),
    _artifact(joint_motion, joint_motion.JointMotion, "motion/retargeted.npz"),
    _artifact(grasps, grasps.Grasps, "motion/grasps.npz"),
    _artifact(reference, reference.Reference, "motion/reference.npz"),
    _artifact(feasibility, feasibility.Feasibility, "feasibility.json"),
    _artifact(contract, contract.Contract, "contract.json"),
    _artifact(environment, environment.Environment, "environment/environment.json"),
    _artifact(machine, machine.Machine, "machine/machine.json"),
    _artifact(robot_calibration, robot_calibration.RobotCalibration, "robot_calibration.json"),
    _artifact(lock, lock.SkillLock, "skill.lock"),
    _artifact(run_log, run_log.RunLog, "ticks.npz"),
)
"""Every file with a format; `resolved.yaml` and `plan.json` are for reading and have their own small schemas."""


def schema_of(artifact: Artifact) -> dict[str, JSON]:
    """Return the JSON Schema (2020-12) of one artifact."""
    parts: dict[str, JSON] = {}
    body = _record(artifact.record, parts)
    head = {"format": {"const": artifact.name}, "version": {"const": artifact.version}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": artifact.name,
        "description": body.pop("description", ""),
        "x-file": artifact.file,
        "x-storage": artifact.storage,
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
    """Return field -> the docstring below it in the source."""
    tree = ast.parse(inspect.cleandoc(inspect.getsource(kind)))
    body = tree.body[0].body  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    for line, following in pairwise(body):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(following, ast.Expr):
            text = following.value.value if isinstance(following.value, ast.Constant) else None
            if isinstance(text, str):
                found[line.target.id] = " ".join(text.split())
    return found


def file_name(artifact: Artifact) -> str:
    """Return the schema's file name below `specs/schema/artifacts/`."""
    return f"{artifact.name.removeprefix('skillc.')}.v{artifact.version}.json"
