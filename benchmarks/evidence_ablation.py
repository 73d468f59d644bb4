"""`make evidence-ablation`: what each part of refinement buys (Table 5's question), on the same scenes.

    python -m benchmarks.evidence_ablation [--real FOLDER] [--only 'real_*,rgbd_apple_0'] [--n 20]

Each variant is the same spec with other settings of the method's stages, given in ABLATIONS; the first row is the whole
method, the last two are motions of its build that refinement is compared with. Resumed like `evidence_motion`.
"""

import argparse
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from skillc.benchmarks.evidence_arms import Arm, build, run
from skillc.benchmarks.evidence_cases import ROOT, Case, cases
from skillc.benchmarks.evidence_motion import RESULTS, matches
from skillc.benchmarks.evidence_record import OtherCode, Record, code_digest
from skillc.benchmarks.evidence_table import bits, percent
from skillc.runtime.evaluate.motions import Motion
from skillc.runtime.evaluate.statistics import mcnemar

WHOLE = "whole"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The method with a part left out."""

    what: str
    settings: str
    """Of `method.stages`, as YAML in one line; empty for the method as it is."""
    motion: Motion = "reference"


VARIANTS: Mapping[str, Variant] = {
    WHOLE: Variant(what="the whole method", settings=""),
    "coarse": Variant(
        what="coarse correction only: closed fingers for grasps, the paper's own pose for pushes, no search",
        settings="grasps: {grasp: {search: {attempts: 0}}, push_search: {turns_rad: [0], heights: [0.6], keep: 1}}",
    ),
    "unshaken": Variant(
        what="grasps as they look best, without the shake test", settings="grasps: {grasp: {probed: 0, enough: 0}}"
    ),
    "keyframes": Variant(
        what="the object's way by its two keyframes only, without what was shown between",
        settings="reference: {paths: {waypoints: 2}}",
    ),
    "unrehearsed": Variant(what="the first motion found, without rehearsals", settings="reference: {rehearsals: 0}"),
    "unshaken, unrehearsed": Variant(
        what="neither shaken nor rehearsed",
        settings="grasps: {grasp: {probed: 0, enough: 0}}, reference: {rehearsals: 0}",
    ),
    "unrefined": Variant(what="no refinement of the hand: retargeted, fingers closed", settings="", motion="unrefined"),
    "retargeted": Variant(what="no refinement at all: the retargeted motion", settings="", motion="retargeted"),
}


def varied(case: Case, name: str, folder: Path) -> Case:
    """Return the case with a spec of its own that has the variant's settings.

    Raises:
        ValueError: the spec does not name its method in one line.
    """
    settings = VARIANTS[name].settings
    if not settings:
        return case
    text, count = re.subn(
        r"(?m)^method: (\w+)$",
        lambda found: f"method: {{extends: {found.group(1)}, stages: {{{settings}}}}}",
        case.spec.read_text(encoding="utf-8"),
    )
    if count != 1:
        raise ValueError(f"{case.spec} has {count} lines `method: NAME`; one was expected")
    folder.mkdir(parents=True, exist_ok=True)
    spec = folder / f"{case.name}_{name.replace(', ', '_')}.yaml"
    spec.write_text(text, encoding="utf-8")
    return replace(case, spec=spec, name=f"{case.name}_{name.replace(', ', '_')}")


def as_markdown(recorded: Mapping[str, Any]) -> str:
    """Return one row per case and variant, against the whole method over the same scenes."""
    lines = ["| case | variant | success | against the whole (95 %) | p |", "|---|---|---|---|---|"]
    pooled: dict[str, tuple[list[bool], list[bool]]] = {name: ([], []) for name in VARIANTS}
    for case, row in recorded.items():
        whole = bits(row.get(WHOLE))
        for name in VARIANTS:
            own = bits(row.get(name))
            if not own or len(own) != len(whole):
                continue
            pooled[name][0].extend(own)
            pooled[name][1].extend(whole)
            lines.append(_line(case, name, percent(row[name]), own, whole))
    for name, (own, whole) in pooled.items():
        if own:
            share = percent({"success": "".join("1" if s else "0" for s in own)})
            lines.append(_line("all", VARIANTS[name].what, share, own, whole))
    return "\n".join(lines)


def _line(case: str, name: str, share: str, own: list[bool], whole: list[bool]) -> str:
    if name in (WHOLE, VARIANTS[WHOLE].what):
        return f"| {case} | {name} | {share} | | |"
    found = mcnemar(own, whole)
    low, high = found.interval_95
    return (
        f"| {case} | {name} | {share} | {100 * found.difference:+.0f} % ({100 * low:+.0f} .. {100 * high:+.0f}) "
        f"| {found.p_value:.2g} |"
    )


def measure(case: Case, name: str, out: Path, n: int) -> dict[str, Any]:
    """Build a variant of a case and evaluate it; what cannot be built never succeeds."""
    variant = VARIANTS[name]
    here = varied(case, name, out / "specs")
    case.recorded()
    made = build(here, out / here.name)
    if "error" in made:
        return {"n": n, "success": "0" * n, "not_built": made["codes"]}
    return run(here, out / here.name, Arm(protocol="replay", motion=variant.motion, n=n)) | {"codes": made["codes"]}


def main() -> None:
    """Run what is asked for and not recorded yet; print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, help="folder with the real videos")
    parser.add_argument("--simulated", type=Path, default=ROOT / "build" / "simulated")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "ablation")
    parser.add_argument("--result", type=Path, default=RESULTS / "ablation.json")
    parser.add_argument("--only", default="real_*,rgbd_*_0")
    parser.add_argument("--variants", default="", help="names, separated by `;`; default all")
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin nothing after that time")
    options = parser.parse_args()
    until = time.monotonic() + 60 * options.minutes
    record = Record(options.result, code_digest())
    try:
        record.require_same_code()
    except OtherCode as reason:
        raise SystemExit(str(reason)) from reason
    wanted = options.variants.split(";") if options.variants else list(VARIANTS)
    for case in (c for c in cases(options.real, options.simulated, ()) if matches(c, options.only)):
        row = record.row(case.name)
        for name in (n for n in wanted if n not in row):
            if time.monotonic() > until:
                break
            row[name] = measure(case, name, options.out, options.n)
            record.save()
            print(f"{case.name:<16} {name:<22} {percent(row[name])}", flush=True)
    print(as_markdown(record.body["cases"]))


if __name__ == "__main__":
    main()
