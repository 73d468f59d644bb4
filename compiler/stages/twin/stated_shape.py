"""What the spec states about an object's shape, judged before anything is fitted to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import StageError
from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.perception.shape.capsule import capsule_lengths

if TYPE_CHECKING:
    from skillc.runtime.robot.model_fault import ModelFault


def refuse_shape(name: str, item: Mapping[str, JSON]) -> None:
    """Raise StageError (SK843) for a stated shape that no twin can be made of; without an asset it is to be seen."""
    kind, asset, where = item.get("shape"), item.get("asset", {}), f"scene.objects.{name}"
    if "set" in asset:
        raise StageError(
            "SK843",
            f"{name}: a twin is one object, and `asset: {{set: ...}}` draws from many; "
            "expected `twin`, `{mesh: FILE}` or `{primitive: ...}`",
            "leave `asset` out and, if need be, name a `shape`; sets are for training without a recording",
            f"{where}.asset.set",
        )
    if "primitive" in asset:
        _refuse_primitive(name, item)
    elif kind is not None and (kind == "mesh") != ("mesh" in asset):
        raise StageError(
            "SK843",
            f"{name}: `shape: {kind}` does not go with `asset: {asset.get('mesh', 'twin')}`",
            "write `asset: {mesh: FILE}` for a mesh of your own; `shape: convex` carves one from the recording",
            f"{where}.shape",
        )


def _refuse_primitive(name: str, item: Mapping[str, JSON]) -> None:
    asset, where = item["asset"], f"scene.objects.{name}"
    for key in ("shape", "size"):
        if item.get(key) is not None:
            raise StageError("SK843", f"{name}: its primitive says what `{key}` says", "keep one", f"{where}.{key}")
    if asset["primitive"] == "capsule":
        try:
            capsule_lengths(asset.get("radius"), asset.get("height"))
        except ValueError as reason:
            raise StageError(
                "SK843", f"{name}: {reason}", "write `radius` and `height`", f"{where}.asset.primitive"
            ) from reason


def inspect_mesh(name: str, item: Mapping[str, JSON], find_data: Callable[[str], Path]) -> None:
    """Raise StageError for a stated mesh that is none (SK890 to SK897)."""
    asset = item.get("asset", {})
    if "mesh" not in asset:
        return
    file = find_data(asset["mesh"])
    # Only now: what reads meshes is loaded where there is one.
    from skillc.runtime.robot.mesh_check import check_mesh

    faults = check_mesh(file, scale=float(asset.get("scale", 1.0)))
    if wrong := [fault for fault in faults if fault.severity == "error"]:
        raise mesh_error(name, asset["mesh"], wrong[0])


def mesh_error(name: str, file: str, fault: ModelFault) -> StageError:
    """Return what is wrong with the mesh of the object `name`."""
    return StageError(fault.code, f"{file}: {fault.summary}", fault.hint, f"scene.objects.{name}.asset.mesh")
