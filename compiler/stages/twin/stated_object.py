"""What a spec says about an object's shape and matter, and what that means for its twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, cast

from skillc.compiler.plan.stage import StageContext
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.stages.twin.stated_shape import mesh_error

if TYPE_CHECKING:
    from skillc.runtime.formats.twin import ShapeKind
    from skillc.runtime.perception.shape.mesh_asset import MeshAsset
    from skillc.runtime.perception.shape.object_view import Given


@dataclass(frozen=True, kw_only=True)
class MeshFile:
    """`asset: {mesh: FILE}`."""

    mesh: str
    scale: float | None = None


@dataclass(frozen=True, kw_only=True)
class LengthRange:
    """A length that is drawn, m."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class StatedPrimitive:
    """`asset: {primitive: KIND}`; a length that is drawn has its bounds, m."""

    primitive: str
    radius: float | LengthRange | None = None
    height: float | LengthRange | None = None
    size: tuple[float | LengthRange, float | LengthRange, float | LengthRange] | None = None


@dataclass(frozen=True, kw_only=True)
class ObjectSet:
    """`asset: {set: NAME}`."""

    set: str


@dataclass(frozen=True, kw_only=True)
class StatedObject:
    """What the spec says about an object's shape and matter; SI."""

    shape: str | None = None
    size: float | tuple[float, ...] | None = None
    mass: float | None = None
    friction: float | None = None
    asset: MeshFile | StatedPrimitive | ObjectSet | None = None
    """None for a twin from the recording."""


def stated(item: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return what is written about an object's shape, as `StatedObject` takes it."""
    found = {key: item[key] for key in ("shape", "size", "mass", "friction") if item.get(key) is not None}
    asset = item.get("asset", "twin")
    if asset == "twin":
        return found
    kind = next(kind for kind in (MeshFile, StatedPrimitive, ObjectSet) if fields(kind)[0].name in asset)
    kept = {field.name: _lengths(asset[field.name]) for field in fields(kind) if asset.get(field.name) is not None}
    return {**found, "asset": kept}


def _lengths(value: JSON) -> JSON:
    """Return lengths without what a distribution says besides its bounds."""
    if isinstance(value, list):
        return [_lengths(v) for v in value]
    return {"low": value["low"], "high": value["high"]} if isinstance(value, dict) else value


def given(context: StageContext, name: str, item: StatedObject) -> Given:
    """Return what the spec says about one object's shape, which `refuse_shape` found sound."""
    from skillc.runtime.perception.shape.object_view import Given

    if isinstance(item.asset, StatedPrimitive):
        return _primitive(item, item.asset)
    mesh = item.asset if isinstance(item.asset, MeshFile) else None
    kind = None if item.shape == "mesh" else "revolve" if item.shape == "revolved" else item.shape
    return Given(
        kind=cast("ShapeKind | None", kind),
        asset=None if mesh is None else _mesh(context, name, mesh),
        size_m=None if item.size is None else _extents(item.size),
        scale_given=mesh is not None and mesh.scale is not None,
        mass=item.mass,
        friction=item.friction,
    )


def _primitive(item: StatedObject, asset: StatedPrimitive) -> Given:
    """Return what a stated primitive means for the twin."""
    from skillc.runtime.perception.shape.object_view import Given
    from skillc.runtime.perception.shape.primitive_asset import primitive

    stated = {"radius": asset.radius, "height": asset.height}
    lengths = {key: _length(value) for key, value in stated.items() if value is not None}
    size = asset.size
    extents = None if size is None else (_length(size[0]), _length(size[1]), _length(size[2]))
    found = primitive(asset.primitive, lengths, extents)
    return Given(
        kind=found.kind,
        asset=found.asset,
        extents=found.extents,
        scale_given=True,
        mass=item.mass,
        friction=item.friction,
    )


def _length(value: float | LengthRange) -> float | tuple[float, float]:
    return (value.low, value.high) if isinstance(value, LengthRange) else value


def _mesh(context: StageContext, name: str, asset: MeshFile) -> MeshAsset:
    from skillc.runtime.perception.shape.mesh_asset import load_mesh_asset
    from skillc.runtime.robot.model_fault import ModelError

    file = asset.mesh
    try:
        found = load_mesh_asset(context.find_data(file), asset.scale or 1.0)
    except ModelError as reason:
        first = next(fault for fault in reason.faults if fault.severity == "error" or fault is reason.faults[-1])
        raise mesh_error(name, file, first) from reason
    where = f"scene.objects.{name}.asset.mesh"
    for fault in found.warnings:
        context.warn(fault.code, f"{file}: {fault.summary}", where)
    if found.fallback:
        context.warn("SK848", f"{name}: the convex hull of {file} collides, because {found.fallback}", where)
    return found


def _extents(size: float | tuple[float, ...]) -> tuple[float, float, float]:
    """Return x, y, z extents (m): three lengths as they are, two as width and height, one for all."""
    lengths = size if isinstance(size, tuple) else (size, size, size)
    return lengths[0], lengths[1 if len(lengths) == 3 else 0], lengths[-1]
