"""A mesh somebody brings for an object: read, stood upright on its own lowest point, split into convex parts."""

import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.perception.shape.carved_hull import MICROMETRE, ClosedMesh, convex_mesh
from skillc.runtime.robot.glb import bare
from skillc.runtime.robot.mesh_check import MOST_FACES, check_mesh, watertight
from skillc.runtime.robot.model_fault import ModelError, ModelFault

NEARLY_CONVEX = 0.97
"""ours: a mesh that fills this share of its hull collides as its hull; the rest is less than its mass's uncertainty."""
CONCAVITY = 0.05
"""coacd's own default threshold, relative to the mesh's size."""
MOST_PARTS = 32
"""ours: more parts slow every contact and add nothing a palm can feel."""


@dataclass(frozen=True, kw_only=True)
class MeshAsset:
    """A mesh ready to be placed: z up, lowest point at 0, its box's middle on the z axis; lengths times `scale`."""

    mesh: ClosedMesh
    parts: tuple[ClosedMesh, ...]
    """Convex, for contact."""
    solid: bool
    """Whether the surface encloses its volume; else mass follows from the hull."""
    warnings: tuple[ModelFault, ...]
    fallback: str
    """Why the hull collides instead of convex parts; empty if nothing was given up."""


def load_mesh_asset(path: Path, scale: float = 1.0) -> MeshAsset:
    """Read and check the mesh at `path`; its z axis is up. `scale` turns its numbers into metres.

    Raises:
        ModelError: with every fault of the file (SK890 to SK897).
    """
    faults = check_mesh(path, scale=scale)
    if any(fault.severity == "error" for fault in faults):
        raise ModelError(faults)
    import trimesh  # slow to load, and only meshes of one's own need it

    # From bytes: materials and textures beside the file are never opened.
    kind, data = path.suffix[1:].lower(), path.read_bytes()
    data = bare(data, most_faces=MOST_FACES) if kind == "glb" else data
    read: Any = trimesh.load(io.BytesIO(data), file_type=kind, force="mesh")
    vertices = np.asarray(read.vertices, dtype=np.float64) * scale
    faces = np.asarray(read.faces, dtype=np.int64)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    vertices = np.round(vertices - np.array([*(low + high)[:2] / 2, low[2]]), MICROMETRE)
    if (high - low).min() <= 0:
        summary = "is flat; expected a body"
        raise ModelError((*faults, ModelFault(code="SK895", summary=summary, file=path.name)))
    mesh, whole = ClosedMesh(vertices=vertices, faces=faces), convex_mesh(vertices)
    closed = watertight(vertices, faces) and volume(mesh) > 0
    parts: tuple[ClosedMesh, ...] = (whole,)
    fallback = ""
    if not closed:
        fallback = "it is not watertight"
    elif volume(mesh) < NEARLY_CONVEX * volume(whole):
        if importlib.util.find_spec("coacd") is None:
            fallback = "coacd is not installed (the extra `perception` has it)"
        else:
            parts = _decomposed(mesh)
    return MeshAsset(mesh=mesh, parts=parts, solid=closed, warnings=faults, fallback=fallback)


def volume(mesh: ClosedMesh) -> float:
    """Return the enclosed volume (m^3), positive for faces that are counter-clockwise seen from outside."""
    return float(np.linalg.det(mesh.vertices[mesh.faces]).sum() / 6)


def scaled(mesh: ClosedMesh, factor: float | FloatArray) -> ClosedMesh:
    """Return the mesh with its vertices times `factor`, a number or (3,)."""
    return ClosedMesh(vertices=np.round(mesh.vertices * factor, MICROMETRE), faces=mesh.faces)


def _decomposed(mesh: ClosedMesh) -> tuple[ClosedMesh, ...]:
    import coacd

    coacd.set_log_level("error")
    found = coacd.run_coacd(
        coacd.Mesh(mesh.vertices, mesh.faces), threshold=CONCAVITY, max_convex_hull=MOST_PARTS, seed=0
    )
    return tuple(convex_mesh(np.asarray(vertices, dtype=np.float64)) for vertices, _ in found)
