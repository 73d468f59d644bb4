"""A residual training small enough for unit tests: the small build with a handful of updates."""

from pathlib import Path

from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.vector import Restarts, VectorEnvironment
from skillc.runtime.learn.residual.settings import ResidualSettings
from skillc.runtime.learn.residual.trainer import ResidualTrainer
from skillc.runtime.learn.session.budget import within
from tests.small_build import SPEC, make_small_build

TINY = """
    hidden: [8]
    epochs: 2
    budgets: {cpu: {environments: 4, steps_per_update: 8, minibatch: 16, iterations: 12, learning_rate: 1.0e-3}}
"""


def make_residual_build(out: Path) -> None:
    make_small_build(
        out, SPEC.replace("policy: 60 Hz", "policy: 12 Hz").replace("\n    randomization:", TINY + "    randomization:")
    )


def settings(build: Path) -> ResidualSettings:
    return within(ResidualSettings.load(build / "training" / "residual.yaml"), "cpu")


def trainer(build: Path, seed: int = 0) -> ResidualTrainer:
    definition, own = Definition.load(build), settings(build)
    terms = DataTerms(definition.environment, definition.contract)
    restarts = Restarts(new_scene=0.5, along=0.5)
    environment = VectorEnvironment(definition, terms, number=own.environments, seed=seed, restarts=restarts)
    return ResidualTrainer(own, environment, seed=seed)
