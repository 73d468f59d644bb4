"""The whole front end for one file: load, validate, resolve, with all findings of the passes that could run."""

from collections.abc import Sequence
from pathlib import Path

from skillc.compiler.resolve.resolve import method_policies, resolve_with_findings
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.data_folders import data_folders
from skillc.compiler.source.diagnostic import Diagnostic, SourceError, first_errors, has_errors, in_order
from skillc.compiler.source.load import load_bytes, read
from skillc.compiler.validate.slips import explained
from skillc.compiler.validate.validate import validate


def read_spec(
    data: bytes, file: str, *, draft: bool = False, folders: Sequence[Path] | None = None
) -> tuple[ResolvedSpec | None, list[Diagnostic]]:
    """Return a resolved spec and its findings in the order of the file; no spec if one of them is an error.

    Args:
        data: the file's bytes.
        file: how findings name it.
        draft: whether values may be left open with `lost`.
        folders: where a robot of the user's own is looked for; None for beside the spec.
    """
    try:
        tree = load_bytes(data, file)
        valid = validate(tree, draft=draft, preset_policies=method_policies(tree))
    except SourceError as error:
        return None, in_order(error.diagnostics)
    if isinstance(valid, list):
        # Presets and overrides are checked as well, so that one run shows every independent mistake.
        _, findings = resolve_with_findings(tree, draft=draft, folders=folders)
        known = {finding.spans[0] for finding in valid}
        return None, first_errors(explained([*valid, *(f for f in findings if f.spans[0] not in known)], tree))
    resolved, findings = resolve_with_findings(tree, valid.measures, draft=draft, folders=folders)
    return (None if has_errors(findings) else resolved), first_errors(explained(findings, tree))


def require_spec(
    data: bytes, file: str, *, draft: bool = False, folders: Sequence[Path] | None = None
) -> tuple[ResolvedSpec, list[Diagnostic]]:
    """Return a resolved spec and its warnings; arguments as of `read_spec`.

    Raises:
        SourceError: with every finding, if one is an error.
    """
    resolved, findings = read_spec(data, file, draft=draft, folders=folders)
    if resolved is None:
        raise SourceError(tuple(findings))
    return resolved, findings


def resolve_file(spec: Path | str, *, draft: bool = False, data: Path | str | None = None) -> ResolvedSpec:
    """Return a spec with all presets merged: every value in SI units, with every place that contributed.

    >>> import skillc
    >>> spec = skillc.resolve("apple.yaml")
    >>> spec.at("deploy.limits.joint_speed")  # 60 deg/s
    1.0471975511965976
    >>> [(origin.file, origin.text) for origin in spec.origins["task.success.rise"]]
    [('skillc:specs/tasks/grasp.yaml', '> 5 cm'), ('apple.yaml', '> 5 cm')]

    Args:
        spec: the spec, a YAML file.
        draft: whether values may be left open with `lost`.
        data: a folder, besides the spec's own and SKILLC_DATA, in which a robot of the user's own is looked for.

    Raises:
        SourceError: with every finding, if one is an error.
    """
    file = Path(spec)
    folders = data_folders(file, None if data is None else Path(data))
    return require_spec(read(file, str(file)), str(file), draft=draft, folders=folders)[0]
