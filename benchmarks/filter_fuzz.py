"""Hostile commands and feedback against the safety filter, judged by the differences of what it lets through.

    python -m benchmarks.filter_fuzz BUILD [--ticks 100000] [--seed 0] [--workers 2] [--json FILE]

Every sequence has a seed, and is directed (a joint into a limit at a tenth to all of its speed, reversals, starts
outside the range) or drawn. In half of them the stop after huge commands is off, which else ends a drawn sequence
within four ticks, and so are those after tracking errors and forces. Exit code 1 if anything left the filter that
should not have: the seed is printed, and `--seed N --ticks 1` runs that sequence again.
"""

import argparse
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

import numpy as np

from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.filter import Feedback, SafetyFilter

TICKS = 250
"""Of one sequence."""
ALLOWED = 1.001
"""Share of a limit that a difference may reach: second and third differences of positions round."""
SHARES = np.linspace(0.1, 1.0, 10)
Stream = Callable[[int, FloatArray], FloatArray]
"""Tick, what was sent last (n,) -> command (n,)."""


@dataclass(kw_only=True)
class Found:
    """What came of some sequences."""

    sequences: int = 0
    ticks: int = 0
    worst: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("speed", "acceleration", "jerk"), 0.0))
    """Largest difference as a share of its limit."""
    trips: Counter[str] = field(default_factory=Counter)
    """Row of FAULTS -> ticks at which it was told."""
    wrong: list[str] = field(default_factory=list)
    """Seed, and what was wrong."""

    def add(self, other: "Found") -> None:
        """Count another's sequences, too."""
        self.sequences += other.sequences
        self.ticks += other.ticks
        self.worst = {name: max(value, other.worst[name]) for name, value in self.worst.items()}
        self.trips += other.trips
        self.wrong += other.wrong


def directed(seed: int, start: FloatArray, limits: MotionLimits, dt: float) -> Stream:
    """Return commands that drive one joint into a limit, and in a third of the seeds back and forth."""
    joint, way = seed % len(start), 1.0 if seed // len(start) % 2 else -1.0
    share = SHARES[seed // (2 * len(start)) % len(SHARES)]
    step = np.eye(len(start))[joint] * way * share * limits.speed * dt
    if seed % 3 == 0:
        return lambda tick, sent: sent + step * (1 if tick // 40 % 2 == 0 else -1)
    return lambda tick, sent: start + (tick + 1) * step


def drawn(rng: np.random.Generator, start: FloatArray, limits: MotionLimits, dt: float) -> Stream:
    """Return commands of one hostile kind."""
    n, span = len(start), limits.upper - limits.lower
    anywhere = rng.uniform(limits.lower - 0.3 * span, limits.upper + 0.3 * span, (TICKS, n))
    way, share = rng.choice([-1.0, 1.0], n), rng.uniform(0.1, 1.0)
    knots = np.vstack([start, start + np.cumsum(rng.normal(scale=0.5 * share, size=(6, n)), axis=0)])
    at = np.linspace(0, 6, TICKS)
    smooth = np.stack([np.interp(at, range(7), knots[:, j]) for j in range(n)], axis=1)
    streams: tuple[Stream, ...] = (
        lambda tick, sent: anywhere[tick],
        lambda tick, sent: anywhere[tick // 15],
        lambda tick, sent: sent + way * share * limits.speed * dt,
        lambda tick, sent: sent + way * (1 if tick // 23 % 2 else -1) * limits.speed * dt,
        lambda tick, sent: sent + 10.0 ** (6 * share - 3) * way * anywhere[tick],
        lambda tick, sent: smooth[tick],
    )
    return streams[int(rng.integers(len(streams)))]


def run(contract: Contract, seed: int) -> Found:
    """Send one sequence through a filter and judge what left it."""
    rng, found = np.random.default_rng(seed), Found(sequences=1)
    limits, dt = MotionLimits.of(contract.joints), 1.0 / contract.control_rate_hz
    free = seed % 2 == 1
    if free:
        safety = replace(contract.safety, clamp_share=1e9, contact_force_n=1e9, tracking_error_rad=1e9)
        contract = replace(contract, safety=safety)
    start = rng.uniform(limits.lower, limits.upper)
    if seed % 7 == 0:
        start = start + rng.choice([-1.0, 1.0], len(start)) * (rng.random(len(start)) < 0.3) * 0.05
    stream = directed(seed // 4, start, limits, dt) if seed % 4 < 2 else drawn(rng, start, limits, dt)
    safety_filter, sent, stopped = SafetyFilter(contract, start), [start], False
    for tick in range(TICKS):
        asked = stream(tick, sent[-1])
        command: FloatArray | None = asked
        odd = rng.random(4)
        if odd[0] < 0.01:
            command = None if odd[1] < 0.5 else np.where(rng.random(len(start)) < 0.1, np.nan, asked)
        reading = sent[-1] + rng.normal(scale=1e-4, size=len(start))
        if odd[2] < 0.01:
            reading[rng.integers(len(start))] = rng.choice([np.nan, np.inf, 1e9])
        age = 0.0 if odd[3] > 0.003 else float(rng.choice([0.05, -1.0, np.nan, 1.0]))
        out = safety_filter.step(command, age, Feedback(qpos=reading, age_s=0.0, contact_force_n=0.0), tick)
        if stopped and out.response != "stop":
            found.wrong.append(f"seed {seed}, tick {tick}: something follows a stop")
        stopped = stopped or out.response == "stop"
        found.trips.update(trip.code for trip in out.trips)
        sent.append(out.q)
    found.ticks = TICKS
    judge(found, seed, np.array(sent), limits, dt)
    return found


def judge(found: Found, seed: int, sent: FloatArray, limits: MotionLimits, dt: float) -> None:
    """Hold positions (T, n), and their differences from rest at the first, against the limits."""
    if not np.isfinite(sent).all():
        found.wrong.append(f"seed {seed}: not finite")
        return
    # From a start outside a joint's range the way leads inwards only.
    below, above = np.minimum(limits.lower, sent[0]) - 1e-9, np.maximum(limits.upper, sent[0]) + 1e-9
    if (sent < below).any() or (sent > above).any():
        found.wrong.append(f"seed {seed}: outside the range")
    at_rest = np.vstack([sent[:1]] * 3 + [sent])
    for order, name in enumerate(found.worst, start=1):
        share = np.abs(np.diff(at_rest, n=order, axis=0)) / dt**order / getattr(limits, name)
        found.worst[name] = float(share.max())
        if not share.max() <= ALLOWED:
            tick, joint = np.unravel_index(int(share.argmax()), share.shape)
            found.wrong.append(f"seed {seed}, tick {tick}, joint {joint}: {share.max():.4g} times the {name} allowed")


def fuzz(contract: Contract, seeds: Iterable[int]) -> Found:
    """Return what came of the sequences of some seeds."""
    total = Found()
    for seed in seeds:
        total.add(run(contract, seed))
    return total


def main() -> None:
    """Fuzz in as many processes as there are cores, until something is wrong or all ticks are run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--ticks", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="the first")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print_provenance()
    contract, total = Skill.load(options.build, locked=False).contract, Found()
    end = options.seed + max(1, round(options.ticks / TICKS))
    parts = [range(first, min(first + 40, end)) for first in range(options.seed, end, 40)]
    with ProcessPoolExecutor(options.workers) as pool:
        for part in takewhile(lambda _: not total.wrong, pool.map(fuzz, [contract] * len(parts), parts)):
            total.add(part)
        pool.shutdown(cancel_futures=True)
    print(f"{total.sequences} sequences, {total.ticks} ticks; trips {dict(sorted(total.trips.items()))}")
    print("largest share of a limit:", ", ".join(f"{name} {share:.6f}" for name, share in total.worst.items()))
    for told in total.wrong:
        print("WRONG", told)
    if options.json:
        kept = {"sequences": total.sequences, "ticks": total.ticks, "worst": total.worst, "trips": total.trips,
                "wrong": total.wrong}  # fmt: skip
        options.json.write_text(json.dumps(provenance() | kept, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(1 if total.wrong else 0)


if __name__ == "__main__":
    main()
