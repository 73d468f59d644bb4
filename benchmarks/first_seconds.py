"""What `check` accepts, every stage begins to work on: stages of odd specs, run for their first seconds.

    python -m benchmarks.first_seconds SPEC BUILD --data FOLDER [--count N] [--seconds S] [--json FILE]

BUILD is a finished build of SPEC. Of every unusual spec of the list and of N mutations that `check` accepts, each stage
that is given other parameters than the unchanged spec's, while those before it are given the same, is run on the
outputs that lie there, in a process of its own, and stopped after S seconds of processor time. It may still work then,
be done, or refuse what it sees in the recording; anything else is a spec that `check` should have refused.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from skillc.benchmarks.meaning import unusual
from skillc.benchmarks.mutations import PROJECT, mutated, with_another_setting
from skillc.benchmarks.provenance import provenance
from skillc.compiler.check.check import check_tree
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.plan.digest import of_json
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.data_folders import find_input
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes
from skillc.runtime.formats.artifact import Artifacts

PATIENCE = 10.0
"""Wall time as a multiple of processor time: a stage may wait for a worker, and the machine be busy."""
ABOUT_FILES = ("SK801", "SK855", "SK856")
"""A file that the spec names is not here, so that no build would begin."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How the first seconds of a stage ended."""

    stage: str
    end: str
    """`works`, `done`, the code of a refusal, or the last of a traceback."""
    refused: bool = False
    """By the stage itself, for what it sees."""

    @property
    def failed(self) -> bool:
        """Whether it ended as no stage should."""
        return not self.refused and self.end not in ("works", "done")


def accepted(text: str, data: Path) -> ResolvedSpec | None:
    """Return a spec that `check` accepts and whose files are here, else None."""
    try:
        checked = check_tree(load_bytes(text.encode("utf-8", "surrogatepass"), "spec.yaml"), (data,))
    except SourceError:
        return None
    return None if any(d.code in ABOUT_FILES for d in checked.diagnostics) else checked.resolved


def digests(spec: ResolvedSpec) -> dict[str, str]:
    """Return stage -> digest of what it is given of a spec."""
    return {stage.name: of_json([stage.parameters(spec), list(stage.files(spec))]) for stage in chosen(spec)}


def first_changed(spec: ResolvedSpec, own: Mapping[str, str]) -> Iterator[tuple[Stage, str]]:
    """Yield the stages with other parameters than `own` that need none of such, and their digests."""
    given, changed = digests(spec), set[str]()
    for stage in chosen(spec):
        below = changed.intersection(stage.needs)
        if below or given[stage.name] != own.get(stage.name):
            changed.add(stage.name)
        if not below and given[stage.name] != own.get(stage.name):
            yield stage, given[stage.name]


def begin(stage: Stage, spec: ResolvedSpec, made: tuple[Path, ...], data: Path, seconds: float) -> Beginning:
    """Run a stage for its first seconds of processor time, in a process group that is killed then."""
    processes = multiprocessing.get_context("fork")
    receiver, sender = processes.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as out:
        process = processes.Process(target=_run, args=(sender, stage, spec, made, data, Path(out), seconds))
        process.start()
        process.join(PATIENCE * seconds)
        assert process.pid is not None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.join()
    end, refused = receiver.recv() if receiver.poll() else ("works", False)
    return Beginning(stage=stage.name, end=end, refused=refused)


def _run(
    sender: Connection, stage: Stage, spec: ResolvedSpec, made: tuple[Path, ...], data: Path, out: Path, seconds: float
) -> None:
    os.setsid()
    signal.setitimer(signal.ITIMER_PROF, seconds)  # whose signal ends the process
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    context = StageContext(
        parameters=stage.parameters(spec),
        made=Artifacts(folders=made),
        out=out,
        find_data=lambda name: find_input(name, (data,)),
        progress=lambda share, text: None,
        warn=lambda *parts: None,
    )
    try:
        stage.run(context)
        sender.send(("done", False))
    except StageError as error:
        sender.send((error.code, True))
    except Exception as error:
        sender.send((f"{type(error).__name__}: {error}", False))


def odd_specs(spec: Path, count: int, seed: int) -> Iterator[str]:
    """Yield the unusual specs made from `spec`, then `count` mutations of it, every other one of a setting alone."""
    name = spec.resolve().relative_to(PROJECT).as_posix()
    yield from (odd.text for odd in unusual() if odd.spec == name and not odd.draft)
    text, random_ = spec.read_text(encoding="utf-8"), random.Random(seed)
    for number in range(count):
        yield (mutated if number % 2 else with_another_setting)(text, random_)


def main() -> None:
    """Begin every stage of every odd spec, print a table and what went wrong; exit 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the folder of its recording")
    parser.add_argument("--count", type=int, default=200, help="mutated specs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args()
    own = accepted(arguments.spec.read_text(encoding="utf-8"), arguments.data)
    if own is None:
        raise SystemExit(f"check refuses {arguments.spec}")
    specs, found = 0, list[tuple[Beginning, str]]()
    unchanged, known = digests(own), set[tuple[str, str]]()
    for text in odd_specs(arguments.spec, arguments.count, arguments.seed):
        if (odd := accepted(text, arguments.data)) is None:
            continue
        specs += 1
        for stage, digest in first_changed(odd, unchanged):
            if (stage.name, digest) not in known:
                known.add((stage.name, digest))
                began = begin(stage, odd, (arguments.build,), arguments.data, arguments.seconds)
                found.append((began, text))
    facts = provenance() | {"seed": str(arguments.seed), "seconds": f"{arguments.seconds:g}"}
    print(", ".join(f"{key} {value}" for key, value in facts.items()) + "\n")
    print(f"{specs} odd specs accepted by check, {len(found)} stages begun with parameters of their own")
    for (stage_name, end), times in sorted(Counter((b.stage, b.end) for b, _ in found).items()):
        print(f"  {times} x {stage_name}: {end}")
    wrong = [(began, text) for began, text in found if began.failed]
    for began, text in wrong:
        print(f"\n{began.stage}: {began.end}\n{text}")
    if arguments.json:
        record = {
            "provenance": facts,
            "specs": specs,
            "begun": len(found),
            "refused": sum(b.refused for b, _ in found),
            "failed": len(wrong),
        }
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
