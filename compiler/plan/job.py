"""One skill to build: its resolved spec, its stages, and the places it reads from and writes to."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skillc.compiler.plan.cache import Cache
from skillc.compiler.plan.digest import of_path
from skillc.compiler.plan.journal import Journal
from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.data_folders import find_input


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything `plan` and `build` need; nothing here was written yet."""

    spec: ResolvedSpec
    spec_file: Path
    spec_digest: str
    """Of the text that was resolved."""
    stages: tuple[Stage, ...]
    """Ordered."""
    data: tuple[Path, ...]
    """Folders input files are looked for in."""
    out: Path
    """The build folder."""

    @property
    def workspace(self) -> Path:
        """Folder beside the build for what is no part of it: cache, journal, locks, temporaries."""
        return self.out.parent / ".skillc"

    @property
    def cache(self) -> Cache:
        """Stage outputs; `SKILLC_CACHE` moves them, e.g. to share them between projects."""
        elsewhere = os.environ.get("SKILLC_CACHE")
        return Cache(Path(elsewhere) / "stages" if elsewhere else self.workspace / "cache")

    @property
    def journal(self) -> Journal:
        """Costs of earlier runs."""
        return Journal(self.workspace / "journal")

    def files_of(self, stage: Stage) -> tuple[str, ...]:
        """Return the input files `stage` may read: its own and those of all stages it builds on, sorted."""
        by_name = {s.name: s for s in self.stages}
        names, pending, seen = set(stage.files(self.spec)), list(stage.needs), set[str]()
        while pending:
            if (need := pending.pop()) not in seen:
                seen.add(need)
                names |= set(by_name[need].files(self.spec))
                pending += by_name[need].needs
        return tuple(sorted(names))

    def input_digests(self) -> Mapping[str, str]:
        """Return the digest of every input file of every stage; raises InputMissing."""
        names = sorted({name for stage in self.stages for name in stage.files(self.spec)})
        return {name: of_path(find_input(name, self.data)) for name in names}
