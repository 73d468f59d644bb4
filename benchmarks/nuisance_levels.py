"""Perception on simulated recordings of every nuisance level: right, refused, doubted, or silently wrong.

    python -m benchmarks.nuisance_levels [--levels 0 1 2] [--tasks apple box] [--seeds 0] [--kinds rgbd colour]
        [--out FOLDER] [--json FILE]

Each recording is made where it is missing and built up to the keyframes, as its own spec says. A build is *right* if
every limit of `LIMITS` holds against the truth; *refused* if it stops; *said* if it is wrong where it warns of just
that (`DOUBTS`) or is unsure; else *wrong*, silently. A seed is the same demonstration at every level.
"""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from skillc.benchmarks.commands import skillc
from skillc.benchmarks.evidence_cases import TASKS
from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.benchmarks.truth_metrics import middles, size_errors
from skillc.runtime.demonstrator.nuisance import LEVELS
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.twin import Twin

LIMITS = {"keyframe": 0.2, "place": 0.02, "end": 0.03, "size": 15.0}
"""s between a keyframe and the truth (6 frames at 30 Hz); m between places of the named things, and of the manipulated
one at the end; % of an extent that the twin says it measured."""
SURE = 0.5
"""Confidence from which a keyframe counts as claimed."""
SIGMAS = 2.5
"""An error within this many of the twin's own standard deviations is not silent."""
DOUBTS = {"keyframe": ("SK867",), "place": ("SK869",), "end": ("SK867", "SK866"), "size": ("SK868", "SK869")}
"""Limit -> warnings that say of a build that it may be missed."""
OUTCOMES = ("right", "refused", "said", "wrong")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one build."""

    level: int
    task: str
    seed: int
    kind: str
    outcome: str
    """One of OUTCOMES."""
    why: tuple[str, ...] = ()
    """What was missed by how much, or the reason of a refusal."""
    warnings: tuple[str, ...] = ()


@dataclass
class Misses:
    """What of a build is off, and whether it said so."""

    told: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def note(self, what: str, *, doubted: bool) -> None:
        """Take one thing that is off."""
        (self.told if doubted else self.silent).append(what)


def judge(build: Path, truth: Path, warnings: Sequence[str]) -> Misses:
    """Hold a build to the truth."""
    misses = Misses()
    doubted = {limit: bool(set(codes) & set(warnings)) for limit, codes in DOUBTS.items()}
    _judge_keyframes(build, truth, misses, doubted=doubted["keyframe"])
    found, true = Twin.load(build / "twin/twin.json"), Twin.load(truth / "twin.json")
    for role in ("manipulated", "target"):
        mine, real = (next((o for o in twin.objects if o.role == role), None) for twin in (found, true))
        if mine is None or real is None:
            continue
        away = np.asarray(mine.T_table_object)[:2, 3] - np.asarray(real.T_table_object)[:2, 3]
        if not (np.hypot(*away) <= LIMITS["place"]):
            sigma = float(np.hypot(*mine.position_sigma_m[:2]))
            known = doubted["place"] or bool(np.hypot(*away) < SIGMAS * sigma)
            misses.note(f"{role} {1e3 * np.hypot(*away):.0f} mm off (sigma {1e3 * sigma:.0f})", doubted=known)
        errors, measured = size_errors(mine, real)
        worst = 100 * np.abs(np.where(measured, errors, 0.0))
        if not (worst.max() <= LIMITS["size"]):
            k = int(worst.argmax())
            sigma = (max(mine.size_sigma_m[:2]) if k < 2 else mine.size_sigma_m[2]) / mine.size_m[k]
            known = doubted["size"] or bool(abs(errors[k]) < SIGMAS * sigma)
            misses.note(f"{role} {'xyz'[k]} {100 * errors[k]:+.0f} % (sigma {100 * sigma:.0f})", doubted=known)
    mine, real = found.manipulated, true.manipulated
    moved, really = (ObjectMotion.load(p) for p in (build / "motion/object.npz", truth / "object.npz"))
    ends = middles(mine, moved.T_table_object[-1:])[0] - middles(real, really.T_table_object[-1:])[0]
    if not (np.linalg.norm(ends) <= LIMITS["end"]):
        known = doubted["end"] or bool(np.linalg.norm(ends) < SIGMAS * np.sqrt(3) * moved.position_sigma_m[-1])
        misses.note(f"end {1e3 * np.linalg.norm(ends):.0f} mm off", doubted=known)
    return misses


def _judge_keyframes(build: Path, truth: Path, misses: Misses, *, doubted: bool) -> None:
    found, true = Keyframes.load(build / "keyframes.json"), Keyframes.load(truth / "keyframes.json")
    start = Recording.load(build / "recording.json").start_frame
    for name in ("contact", "lift", "interaction", "release"):
        mine, real = getattr(found, name), getattr(true, name)
        unsure = doubted or getattr(found.confidence, name) < SURE
        if (mine is None) != (real is None):
            misses.note(f"{name} {mine} instead of {real}", doubted=unsure)
        elif mine is not None and abs(mine + start - real) / true.fps > LIMITS["keyframe"]:
            misses.note(
                f"{name} {mine + start - real:+d} frames at confidence {getattr(found.confidence, name):.2f}",
                doubted=unsure,
            )


def run(level: int, task: str, seed: int, kind: str, out: Path) -> Verdict:
    """Record where needed, build and judge."""

    def verdict(outcome: str, why: tuple[str, ...]) -> Verdict:
        return Verdict(level=level, task=task, seed=seed, kind=kind, outcome=outcome, why=why, warnings=warnings)

    recording = out / f"{task}_{seed}_{level}"
    if not (recording / f"{task}_color.yaml").is_file():
        made = skillc(
            "record", "--simulated", task, "--seed", str(seed), "--nuisance", str(level), "--out", str(recording)
        )
        if made.returncode:
            raise RuntimeError(made.stderr.strip()[-600:])
    spec = recording / (f"{task}.yaml" if kind == "rgbd" else f"{task}_color.yaml")
    build = out / "builds" / f"{kind}_{recording.name}"
    ran = skillc("build", str(spec), "--out", str(build), "--until", "keyframes")
    said = ran.stdout + ran.stderr
    warnings = tuple(sorted(set(re.findall(r"(SK\d+): warning", said))))
    if ran.returncode:
        reason = next((line for line in said.splitlines() if re.search(r"SK\d+: (?!warning)", line)), said[-300:])
        return verdict("refused", (reason.strip(),))
    misses = judge(build, recording / "truth", warnings)
    outcome = "wrong" if misses.silent else "said" if misses.told else "right"
    return verdict(outcome, (*misses.silent, *misses.told))


def table(verdicts: Sequence[Verdict]) -> str:
    """Return counts of every outcome by level and kind."""
    lines = [f"{'level':<7}{'kind':<8}{'builds':>7}" + "".join(f"{o:>9}" for o in OUTCOMES)]
    for level, kind in sorted({(v.level, v.kind) for v in verdicts}):
        mine = [v.outcome for v in verdicts if (v.level, v.kind) == (level, kind)]
        counts = "".join(f"{mine.count(o):>9}" for o in OUTCOMES)
        lines.append(f"{level:<7}{kind:<8}{len(mine):>7}{counts}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", nargs="+", type=int, default=[0, 1, 2], choices=range(len(LEVELS)))
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=TASKS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--kinds", nargs="+", default=["rgbd", "colour"], choices=("rgbd", "colour"))
    parser.add_argument("--out", type=Path, default=Path("build/nuisance"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    print_provenance()
    verdicts = []
    for level in given.levels:
        for task in given.tasks:
            for seed in given.seeds:
                for kind in given.kinds:
                    verdict = run(level, task, seed, kind, given.out)
                    verdicts.append(verdict)
                    name = f"level {level} {task} {seed} {kind}"
                    print(f"{name:<28}{verdict.outcome:<9}{'; '.join(verdict.why)}", flush=True)
    print(table(verdicts))
    if given.json is not None:
        body = {"provenance": provenance(), "limits": LIMITS, "builds": [asdict(v) for v in verdicts]}
        given.json.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
