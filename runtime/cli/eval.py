"""Evaluate a built skill: success, stages, safety, jerk, penetration; table, CSV, plot."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from typer import Option

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.parameters import Build, Json

Protocol: TypeAlias = Literal["replay", "test", "test+physics", "truth", "truth+test"]
Arm: TypeAlias = Literal[
    "replay",
    "residual",
    "distillation",
    "squeeze",
    "both",
    "ideal",
    "ideal+squeeze",
    "ideal+residual",
    "estimated",
    "planner",
]
Stress: TypeAlias = Literal["none", "small", "pose_10mm", "pose_15mm", "slippery", "all"]
Sight: TypeAlias = Literal["simulator", "rendered"]
Motion: TypeAlias = Literal["reference", "retargeted", "unrefined"]

DEFAULTS = ("reference", "replay", "none", "simulator")
"""What a report's name does not say."""


def command(
    build: Build,
    protocol: Annotated[Protocol, Option(help="What is varied between rollouts.")] = "replay",
    n: Annotated[int | None, Option("--n", help="Number of rollouts; default the method's.", min=1, max=10_000)] = None,
    seed: Annotated[int, Option(help="Seed of the perturbations.")] = 0,
    truth: Annotated[Path | None, Option(help="Truth folder of a simulated recording (protocols truth).")] = None,
    motion: Annotated[Motion, Option(help="retargeted: before refinement; unrefined: its closed hand.")] = "reference",
    policy: Annotated[
        Arm,
        Option(help="residual: fingers corrected; distillation: adjusted to what is seen; ideal, planner: true poses."),
    ] = "replay",
    stress: Annotated[Stress, Option(help="A cell beyond what policies met, besides what is varied.")] = "none",
    policies: Annotated[Path | None, Option(help="Folder of trained policies; default BUILD/policies.")] = None,
    plan: Annotated[Path | None, Option(help="Folder that plan-motion wrote: its motion in its scene.")] = None,
    sight: Annotated[Sight, Option(help="rendered: objects are seen in rendered depth, not told.")] = "simulator",
    out: Annotated[Path | None, Option(help="Where JSON, CSV and plot go; default BUILD/eval.")] = None,
    as_json: Json = False,
) -> int:
    """Roll the skill out in simulation under a protocol and score it by Table 4 and D.2."""
    from skillc.runtime.bundle.contents import results_of
    from skillc.runtime.evaluate.judge import judge
    from skillc.runtime.evaluate.table import as_text, draw, write_csv
    from skillc.runtime.formats.codec import as_json as to_json
    from skillc.runtime.policies.refused import PolicyRefused

    if protocol.startswith("truth") != (truth is not None):
        raise InputError("protocol truth and --truth FOLDER go together", "--truth names a recording's truth/ folder")

    def progress(index: int, total: int, run: object) -> None:
        if sys.stderr.isatty():
            end = "\n" if index + 1 == total else ""
            print(f"\rrollout {index + 1} of {total}", end=end, file=sys.stderr, flush=True)

    if plan is not None and (truth is not None or policy != "replay" or motion != "reference"):
        raise InputError("--plan is rolled out as it is", "leave --truth, --motion and --policy out")
    if policy == "estimated" and sight == "simulator":
        raise InputError("--policy estimated adjusts to what is seen, and nothing is", "add --sight rendered")
    if policy != "replay" and motion != "reference":
        raise InputError(f"--policy {policy} adjusts the refined motion", "leave --motion out")
    try:
        result = judge(
            build, protocol, n=n, seed=seed, motion=motion, arm=policy, stress=stress, policies=policies, truth=truth,
            plan=plan, sight=sight, on_rollout=progress,
        )  # fmt: skip
    except PolicyRefused as refusal:
        raise InputError(str(refusal), refusal.hint) from refusal
    folder = out or results_of(build) / "eval"
    folder.mkdir(parents=True, exist_ok=True)
    told: list[str] = [name for name in (motion, policy, stress, sight) if name not in DEFAULTS]
    told += [] if plan is None else [f"plan_{plan.resolve().name}"]
    stem = "_".join([protocol, *told]).replace("+", "_")
    result.save(folder / f"{stem}.json")
    write_csv(result, folder / f"{stem}.csv")
    draw(result, folder / f"{stem}.png")
    print(json.dumps(to_json(result), ensure_ascii=False) if as_json else as_text(result))
    return 0
