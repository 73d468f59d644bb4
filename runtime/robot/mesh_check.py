"""Mesh files before any library trusts them: STL, OBJ, PLY and GLB.

Headers are compared with the file's size first, because mesh readers return an empty scene, or nothing, for a file
that lies. What is wrong is a fault; what can be repaired (holes, no volume) is a warning.
"""

import io
import itertools
import struct
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.files import Folder
from skillc.runtime.robot.glb import bare
from skillc.runtime.robot.model_fault import MeshFault, ModelFault

MOST_FACES = 200_000
MOST_BYTES = 256 * 2**20
LARGEST_EXTENT_M = 20.0
"""ours: larger than any table-top robot; a link in millimetres is a thousand times larger."""
LARGEST_VERTEX = 1e6
LARGEST_INDEX = 2**31
SUFFIXES = (".stl", ".obj", ".ply", ".glb")


def check_mesh(path: Folder, *, scale: float = 1.0) -> tuple[ModelFault, ...]:
    """Return all faults of a mesh file; `scale` is what its user multiplies vertices by to get metres."""
    faults: list[ModelFault] = []

    def fault(code: str, summary: str, hint: str = "", *, warning: bool = False) -> None:
        faults.append(
            ModelFault(
                code=code,
                summary=summary,
                file=path.name,
                severity="warning" if warning else "error",
                hint=hint,
            )
        )

    suffix = PurePosixPath(path.name).suffix.lower()
    if suffix not in SUFFIXES:
        fault("SK890", f"mesh format {suffix or 'without suffix'!r}; expected one of {', '.join(SUFFIXES)}")
        return tuple(faults)
    if isinstance(path, Path) and not path.is_file():
        fault("SK890", "is no regular file", "give the mesh itself")
        return tuple(faults)
    if isinstance(path, Path) and path.stat().st_size > MOST_BYTES:
        fault("SK891", f"{path.stat().st_size} bytes; at most {MOST_BYTES} are read")
        return tuple(faults)
    data = path.read_bytes()
    try:
        vertices, faces = {".stl": _stl, ".obj": _obj, ".ply": _ply, ".glb": _glb}[suffix](data)
    except MeshFault as reason:
        fault(reason.code, str(reason))
        return tuple(faults)
    if len(faces) > MOST_FACES:
        fault("SK891", f"{len(faces)} faces; at most {MOST_FACES}", "decimate the mesh")
    if not len(faces) or not len(vertices):
        fault("SK892", "no faces; expected a surface")
        return tuple(faults)
    if not (np.abs(vertices) < LARGEST_VERTEX).all():
        fault("SK893", "vertices that are not finite or beyond a million; expected metres")
        return tuple(faults)
    if faces.min() < 0 or faces.max() >= len(vertices):
        fault("SK894", f"a face refers to vertex {int(faces.max())} of {len(vertices)}")
        return tuple(faults)
    extent = float(np.ptp(vertices[np.unique(faces)], axis=0).max()) * scale
    if extent > LARGEST_EXTENT_M:
        fault("SK896", f"{extent:.0f} m across; is it in millimetres?", "scale it by 0.001")
    corners = vertices[faces]
    volume = abs(float(np.einsum("ni,ni->n", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum()) / 6)
    if not volume > 1e-9 * extent**3:
        fault("SK895", "encloses no volume; its convex hull collides instead", warning=True)
    elif not watertight(vertices, faces):
        fault("SK895", "is not watertight; its convex hull collides instead", warning=True)
    return tuple(faults)


def watertight(vertices: FloatArray, faces: IntArray) -> bool:
    """Return whether every edge between distinct places belongs to exactly two faces."""
    _, place = np.unique(np.round(vertices, 9), axis=0, return_inverse=True)
    joined = place.reshape(-1)[faces]
    edges = np.sort(joined[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]
    _, counts = np.unique(edges, axis=0, return_counts=True)
    return bool((counts == 2).all())


def _stl(data: bytes) -> tuple[FloatArray, IntArray]:
    if len(data) < 84:
        if data.lstrip()[:5].lower() == b"solid":
            return _stl_text(data)
        raise MeshFault("SK892" if not data else "SK890", f"{len(data)} bytes are no STL file")
    (count,) = struct.unpack_from("<I", data, 80)
    if len(data) != 84 + 50 * count:
        if data.lstrip()[:5].lower() == b"solid" and b"facet" in data:
            return _stl_text(data)
        raise MeshFault("SK890", f"the header states {count} triangles, {84 + 50 * count} bytes; found {len(data)}")
    if count > MOST_FACES:
        raise MeshFault("SK891", f"{count} faces; at most {MOST_FACES}")
    records = np.frombuffer(data, dtype=np.dtype([("n", "<3f4"), ("v", "<9f4"), ("a", "<u2")]), offset=84)
    vertices = records["v"].reshape(-1, 3).astype(np.float64)
    return vertices, np.arange(3 * count).reshape(-1, 3)


def _stl_text(data: bytes) -> tuple[FloatArray, IntArray]:
    vertices = (line.split()[1:4] for line in io.BytesIO(data) if line.strip().lower().startswith(b"vertex"))
    rows = list(itertools.islice(vertices, 3 * MOST_FACES + 1))
    if len(rows) > 3 * MOST_FACES:
        raise MeshFault("SK891", f"more than {MOST_FACES} faces")
    return _floats(rows), np.arange(len(rows) // 3 * 3).reshape(-1, 3)


def _obj(data: bytes) -> tuple[FloatArray, IntArray]:
    rows: list[list[bytes]] = []
    faces: list[list[int]] = []
    for line in io.BytesIO(data):
        if len(faces) > MOST_FACES or len(rows) > 3 * MOST_FACES:
            raise MeshFault("SK891", f"more than {MOST_FACES} faces, or {3 * MOST_FACES} vertices")
        words = line.split()
        if words[:1] == [b"v"]:
            rows.append(words[1:4])
        elif words[:1] == [b"f"]:
            try:
                corners = [int(word.split(b"/")[0]) for word in words[1:]]
            except ValueError as reason:
                raise MeshFault("SK890", f"a face that is no list of indices: {line[:40]!r}") from reason
            if not all(abs(c) <= LARGEST_INDEX for c in corners):
                raise MeshFault("SK894", f"a face refers to a vertex beyond {LARGEST_INDEX}")
            corners = [c - 1 if c > 0 else len(rows) + c for c in corners]
            faces += [[corners[0], b, c] for b, c in itertools.pairwise(corners[1:])]
    if not rows and not faces and data.strip():
        raise MeshFault("SK890", "no vertices; this is no OBJ file")
    return _floats(rows), np.array(faces, dtype=np.int64).reshape(-1, 3)


def _ply(data: bytes) -> tuple[FloatArray, IntArray]:
    end = data.find(b"end_header")
    if not data.startswith(b"ply") or end < 0:
        raise MeshFault("SK890", "no PLY header")
    counts = {}
    for line in data[:end].splitlines():
        words = line.split()
        if words[:1] == [b"element"] and len(words) == 3 and words[2].isdigit():
            counts[words[1].decode("ascii", "replace")] = int(words[2])
    if counts.get("face", 0) > MOST_FACES:
        raise MeshFault("SK891", f"the header states {counts['face']} faces; at most {MOST_FACES}")
    if counts.get("vertex", 0) * 3 > len(data):
        raise MeshFault("SK890", f"the header states {counts['vertex']} vertices; the file has {len(data)} bytes")
    return _by_trimesh(data, "ply")


def _glb(data: bytes) -> tuple[FloatArray, IntArray]:
    return _by_trimesh(bare(data, most_faces=MOST_FACES), "glb")


def _by_trimesh(data: bytes, kind: str) -> tuple[FloatArray, IntArray]:
    import trimesh

    try:
        mesh: Any = trimesh.load(io.BytesIO(data), file_type=kind, force="mesh", process=False)
        return np.asarray(mesh.vertices, dtype=np.float64), np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3)
    except Exception as reason:  # the library raises many kinds for malformed bytes
        raise MeshFault("SK890", f"not readable as {kind.upper()}: {type(reason).__name__}") from reason


def _floats(rows: list[list[bytes]]) -> FloatArray:
    try:
        return np.array([[float(word) for word in row] for row in rows], dtype=np.float64).reshape(-1, 3)
    except ValueError as reason:
        raise MeshFault("SK890", "a vertex that is not three numbers") from reason
