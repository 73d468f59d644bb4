"""Mutated builds and bundles before the loader: each is refused with file and field, or runs; nothing else happens.

`python -m benchmarks.loader_fuzz BUILD --cases 1000 --seed 0`. Half of the cases are build folders, half the same
changes in a bundle that somebody trusted signed, and some of those bundles have their bytes changed too. Every case is
a process of its own with a bound on time and memory.
"""

import argparse
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from skillc.benchmarks.mutated_builds import mutate
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.keys import Keys
from skillc.runtime.bundle.load import load
from skillc.runtime.bundle.members import is_member
from skillc.runtime.bundle.records import SkillRecords
from skillc.runtime.bundle.sign import signed
from skillc.runtime.evaluate.evaluate import built_scene, roll_out
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill

LONGEST_S, MOST_BYTES = 2.0, 2**30
SAID = re.compile(r": (SK7\d\d): ")


@dataclass(frozen=True, kw_only=True)
class Case:
    """What became of one mutated build."""

    number: int
    change: str
    verdict: str
    """A code, `runs` after a change that does not matter, or what must not happen: hang, crash, memory, internal."""
    seconds: float
    """Processor time, as others use the machine too; who waits for ever hangs."""
    peak_bytes: int
    said: str


def fuzz(build: Path, cases: int, seed: int, work: Path) -> list[Case]:
    """Return the cases; `work` is an empty folder."""
    keys = Keys(folder=work / "keys")
    keys.make("fuzz")
    stated = load(build, locked=True, keys=keys)[1]
    return [_case(build, number, random.Random(f"{seed}/{number}"), work, keys, stated) for number in range(cases)]


def bad(case: Case) -> bool:
    """Tell whether something happened that must not."""
    slow = case.seconds > LONGEST_S and case.verdict != "runs"
    return slow or not (case.verdict == "runs" or case.verdict.startswith("SK"))


def _case(build: Path, number: int, draw: random.Random, work: Path, keys: Keys, stated: SkillRecords) -> Case:
    spoilt = work / "spoilt"
    shutil.rmtree(spoilt, ignore_errors=True)
    for file in build.rglob("*"):
        name = file.relative_to(build).as_posix()
        if file.is_file() and (is_member(name) or name == "skill.lock"):
            (spoilt / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, spoilt / name)
    change, path = mutate(spoilt, draw), spoilt
    if number % 2:
        path = work / "spoilt.skill"
        members = {
            file.relative_to(spoilt).as_posix(): file.read_bytes()
            for file in sorted(spoilt.rglob("*"))
            if file.is_file() and not file.is_symlink() and file.stat().st_size < 2**24 and file.name != "skill.lock"
        }
        data = bytearray(
            signed(members, keys.own(), skill=stated.objective.skill, robot=stated.profile.name, release=1, licences={})
        )
        if draw.random() < 0.15:
            change += ", and a byte of the bundle"
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        path.write_bytes(data)
    return _in_a_process(path, number, change, work, keys)


def _in_a_process(path: Path, number: int, change: str, work: Path, keys: Keys) -> Case:
    answer = work / "answer"
    answer.write_text("")
    child = os.fork()
    if not child:
        _load(path, answer, keys)
    _, status, usage = os.wait4(child, 0)
    verdict, _, said = answer.read_text(encoding="utf-8", errors="replace").partition(" ")
    if os.WIFSIGNALED(status):
        verdict = "hang" if os.WTERMSIG(status) == signal.SIGALRM else "crash"
    return Case(
        number=number,
        change=change,
        verdict=verdict or "crash",
        seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * 1024,
        said=said,
    )


def _load(path: Path, answer: Path, keys: Keys) -> None:
    """Load in a forked process and leave it; the machinery of the process that forked must not run here."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(60)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MOST_BYTES, now + MOST_BYTES))
    try:
        os.environ["SKILLC_CONFIG"] = str(keys.folder)
        skill = Skill.load(path)
        answer.write_text("loads", encoding="utf-8")
        roll_out(skill, built_scene(skill), Trial())
        told = "runs"
    except BundleFault as fault:
        code = SAID.search(str(fault))
        told = f"{code[1] if code else 'internal'} {fault}"
    except MemoryError:
        told = "memory"
    except BaseException as error:  # whatever it is, it is what is looked for
        told = f"internal {type(error).__name__}: {error}"
    answer.write_text(told[:500], encoding="utf-8", errors="replace")
    os._exit(0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        cases = fuzz(asked.build, asked.cases, asked.seed, Path(work))
    for verdict, count in Counter(case.verdict for case in cases).most_common():
        print(f"{verdict:10} {count:5}")
    slowest, largest = max(cases, key=lambda c: c.seconds), max(case.peak_bytes for case in cases)
    print(f"slowest {slowest.seconds:.2f} s ({slowest.change}); largest {largest / 2**20:.0f} MiB")
    for case in filter(bad, cases):
        print(f"case {case.number}: {case.change}: {case.verdict} in {case.seconds:.2f} s: {case.said}")
    return int(any(map(bad, cases)))


if __name__ == "__main__":
    sys.exit(main())
