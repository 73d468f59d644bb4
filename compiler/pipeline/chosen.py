"""The stages of one spec: those its method's pipeline names, in an order in which they can run."""

from skillc.compiler.pipeline.catalog import stage
from skillc.compiler.plan.graph import ordered
from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import ResolvedSpec


def chosen(spec: ResolvedSpec) -> tuple[Stage, ...]:
    """Return the stages of a spec's method; none for a draft.

    Raises:
        KeyError, ExtensionError: the pipeline names a stage there is not.
        GraphError: a stage needs one that the pipeline leaves out, or the stages do not fit together.
    """
    return ordered([stage(name) for name in spec.section("method").get("pipeline") or ()])
