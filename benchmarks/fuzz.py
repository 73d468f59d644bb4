"""Mutated specs through `check`, `plan` and `diff`: no traceback, no hang, and what `check` accepts `plan` accepts.

    python -m benchmarks.fuzz [--count N] [--seed N] [--json FILE]

Recordings that the specs name are there: a second of plain pictures of the size the specs cut from.
"""

import argparse
import json
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skillc.benchmarks.mutations import SPECS, filled, is_draft, mutated
from skillc.benchmarks.provenance import provenance
from skillc.compiler.check.check import check_file
from skillc.compiler.check.open_job import open_job
from skillc.compiler.cli.telling import as_text
from skillc.compiler.diff import compare, report
from skillc.compiler.diff.git import SideError
from skillc.compiler.plan.output_folder import OutputRefused
from skillc.compiler.plan.published import present
from skillc.compiler.plan.steps import as_table, plan
from skillc.compiler.source.data_folders import InputMissing
from skillc.compiler.source.diagnostic import Diagnostic, SourceError, has_errors
from skillc.compiler.source.render import FORMATS, render

LONGEST_S = 2.0
"""Processor time of one command on one spec."""
HERE = ("SK801", "SK855", "SK856")
"""About files; the mutated names are not there."""


@dataclass(kw_only=True)
class Found:
    """What went wrong with a run, each with the spec that shows it."""

    tracebacks: list[tuple[str, str]] = field(default_factory=list)
    """(command and last lines of the traceback, the spec's text)."""
    hangs: list[tuple[str, str]] = field(default_factory=list)
    refused_late: list[tuple[str, str]] = field(default_factory=list)
    """Accepted by `check`, refused by `plan`."""
    accepted: int = 0
    slowest_s: dict[str, float] = field(default_factory=lambda: {"check": 0.0, "plan": 0.0, "diff": 0.0})


def judge(text: str, original: Path, folder: Path, found: Found) -> None:
    """Run the three commands on one mutated spec and add to `found`."""
    draft = is_draft(original)
    spec = folder / "spec.yaml"
    spec.write_bytes(text.encode("utf-8", "surrogatepass"))
    diagnostics = _timed("check", lambda: _check(spec, draft=draft), text, found)
    fine = diagnostics is not None and not has_errors(diagnostics)
    found.accepted += fine
    late = _timed("plan", lambda: _plan(spec), text, found)
    missing = any(d.code in HERE for d in diagnostics or ())
    if fine and not draft and late and not missing:
        found.refused_late.append((late, text))
    if fine:
        _timed("diff", lambda: _diff(original, spec, draft=draft), text, found)


def _timed(command: str, run: Callable[[], Any], text: str, found: Found) -> Any:
    started = time.process_time()
    try:
        return run()
    except Exception:
        found.tracebacks.append((f"{command}: {''.join(traceback.format_exc().splitlines(keepends=True)[-6:])}", text))
        return None
    finally:
        spent = time.process_time() - started
        found.slowest_s[command] = max(found.slowest_s[command], spent)
        if spent > LONGEST_S:
            found.hangs.append((f"{command}: {spent:.1f} s", text))


def _check(spec: Path, *, draft: bool) -> tuple[Diagnostic, ...]:
    checked = check_file(spec, draft=draft)
    texts = {} if checked.tree is None else {checked.tree.file: checked.tree.text}
    for form in FORMATS:
        render(checked.diagnostics, form, texts)
    return checked.diagnostics


def _plan(spec: Path) -> str:
    """Return what `plan` refuses, empty if it accepts."""
    try:
        job, _ = open_job(spec, out=None, data=None, last=None)
        as_table(plan(job, job.input_digests(), present(job.out).lock))
    except SourceError as error:
        as_text(error.diagnostics)
        return "; ".join(f"{d.code} {d.path} {d.summary}" for d in error.diagnostics if d.severity == "error")
    except (InputMissing, OutputRefused) as error:
        return repr(error)
    return ""


def _diff(before: Path, after: Path, *, draft: bool) -> None:
    try:
        found = compare.compare(str(before), str(after), draft=draft)
    except (SideError, SourceError):
        return
    report.as_text(found)
    report.as_markdown([found])
    report.as_record(found)


def film(path: Path, *, width: int, height: int) -> None:
    """Write a second of plain pictures."""
    import av
    import numpy as np

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for k in range(40):
            picture = av.VideoFrame.from_ndarray(np.full((height, width, 3), k, np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def main() -> None:
    """Mutate, judge, print a table and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="mutated specs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--keep", type=Path, help="write what went wrong below this folder")
    arguments = parser.parse_args()
    random_, found = random.Random(arguments.seed), Found()
    texts = {file: file.read_text(encoding="utf-8") for file in SPECS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for recording in ("apple", "book", "box", "peach", "spice", "toy", "tray"):
            film(folder / f"{recording}.mp4", width=960, height=720)
        for file, text in texts.items():
            judge(filled(text) if is_draft(file) else text, file, folder, found)
        for _ in range(arguments.count):
            file = random_.choice(SPECS)
            judge(mutated(texts[file], random_), file, folder, found)
    rows = {"tracebacks": found.tracebacks, "over 2 s": found.hangs, "refused by plan alone": found.refused_late}
    facts = provenance() | {"seed": str(arguments.seed)}
    print(", ".join(f"{key} {value}" for key, value in facts.items()) + "\n")
    print(f"{arguments.count} mutated specs, {found.accepted} accepted by check")
    for what, cases in rows.items():
        print(f"{what}: {len(cases)}")
        for said, count in Counter(said for said, _ in cases).most_common(30):
            print(f"  {count} x {said}")
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        for k, (said, text) in enumerate(case for cases in rows.values() for case in cases):
            (arguments.keep / f"{k:04d}.yaml").write_text(f"{text}\n# {said!r}\n", encoding="utf-8", errors="replace")
    if arguments.json:
        record = {
            "provenance": facts,
            "count": arguments.count,
            "accepted": found.accepted,
            **{what: len(cases) for what, cases in rows.items()},
            "slowest_s": {k: round(v, 2) for k, v in found.slowest_s.items()},
        }
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
