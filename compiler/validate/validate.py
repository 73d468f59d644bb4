"""From a source tree to a valid spec: structure, references, units and ranges, conditions, keys without effect."""

from skillc.compiler.source.diagnostic import Diagnostic, has_errors, in_order
from skillc.compiler.source.tree import SourceTree
from skillc.compiler.validate.conditions import check_conditions
from skillc.compiler.validate.effects import check_effects
from skillc.compiler.validate.file_kinds import check_file_kinds
from skillc.compiler.validate.guards import check_guards
from skillc.compiler.validate.implemented import check_missing
from skillc.compiler.validate.machine import check_machine
from skillc.compiler.validate.measures import parse_measures
from skillc.compiler.validate.objects import check_objects
from skillc.compiler.validate.references import check_references
from skillc.compiler.validate.schema import schema
from skillc.compiler.validate.structure import check_structure
from skillc.compiler.validate.tags import check_tags
from skillc.compiler.validate.valid_spec import ValidSpec
from skillc.compiler.validate.weights import check_weights


def validate(
    tree: SourceTree, *, draft: bool = False, preset_policies: frozenset[str] = frozenset()
) -> ValidSpec | list[Diagnostic]:
    """Check a tree by everything that needs neither presets nor files.

    Args:
        tree: A loaded spec.
        draft: Whether values may be left open with `lost`.
        preset_policies: Names of policies the method brings, which the spec may refer to.

    Returns:
        The valid spec, or every independent finding in the order of the file, of which at least one is an error.
    """
    structure = check_structure(tree.root, schema().rule)
    measures, lost, findings = parse_measures(structure.marked, draft=draft)
    findings += structure.findings
    findings += check_references(
        tree.root,
        structure.marked,
        preset_policies,
        scene_is_sound=not any(finding.path.startswith("scene") for finding in structure.findings),
    )
    findings += [*check_file_kinds(structure.marked), *check_tags(tree.root), *check_objects(tree.root)]
    findings += [*check_conditions(structure.marked), *check_guards(tree.root, structure.marked)]
    findings += [] if draft else check_missing(structure.marked)
    findings += check_machine(tree.root)
    findings += check_effects(tree.root)
    findings += check_weights(tree.root, structure.marked)
    if has_errors(findings):
        return in_order(findings)
    return ValidSpec(tree=tree, measures=measures, lost=lost)
