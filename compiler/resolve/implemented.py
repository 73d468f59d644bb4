"""The parts of a spec that only a draft may have, because nothing here does them (SK321)."""

from collections.abc import Iterator

from skillc.compiler.resolve.preset import preset_names, reference
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.resolve.shipped import pipeline_of
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import SourceTree, path_text
from skillc.compiler.validate.implemented import not_implemented
from skillc.runtime.tasks.catalog import TaskTypeError, implemented, task_type

SECTIONS = {
    "goals": "no environment follows goals without a demonstration",
    "tune": "no stage fits the simulator to a log of the robot",
}
"""Section that nothing reads -> what is missing."""
PLAYED = {"trajectory", "before_contact"}
"""What of `reset` the environment's motion is made of."""


def unimplemented(tree: SourceTree, resolved: ResolvedSpec) -> list[Diagnostic]:
    """Return one finding for a method, a task type or a section without an implementation."""
    return [*_method(tree, resolved), *_task(tree, resolved)]


def _method(tree: SourceTree, resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    asked = reference(tree.at(("method",)))
    if asked is None:
        return
    name, span = asked
    if "pipeline" not in resolved.section("method"):
        yield not_implemented(
            "method",
            name,
            missing="its preset names no pipeline of stages",
            path="method",
            span=span,
            instead=[name for name in preset_names("method") if pipeline_of(name)],
        )
        return
    missing_of = dict(SECTIONS)
    if not resolved.section("reset").keys() <= PLAYED:
        missing_of["reset"] = "episodes start on the motion that they play, at its beginning or before its contact"
    estimator = ("method", "stages", "object_motion", "deploy_estimator")
    if "deploy_estimator" in resolved.section("method.stages.object_motion"):
        yield not_implemented(
            "setting",
            "deploy_estimator",
            missing="no estimator of object poses runs before the robot moves; a policy may learn them from clouds",
            path=path_text(estimator),
            span=tree.key_span(estimator) if tree.at(estimator) is not None else span,
        )
    for section, missing in missing_of.items():
        if section in resolved.values:
            written = tree.at((section,)) is not None
            yield not_implemented(
                "section" if written else f"method {name}'s section",
                section,
                missing=missing,
                path=section if written else "method",
                span=tree.key_span((section,)) if written else span,
            )


def _task(tree: SourceTree, resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    try:
        task = task_type(str(resolved.section("task").get("type", "")))
    except TaskTypeError:
        return
    if task.missing:
        yield not_implemented(
            "task type",
            task.name,
            missing=f"nothing here knows the trait {', '.join(f'`{trait}`' for trait in task.missing)}",
            path="task.type",
            span=tree.value_span(("task", "type")),
            instead=[other.name for other in implemented()],
        )
