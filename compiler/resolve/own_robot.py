"""A robot of the user's own: `hardware: robots/my_arm` names a folder with `profile.yaml` and the model beside it.

A name with a slash is a folder, one without is a shipped profile. What is wrong in the profile is told at the spec's
line that names it, with the profile's own line beside it.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from skillc.compiler.resolve.merged import Merged, layer
from skillc.compiler.source.data_folders import InputMissing, find_input
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load
from skillc.compiler.source.tree import SourceTree, Span
from skillc.compiler.validate.preset import check_preset

PROFILE = "profile.yaml"


def is_folder(name: str) -> bool:
    """Whether `hardware: NAME` means a folder of the user's instead of a shipped profile."""
    return "/" in name


def robot_folder(name: str, folders: Sequence[Path]) -> Path:
    """Return the first of `folders` / `name` that holds a profile; raises InputMissing as `find_input` does."""
    return find_input((PurePosixPath(name) / PROFILE).as_posix(), folders).parent


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
    try:
        folder = robot_folder(name, folders)
    except InputMissing as reason:
        findings.append(_no_robot(name, reason, span))
        return None
    # The name within the spec, so that builds of the same files at other places are the same.
    file = (PurePosixPath(name) / PROFILE).as_posix()
    try:
        tree = load(folder / PROFILE, shown_as=file)
    except SourceError as error:
        findings += [_here(d, span) for d in error.diagnostics]
        return None
    wrong = [*check_preset(tree, "hardware", complete=not draft), *_extends(tree)]
    findings += [_here(d, span) for d in wrong]
    if any(d.severity == "error" for d in wrong):
        return None
    found = layer(tree.root)
    return found if isinstance(found, dict) else {}


def _no_robot(name: str, reason: InputMissing, span: Span) -> Diagnostic:
    if reason.code != InputMissing.code:
        return Diagnostic(code=reason.code, summary=str(reason), path="hardware", spans=(span,))
    return Diagnostic(
        code="SK310",
        summary=f"there is no robot {name!r}: no {name.rstrip('/')}/{PROFILE}",
        detail="looked beside the spec, in --data and in SKILLC_DATA; a name without `/` is a shipped profile",
        hint="put the folder there; `skillc init --robot FILE` drafts its profile from a model",
        path="hardware",
        spans=(span,),
    )


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
