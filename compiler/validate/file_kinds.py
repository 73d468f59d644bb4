"""Files of the right kind: a recording is a video, a mask a picture, seen from their names alone (SK434).

What a file holds is seen when it is there; what its name already says needs no file.
"""

from pathlib import PurePosixPath

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Scalar, path_text
from skillc.compiler.validate.nearest import listed
from skillc.compiler.validate.structure import Marked

_VIDEOS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
FOLDER = ""
"""Suffix of a name that has none: a folder."""
SUFFIXES = {
    "recording": (*_VIDEOS, ".bag", ".db3", FOLDER),
    "picture": (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"),
    "mesh": (".obj", ".stl", ".ply", ".glb"),
    "calibration": (".json", ".yaml", ".yml"),
    "states": (".npz", ".npy"),
    "log": (".csv", ".npz", ".json", ".parquet"),
}
"""Kind of file that the schema names with `x-kind` -> suffixes it may have."""


def check_file_kinds(marked: list[Marked]) -> list[Diagnostic]:
    """Report files whose name says that they are something else."""
    findings = []
    for place in marked:
        kind, node = place.marks.get("x-kind"), place.node
        if kind is None or not isinstance(node, Scalar) or not isinstance(node.value, str):
            continue
        suffix = PurePosixPath(node.text).suffix.lower()
        if suffix in SUFFIXES[kind]:
            continue
        known = [known for known in SUFFIXES[kind] if known]
        findings.append(
            Diagnostic(
                code="SK434",
                summary=f"`{shorten(node.text)}` is no {kind}",
                detail=f"expected {listed(known, 12)}{', or a folder' if FOLDER in SUFFIXES[kind] else ''}",
                hint=f"name the {kind}'s file",
                path=path_text(place.path),
                spans=(node.span,),
            )
        )
    return findings
