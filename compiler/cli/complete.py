"""What the user's shell offers for a spec, a stage, a value's path or anything `explain` knows."""

from pathlib import Path

from typer import Context

from skillc.runtime.cli.complete import below

HEAD_BYTES = 4096
"""A spec says `skill:` near its top (ours)."""


def specs(incomplete: str) -> list[str]:
    """Return the spec files below the folder that is being typed."""
    return below(incomplete, _is_spec)


def stages(incomplete: str) -> list[str]:
    """Return the names of build stages."""
    from skillc.compiler.explain import stage

    return [name for name in stage.stage_names() if name.startswith(incomplete)]


def subjects(incomplete: str) -> list[str]:
    """Return what `explain` takes: specs, stages, presets of methods, robots and tasks, terms, and codes."""
    from skillc.compiler.explain import code, preset, stage, term

    known = [*stage.stage_names(), *preset.all_names(), *term.names(), *code.codes()]
    typed = incomplete.upper() if incomplete[:2].lower() == "sk" else incomplete
    return [*specs(incomplete), *(name for name in dict.fromkeys(known) if name.startswith(typed))]


def tasks(incomplete: str) -> list[str]:
    """Return the types of tasks that `init` drafts."""
    from skillc.compiler.scaffold import spec_draft

    return [task for task in spec_draft.task_types() if task.startswith(incomplete)]


def value_paths(context: Context, incomplete: str) -> list[str]:
    """Return the dotted paths of the spec's values."""
    from skillc.compiler.resolve.front_end import require_spec
    from skillc.compiler.source.data_folders import data_folders
    from skillc.compiler.source.diagnostic import SourceError

    spec = Path(context.params.get("what") or "")
    try:
        resolved, _ = require_spec(spec.read_bytes(), str(spec), draft=True, folders=data_folders(spec, None))
    except (SourceError, OSError):
        return []
    return [path for path in resolved.origins if path.startswith(incomplete)]


def estimators(incomplete: str) -> list[str]:
    """Return the names of perception workers."""
    from skillc.runtime.estimators.catalog import CATALOG

    return [name for name in CATALOG if name.startswith(incomplete)]


def _is_spec(path: Path) -> bool:
    if path.suffix not in (".yaml", ".yml") or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return b"\nskill:" in b"\n" + file.read(HEAD_BYTES)
    except OSError:
        return False
