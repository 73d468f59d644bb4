"""What there is to learn for a residual policy, and how much noise it may explore with, before anything is trained.

    python -m skillc.benchmarks.exploration BUILD... [--noise 0.1,0.2,0.4] [--smoothing 0,0.95] [--episodes 64]

Whole episodes of the training's own environments, all on the same scenes: the reference alone, with actions of white
noise of several standard deviations (1 is the largest correction) and through several low-passes, and with the constant
squeeze. The difference of the squeeze to nothing is the return that a policy can gain by closing the hand alone; a
noise that costs a good part of it hides what it explores. `kept` is the share of episodes that no termination ended.

The last column is how many updates a mean needs at least to move by the largest correction in every action, where each
update may change the policy by `kl_target` (and the schedule keeps it near): sqrt(m / (2 kl)) / noise.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from skillc.benchmarks.provenance import print_provenance
from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.vector import Restarts, VectorEnvironment
from skillc.runtime.evaluate.corrections import squeezing
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.learn.residual.settings import ResidualSettings


def episodes(
    definition: Definition, mean: FloatArray, noise: float, number: int, seed: int
) -> tuple[FloatArray, BoolArray]:
    """Return the returns (N,) of whole episodes with actions around `mean` (m,), and which none ended early (N,)."""
    terms = DataTerms(definition.environment, definition.contract)
    environment = VectorEnvironment(definition, terms, number=number, seed=seed, restarts=Restarts(new_scene=0.0))
    rng = np.random.default_rng([seed, 1])
    environment.reset()
    total, going, kept = np.zeros(number), np.ones(number, dtype=np.bool_), np.ones(number, dtype=np.bool_)
    while going.any():
        step = environment.step(np.clip(mean + noise * rng.normal(size=(number, len(mean))), -1.0, 1.0))
        total += np.where(going, step.reward, 0.0)
        kept &= ~(going & step.terminated)
        going &= ~(step.terminated | step.truncated)
    environment.close()
    return total, kept


def updates(kl: float, noise: float, actions: int) -> float:
    """Return the least number of updates in which a mean moves by the largest correction."""
    return float(np.sqrt(actions / (2.0 * kl)) / noise) if noise else float("inf")


def smoothed(definition: Definition, share: float) -> Definition:
    """Return the definition with another low-pass on every correction."""
    action = tuple(replace(term, smoothing=share) for term in definition.contract.action)
    return replace(definition, contract=replace(definition.contract, action=action))


def main(arguments: list[str] | None = None) -> int:
    """Print a table for each build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="+", type=Path)
    parser.add_argument("--noise", default="0.1,0.2,0.4")
    parser.add_argument("--smoothing", default="0,0.95", help="shares of a correction that a control tick keeps")
    parser.add_argument("--episodes", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    asked: Any = parser.parse_args(arguments)
    print_provenance()
    print("| task | mean | low-pass | noise | return | against nothing, paired | kept | least updates |")
    print("|---|---|---|---|---|---|---|---|")
    for build in asked.builds:
        definition, closing = Definition.load(build), squeezing(Skill.load(build))
        kl = ResidualSettings.load(build / "training" / "residual.yaml").kl_target
        still = np.zeros_like(closing)
        tried = [("nothing", still, 0.0, 0.0), ("squeeze", closing, 0.0, 0.0)]
        tried += [
            ("nothing", still, float(share), float(noise))
            for share in asked.smoothing.split(",") for noise in asked.noise.split(",")
        ]  # fmt: skip
        nothing: FloatArray | None = None
        for name, mean, share, noise in tried:
            total, kept = episodes(smoothed(definition, share), mean, noise, asked.episodes, asked.seed)
            nothing = total if nothing is None else nothing
            gain = total - nothing
            print(
                f"| {build.name} | {name} | {share:g} | {noise:g} | {total.mean():.0f} | {gain.mean():+.0f} +- "
                f"{gain.std() / np.sqrt(len(gain)):.0f} | {kept.mean():.0%} | {updates(kl, noise, len(closing)):.0f} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
