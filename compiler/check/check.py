"""All passes over one spec: what `skillc check` says, and what `skillc build` says before it starts."""

from dataclasses import dataclass
from pathlib import Path

from skillc.compiler.check.cameras import check_cameras
from skillc.compiler.check.contract import check_contract, check_faults
from skillc.compiler.check.estimators import check_estimators
from skillc.compiler.check.feasibility import check_feasibility
from skillc.compiler.check.inputs import check_inputs
from skillc.compiler.check.joint_groups import check_joint_groups
from skillc.compiler.check.packages import check_packages
from skillc.compiler.check.pipeline import check_pipeline
from skillc.compiler.check.place import Placed
from skillc.compiler.check.presets import check_presets
from skillc.compiler.check.prune import MISSING_KEY, prune
from skillc.compiler.check.robot import check_robot_model
from skillc.compiler.check.robot_limits import check_robot_limits
from skillc.compiler.check.robot_parts import check_robot_parts
from skillc.compiler.check.settings import check_settings
from skillc.compiler.check.stages import check_stages
from skillc.compiler.check.terms import check_terms
from skillc.compiler.check.training import check_training
from skillc.compiler.check.unread import check_unread
from skillc.compiler.resolve.own_robot import is_folder, robot_folder
from skillc.compiler.resolve.preset import reference
from skillc.compiler.resolve.resolve import method_policies, resolve_with_findings
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.data_folders import data_folders
from skillc.compiler.source.diagnostic import Diagnostic, SourceError, first_errors, has_errors, in_order
from skillc.compiler.source.load import load_bytes, read
from skillc.compiler.source.tree import SourceTree
from skillc.compiler.validate.slips import explained
from skillc.compiler.validate.valid_spec import ValidSpec
from skillc.compiler.validate.validate import validate

SHIPPED = Path(__file__).parents[2] / "specs" / "hardware"
"""The robots that come with skillc."""
MOST_PRUNINGS = 8
"""How often what is wrong is taken out, because taking out one thing can leave its surroundings incomplete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What all passes made of one file."""

    tree: SourceTree | None
    """None where the file is no sound YAML."""
    resolved: ResolvedSpec | None
    """The spec with presets merged; None where there is an error."""
    diagnostics: tuple[Diagnostic, ...]
    """In the order of the file."""


def check_file(path: Path | str, *, draft: bool = False, data: Path | str | None = None) -> Checked:
    """Run every pass over one spec file.

    >>> import skillc
    >>> checked = skillc.check("apple.yaml")
    >>> [d.summary.split(";")[0] for d in checked.diagnostics], checked.resolved.at("task.type")
    (['the recording apple.mp4 is not here'], 'grasp')
    >>> found = skillc.check("wrong.yaml").diagnostics
    >>> [f"{d.spans[0].line}: {d.code} {d.hint}" for d in found if d.severity == "error"]
    ['11: SK401 write `582 px`']

    Args:
        path: The spec.
        draft: Whether values may be left open with `lost`.
        data: A folder, besides the spec's own and SKILLC_DATA, in which recordings are looked for.
    """
    path = Path(path)
    try:
        content = read(path, str(path))
    except SourceError as error:
        return Checked(tree=None, resolved=None, diagnostics=tuple(in_order(error.diagnostics)))
    return check_bytes(content, str(path), data_folders(path, None if data is None else Path(data)), draft=draft)


def check_bytes(content: bytes, file: str, folders: tuple[Path, ...] | None, *, draft: bool = False) -> Checked:
    """Run every pass over a spec's bytes; `file` is how findings name it, `folders` as of `check_tree`."""
    try:
        tree = load_bytes(content, file)
    except SourceError as error:
        return Checked(tree=None, resolved=None, diagnostics=tuple(in_order(error.diagnostics)))
    return check_tree(tree, folders, draft=draft)


def require_checked(data: bytes, file: str, *, draft: bool = False) -> tuple[ResolvedSpec, list[Diagnostic]]:
    """Return a resolved spec that every pass finds sound, and its warnings; files it names are not looked for.

    Args:
        data: The spec's bytes.
        file: How findings name it.
        draft: Whether values may be left open with `lost`.

    Raises:
        SourceError: With the findings, if one is an error.
    """
    checked = check_tree(load_bytes(data, file), None, draft=draft)
    if checked.resolved is None:
        raise SourceError(checked.diagnostics)
    return checked.resolved, list(checked.diagnostics)


def check_tree(
    tree: SourceTree, folders: tuple[Path, ...] | None, *, draft: bool = False, last: str | None = None
) -> Checked:
    """Run every pass over a loaded spec.

    Args:
        tree: The spec.
        folders: Where the files it names are looked for; None to not look.
        draft: Whether values may be left open with `lost`; nobody builds a draft, so no stage judges it.
        last: The last stage of a shorter build; what comes after it is not judged.

    Raises:
        UnknownStage: No stage is called `last`.
    """
    presets = method_policies(tree)
    valid = validate(tree, draft=draft, preset_policies=presets)
    findings = valid if isinstance(valid, list) else []
    sound = tree
    for _ in range(MOST_PRUNINGS):
        if isinstance(valid, ValidSpec):
            break
        # What is wrong is taken out, so that the rest is still judged by the passes below.
        sound = prune(sound, valid)
        valid = validate(sound, draft=draft, preset_policies=presets)
        if isinstance(valid, list) and all(d.code == MISSING_KEY and "." not in d.path for d in valid):
            valid = ValidSpec(tree=sound, measures={}, lost=frozenset())
    resolved = None
    if isinstance(valid, ValidSpec):
        resolved, later = resolve_with_findings(sound, valid.measures, draft=draft, folders=folders)
        findings = _independent(findings, later)
    if resolved is not None:
        asked = reference(sound.at(("hardware",)))
        name = asked[0] if asked is not None else ""
        own, places = is_folder(name), folders if folders is not None else (Path(tree.file).parent,)
        folder = robot_folder(name, places) if own else SHIPPED / name
        placed = Placed(resolved=resolved, tree=sound, written=tree, robot_folder=folder, own_robot=own)
        robot = check_robot_model(placed)
        later = [*robot, *check_presets(placed), *check_pipeline(placed), *check_estimators(placed)]
        later += [*check_packages(placed), *check_contract(placed)]
        later += [*check_faults(placed), *check_settings(placed), *check_training(placed), *check_robot_limits(placed)]
        later += [*check_cameras(placed), *check_unread(placed, draft=draft)]
        later = _independent(later, check_terms(placed, draft=draft))
        if not has_errors(robot):
            later += [*check_joint_groups(placed), *check_robot_parts(placed), *check_feasibility(placed)]
        findings = _independent(findings, later)
    if folders is not None:
        findings = _independent(findings, check_inputs(sound, folders))
    if resolved is not None and not draft and not has_errors(findings):
        findings = _independent(findings, check_stages(resolved, folders, last))
    findings = explained(findings, tree)
    usable = resolved if not has_errors(findings) else None
    return Checked(tree=tree, resolved=usable, diagnostics=tuple(first_errors(findings)))


def _independent(earlier: list[Diagnostic], later: list[Diagnostic]) -> list[Diagnostic]:
    """Add findings of a later pass, except at places an earlier pass has already found wrong, or of the same value."""
    wrong = {_place(d) for d in earlier if d.spans and d.severity == "error"}
    said = {(d.code, d.path) for d in earlier}
    return [*earlier, *(d for d in later if _place(d) not in wrong and (d.code, d.path) not in said)]


def _place(finding: Diagnostic) -> tuple[str, int, int]:
    first = finding.spans[0]
    return first.file, first.line, first.column
