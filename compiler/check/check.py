"""All passes over one spec: what `skillc check` says, and what `skillc build` says before it starts."""

import os
from collections.abc import Sequence
from pathlib import Path

from skillc.compiler.source.diagnostic import Diagnostic, SourceError, in_order
from skillc.compiler.source.load import load
from skillc.compiler.source.tree import SourceTree
from skillc.compiler.validate.valid_spec import ValidSpec
from skillc.compiler.validate.validate import validate

MOST_FINDINGS = 20


def check_file(
    path: Path, *, draft: bool = False, data: Sequence[Path] = ()
) -> tuple[SourceTree | None, list[Diagnostic]]:
    """Run every pass over one spec file.

    Args:
        path: The spec.
        draft: Whether values may be left open with `lost`.
        data: Folders, after the spec's own, in which recordings are looked for.

    Returns:
        The tree, if the file is sound YAML, and up to 20 findings in the order of the file.
    """
    try:
        tree = load(path)
    except SourceError as error:
        return None, in_order(error.diagnostics)[:MOST_FINDINGS]
    return tree, check_tree(tree, path.parent, draft=draft, data=data)


def check_tree(tree: SourceTree, folder: Path, *, draft: bool = False, data: Sequence[Path] = ()) -> list[Diagnostic]:
    """Run every pass over a loaded spec; `folder` is where its relative paths start."""
    valid = validate(tree, draft=draft)
    if not isinstance(valid, ValidSpec):
        return valid[:MOST_FINDINGS]
    return []


def data_folders(given: Path | None) -> tuple[Path, ...]:
    """Return the folders to look for recordings in: `--data`, then SKILLC_DATA."""
    from_environment = os.environ.get("SKILLC_DATA")
    return tuple(folder for folder in (given, Path(from_environment) if from_environment else None) if folder)
