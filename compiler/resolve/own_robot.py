"""A robot of the user's own: `hardware: robots/my_arm` names a folder with `profile.yaml` and the model beside it.

A name with a slash is a folder, one without is a shipped profile. What is wrong in the profile is told at the spec's
line that names it, with the profile's own line beside it.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from skillc.compiler.resolve.merged import Merged, layer
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.tree import SourceTree, Span
from skillc.compiler.validate.preset import check_preset

PROFILE = "profile.yaml"


def is_folder(name: str) -> bool:
    """Whether `hardware: NAME` means a folder of the user's instead of a shipped profile."""
    return "/" in name


def robot_folder(name: str, folders: Sequence[Path]) -> Path | None:
    """Return the first of `folders` / `name` that holds a profile; None if none does or the name leads out."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts:
        return None
    return next((folder / pure for folder in folders if (folder / pure / PROFILE).is_file()), None)


def own_layers(
    name: str, span: Span, folders: Sequence[Path], *, draft: bool, findings: list[Diagnostic]
) -> dict[str, Merged] | None:
    """Return the profile in the folder `name` as layers, or None where it cannot be used.

    Args:
        name: as the spec writes it.
        span: where the spec names it.
        folders: where the folder is looked for.
        draft: whether numbers may be left open.
        findings: everything wrong is added here: no such folder (SK310), and what the profile's form shows.
    """
    folder = robot_folder(name, folders)
    if folder is None:
        findings.append(
            Diagnostic(
                code="SK310",
                summary=f"there is no robot {name!r}: no {name.rstrip('/')}/{PROFILE}",
                detail="looked beside the spec, in --data and in SKILLC_DATA; a name without `/` is a shipped profile",
                hint="put the folder there; `skillc init --robot FILE` drafts its profile from a model",
                path="hardware",
                spans=(span,),
            )
        )
        return None
    # The name within the spec, so that builds of the same files at other places are the same.
    file = (PurePosixPath(name) / PROFILE).as_posix()
    try:
        tree = load_bytes((folder / PROFILE).read_bytes(), file)
    except SourceError as error:
        findings += [_here(d, span) for d in error.diagnostics]
        return None
    wrong = [*check_preset(tree, "hardware", complete=not draft), *_extends(tree)]
    findings += [_here(d, span) for d in wrong]
    if any(d.severity == "error" for d in wrong):
        return None
    found = layer(tree.root)
    return found if isinstance(found, dict) else {}


def _extends(tree: SourceTree) -> list[Diagnostic]:
    entry = tree.root.entries.get("extends")
    if entry is None:
        return []
    return [
        Diagnostic(
            code="SK312",
            summary="a robot of one's own extends nothing",
            detail="its model and its numbers lie in one folder",
            hint="write the numbers out; a spec changes single ones with `hardware: {extends: FOLDER, ...}`",
            path="extends",
            spans=(entry.key.span,),
        )
    ]


def _here(finding: Diagnostic, span: Span) -> Diagnostic:
    """Return a finding of the profile as one of the spec's line, the profile's place as a further one."""
    place = finding.spans[0]
    told = f"{place.file}:{place.line}: {finding.summary}"
    return replace(finding, summary=told, path="hardware", spans=(span, *finding.spans))
