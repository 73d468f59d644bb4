"""The input pass: a file the spec names that cannot be found yet is a warning here and an error when building."""

from collections.abc import Sequence
from pathlib import Path as FilePath

from skillc.compiler.source.data_folders import InputMissing, find_input
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path, Scalar, SourceTree, path_text, walk

_FILE_KEYS = (
    ("demonstrations", "recording"),
    ("demonstrations", "reference"),
    ("demonstrations", "initial_states"),
    ("tune", "log"),
    ("reset", "states"),
)
_FILE_ENDS = (("mask",), ("asset", "mesh"), ("calibration", "file"), ("tracks", "video"))


def check_inputs(tree: SourceTree, folders: Sequence[FilePath]) -> list[Diagnostic]:
    """Warn of files that no folder has."""
    findings: list[Diagnostic] = []
    for path, node in walk(tree.root):
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not _names_file(path, node):
            continue
        try:
            find_input(node.text, folders)
        except (InputMissing, OSError, ValueError):
            what = "recording" if path[-1] == "recording" else "file"
            findings.append(
                Diagnostic(
                    code="SK801",
                    severity="warning",
                    summary=f"the {what} {node.text} is not here",
                    detail="looked beside the spec, in --data and in SKILLC_DATA; a build needs it",
                    hint="put it beside the spec, or pass --data DIR",
                    path=path_text(path),
                    spans=(node.span,),
                )
            )
    return findings


def _names_file(path: Path, node: Scalar) -> bool:
    if path[:2] == ("demonstrations", "reference") and node.text == "first":
        return False
    return path in _FILE_KEYS or any(path[-len(end) :] == end for end in _FILE_ENDS)
