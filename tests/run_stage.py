"""One stage run as a build runs it: on folders of outputs, with the parameters of a spec."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.artifact import Artifacts

Told = list[tuple[str, str, str]]
"""Code, text and spec path of everything a stage announces."""


def merged(old: JSON, new: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return `old` with what `new` says, mapping by mapping."""
    return {**old, **{k: merged(old[k], v) if isinstance(v, Mapping) and k in old else v for k, v in new.items()}}


def run_on(
    stage: Stage,
    spec: ResolvedSpec,
    made: Sequence[Path],
    out: Path,
    *,
    data: Path | None = None,
    **changed: object,
) -> Told:
    """Run a stage; returns what it announced.

    Args:
        stage: The stage.
        spec: Gives its parameters.
        made: Folders of the outputs it needs; the first that holds a file gives it.
        out: The folder it writes to; made if there is none.
        data: The folder of the recording and meshes; None for `out`.
        changed: Section -> what replaces the spec's in it.
    """
    told: Told = []
    out.mkdir(exist_ok=True)
    stage.run(
        StageContext(
            parameters=merged(stage.parameters(spec), changed),
            made=Artifacts(folders=made),
            out=out,
            find_data=lambda name: (data or out) / name,
            progress=lambda share, text: None,
            warn=lambda *parts: told.append(parts),
        )
    )
    return told
