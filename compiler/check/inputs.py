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
    """Warn of files that no folder has; report those that must not be opened."""
    findings: list[Diagnostic] = []
    for path, node in walk(tree.root):
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not is_file_key(path, node.text):
            continue
        try:
            find_input(node.text, folders)
        except InputMissing as reason:
            findings.append(_unusable(reason, path, node))
    return findings


def _unusable(reason: InputMissing, path: Path, node: Scalar) -> Diagnostic:
    """Return what is due for a file that is not here (a warning) or that must not be opened (an error)."""
    if reason.code != InputMissing.code:
        return Diagnostic(
            code=reason.code,
            summary=str(reason),
            detail="expected a regular file or a folder of such, inside the folder it is looked for in",
            hint="copy it there, or name the folder that holds it with --data DIR",
            path=path_text(path),
            spans=(node.span,),
        )
    return Diagnostic(
        code=reason.code,
        severity="warning",
        summary=f"the {'recording' if path[-1] == 'recording' else 'file'} {node.text} is not here",
        detail="looked beside the spec, in --data and in SKILLC_DATA; a build needs it",
        hint="put it beside the spec, or pass --data DIR",
        path=path_text(path),
        spans=(node.span,),
    )


def is_file_key(path: Path, text: str) -> bool:
    """Whether the text at a path of a spec names an input file."""
    if path[:2] == ("demonstrations", "reference") and text == "first":
        return False
    return path in _FILE_KEYS or any(path[-len(end) :] == end for end in _FILE_ENDS)
