"""The geometry of a GLB file, and nothing else of it, before a library unfolds it.

A few kilobytes can place one mesh ten thousand times, or hold a picture that fills the memory. What the file would
unfold to is counted first; pictures, materials and animations are left out, since a shape needs none.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

from skillc.runtime.robot.model_fault import MeshFault

MOST_NODES = 1_000
"""ours: a thing on a table or a robot's link has a handful of parts."""
KEPT = ("asset", "scene", "scenes", "nodes", "meshes", "accessors", "bufferViews", "buffers")
"""Parts of a glTF document that say where surfaces are."""
PLACED = ("mesh", "children", "matrix", "translation", "rotation", "scale", "name")
"""What is kept of a node."""
CORNERS = 3
"""Of a triangle."""


def bare(data: bytes, *, most_faces: int) -> bytes:
    """Return a GLB with the geometry of `data` alone.

    Args:
        data: the file.
        most_faces: how many triangles all placed meshes may have together.

    Raises:
        MeshFault: SK890 not a sound GLB, SK891 too much when unfolded, SK897 a reference to another file.
    """
    document, rest = _document(data)
    for item in (*_list(document, "buffers"), *_list(document, "images")):
        if str(item.get("uri", "data:")).split(":", 1)[0] != "data":
            raise MeshFault("SK897", f"refers to another file, {str(item['uri'])!r}; expected everything inside")
    if sum(_count(accessor, "count") for accessor in _list(document, "accessors")) > 4 * CORNERS * most_faces:
        raise MeshFault("SK891", f"more than {most_faces} faces stated")
    _check_tree(document)
    if sum(_placed_faces(document)) > most_faces:
        raise MeshFault("SK891", f"more than {most_faces} faces when every part is placed")
    kept = {key: document[key] for key in KEPT if key in document}
    kept["meshes"] = [{"primitives": [_bare_primitive(p) for p in _list(m, "primitives")]} for m in _meshes(document)]
    kept["nodes"] = [{key: node[key] for key in PLACED if key in node} for node in _list(document, "nodes")]
    text = json.dumps(kept).encode("utf-8")
    text += b" " * (-len(text) % 4)
    head = struct.pack("<I4s", len(text), b"JSON") + text
    return b"glTF" + struct.pack("<II", 2, 12 + len(head) + len(rest)) + head + rest


def _document(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the glTF document and the chunks behind it."""
    if len(data) < 20 or data[:4] != b"glTF":
        raise MeshFault("SK890", "no GLB header")
    (stated,) = struct.unpack_from("<I", data, 8)
    length, kind = struct.unpack_from("<I4s", data, 12)
    if stated != len(data) or 20 + length > len(data) or kind != b"JSON":
        raise MeshFault("SK890", f"the header states {stated} bytes; the file has {len(data)}")
    try:
        document = json.loads(data[20 : 20 + length])
    except (ValueError, RecursionError) as reason:
        raise MeshFault("SK890", "the GLB's JSON part cannot be read") from reason
    if not isinstance(document, dict):
        raise MeshFault("SK890", "the GLB's JSON part is no object")
    return document, data[20 + length :]


def _check_tree(document: dict[str, Any]) -> None:
    """Refuse nodes without end: too many, or one that hangs below two others, so that it is placed twice."""
    nodes = _list(document, "nodes")
    if len(nodes) > MOST_NODES:
        raise MeshFault("SK891", f"{len(nodes)} parts; at most {MOST_NODES}")
    for listed in ([n for node in nodes for n in _nodes(node, "children")], *_roots(document)):
        if len(set(listed)) < len(listed):
            raise MeshFault("SK890", "a part that is placed twice")


def _roots(document: dict[str, Any]) -> list[list[int]]:
    return [_nodes(scene, "nodes") for scene in _list(document, "scenes")]


def _nodes(item: dict[str, Any], key: str) -> list[int]:
    found = item.get(key, [])
    if not isinstance(found, list) or not all(isinstance(node, int) for node in found):
        raise MeshFault("SK890", f"{key} that are no list of parts: {found!r:.40}")
    return found


def _placed_faces(document: dict[str, Any]) -> Iterator[int]:
    """Yield the triangles of every mesh a node places."""
    accessors, meshes = _list(document, "accessors"), _meshes(document)
    faces = [sum(_faces(p, accessors) for p in _list(mesh, "primitives")) for mesh in meshes]
    for node in _list(document, "nodes"):
        if "mesh" in node:
            yield faces[_index(node["mesh"], len(faces))]


def _faces(primitive: dict[str, Any], accessors: list[dict[str, Any]]) -> int:
    attributes = primitive.get("attributes")
    if not isinstance(attributes, dict) or "POSITION" not in attributes:
        raise MeshFault("SK890", "a part without positions")
    corners = primitive.get("indices", attributes["POSITION"])
    # Strips and fans (mode 5, 6) make a triangle of every corner, lists (4) of every third.
    count = _count(accessors[_index(corners, len(accessors))], "count")
    return count if primitive.get("mode", 4) in (5, 6) else count // CORNERS


def _bare_primitive(primitive: dict[str, Any]) -> dict[str, Any]:
    kept = {key: primitive[key] for key in ("indices", "mode") if key in primitive}
    return {"attributes": {"POSITION": primitive["attributes"]["POSITION"]}} | kept


def _meshes(document: dict[str, Any]) -> list[dict[str, Any]]:
    return _list(document, "meshes")


def _list(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = document.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise MeshFault("SK890", f"the GLB's {key} are no list of objects")
    return found


def _count(item: dict[str, Any], key: str) -> int:
    found = item.get(key, 0)
    if not isinstance(found, int) or found < 0:
        raise MeshFault("SK890", f"a {key} that is no whole number: {found!r}")
    return found


def _index(value: object, length: int) -> int:
    if not isinstance(value, int) or not 0 <= value < length:
        raise MeshFault("SK890", f"a reference to part {value!r} of {length}")
    return value
