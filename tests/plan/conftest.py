"""A tiny pipeline with the engine's real types: `numbers` reads a file, `sum` adds, `text` formats."""

from collections.abc import Callable
from pathlib import Path

import pytest

from skillc.compiler.plan.digest import of_file
from skillc.compiler.plan.graph import ordered
from skillc.compiler.plan.job import Job
from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import Origin, ResolvedSpec

RUN = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import job_maker
from skillc.compiler.plan.build import build
from skillc.compiler.plan.progress import Silent
build(job_maker(Path({folder!r}))(factor=int(sys.argv[1])), Silent())
"""


def _numbers(context: StageContext) -> None:
    lines = context.find_data("numbers.txt").read_text().split()
    context.progress(0.5, "half")
    (context.out / "numbers.json").write_text(str([int(n) * context.read("factor", int) for n in lines]))
    if len(lines) > 3:
        context.warn("SK899", "many numbers", "demonstrations.recording")


def _sum(context: StageContext) -> None:
    numbers = (context.made.path("numbers.json")).read_text()
    (context.out / "deep").mkdir()
    (context.out / "deep" / "sum.txt").write_text(str(sum(int(n) for n in numbers.strip("[]").split(","))))


def _text(context: StageContext) -> None:
    total = (context.made.path("deep/sum.txt")).read_text()
    (context.out / "text.txt").write_text(context.read("word", str) + " " + total)


def toy_stages() -> tuple[Stage, ...]:
    """Return the three stages."""
    code = ("skillc.compiler.plan.digest",)
    return (
        Stage(
            name="numbers", needs=(), makes=("numbers.json",), code=code, run=_numbers,
            parameters=lambda s: {"factor": s.at("method.factor")}, files=lambda s: (s.at("demonstrations.recording"),),
        ),
        Stage(name="sum", needs=("numbers",), makes=("deep/",), code=code, parameters=lambda s: {}, run=_sum),
        Stage(
            name="text", needs=("sum",), makes=("text.txt",), code=code, run=_text,
            parameters=lambda s: {"word": s.at("summary")},
        ),
    )  # fmt: skip


def job_maker(folder: Path) -> Callable[..., Job]:
    """Return a function that makes jobs in `folder`; files are created on its first call."""

    def make(*, factor: int = 1, word: str = "sum", stages: tuple[Stage, ...] | None = None, out: str = "out") -> Job:
        spec_file = folder / "toy.yaml"
        if not spec_file.exists():
            spec_file.write_text("skill: toy\n")
            (folder / "numbers.txt").write_text("1 2 3")
        spec = ResolvedSpec(
            values={
                "skill": "toy", "summary": word, "method": {"factor": factor},
                "demonstrations": {"recording": "numbers.txt"},
            },
            origins={"demonstrations.recording": (Origin(file=str(spec_file), line=7, column=3, source=""),)},
            spec_file=str(spec_file),
        )  # fmt: skip
        return Job(
            spec=spec,
            spec_file=spec_file,
            spec_digest=of_file(spec_file),
            stages=ordered(stages if stages is not None else toy_stages()),
            data=(folder,),
            out=folder / out,
        )

    return make


@pytest.fixture
def make_job(tmp_path: Path) -> Callable[..., Job]:
    """Return a function that makes jobs in a fresh folder."""
    return job_maker(tmp_path)


@pytest.fixture
def tree() -> Callable[[Path], dict[str, bytes]]:
    """Return a function that reads every file of a folder."""

    def read(folder: Path) -> dict[str, bytes]:
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    return read


@pytest.fixture
def script() -> Callable[[Path], Path]:
    """Return a function that writes a program into a folder, which builds there with the factor it is given."""

    def write(folder: Path) -> Path:
        (folder / "run.py").write_text(RUN.format(tests=str(Path(__file__).parent), folder=str(folder)))
        return folder / "run.py"

    return write
