"""The same scenes told and seen: `skillc eval` beside the full runtime whose objects are located in rendered depth.

    python -m benchmarks.evidence_sight build/apple-to-plate build/tray-retrieval [--n 100] [--protocol replay]

Trials are paired: equal scenes, physics and robot. Seen runs look through a camera that is off by up to 5 mm and 1 deg,
at 15 pictures a second that are 50 ms old when they can be used. A seen run succeeds where the objects truly are.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.runtime.evaluate.judge import judge
from skillc.runtime.evaluate.perturbation import PROTOCOLS, Protocol
from skillc.runtime.evaluate.report import Evaluation, RolloutResult
from skillc.runtime.evaluate.seeing import Sight
from skillc.runtime.evaluate.statistics import mcnemar


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One skill on the same trials, told and seen."""

    skill: str
    protocol: str
    n: int
    told: int
    """Successes where the simulator says where objects are."""
    seen: int
    """Successes where a camera shows it."""
    only_told: int
    only_seen: int
    p: float
    """Exact McNemar."""
    interval_95: tuple[float, float]
    """Of the rate told less the rate seen."""
    seen_safe: int
    failures: tuple[str, ...]
    """How each seen run ended that only succeeded when told."""


def paired(build: Path, protocol: Protocol, n: int, seed: int) -> Pair:
    """Roll one skill out both ways."""
    ways: dict[Sight, Evaluation] = {
        sight: judge(build, protocol, n=n, seed=seed, sight=sight) for sight in get_args(Sight)
    }
    told, seen = ways["simulator"].rollouts, ways["rendered"].rollouts
    only_told = [other for one, other in zip(told, seen, strict=True) if one.success and not other.success]
    split = mcnemar([one.success for one in told], [one.success for one in seen])
    return Pair(
        skill=ways["simulator"].skill,
        protocol=protocol,
        n=n,
        told=sum(one.success for one in told),
        seen=sum(one.success for one in seen),
        only_told=split.only_first,
        only_seen=split.only_second,
        p=split.p_value,
        interval_95=split.interval_95,
        seen_safe=sum(one.safe for one in seen),
        failures=tuple(ending(one) for one in only_told),
    )


def ending(rollout: RolloutResult) -> str:
    """Return in words how a rollout failed."""
    return f"{rollout.final_state}: {rollout.invalid or ', '.join(rollout.failed)}"


def table(pairs: list[Pair]) -> str:
    """Return a line for each skill."""
    lines = ["| skill | told | seen | only told | only seen | p | told less seen, 95 % | seen and safe |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for pair in pairs:
        low, high = pair.interval_95
        lines.append(
            f"| {pair.skill} | {pair.told} of {pair.n} | {pair.seen} of {pair.n} | {pair.only_told} | "
            f"{pair.only_seen} | {pair.p:.3f} | {low:+.0%} .. {high:+.0%} | {pair.seen_safe} of {pair.n} |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", type=Path, nargs="+")
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--protocol", choices=[p for p in PROTOCOLS if not p.startswith("truth")], default="replay")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    pairs = [paired(build, given.protocol, given.n, given.seed) for build in given.builds]
    print_provenance()
    print(table(pairs))
    for pair in pairs:
        for failure in pair.failures:
            print(f"{pair.skill}, seen, ended in {failure}")
    if given.json:
        given.json.write_text(json.dumps({**provenance(), "pairs": [asdict(pair) for pair in pairs]}, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
