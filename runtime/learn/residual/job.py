"""One residual policy of a build: its environments, its training, its validation, its exported files."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.vector import Restarts, VectorEnvironment
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.codec import as_json
from skillc.runtime.learn.residual.export import parity, write_policy
from skillc.runtime.learn.residual.settings import ResidualSettings
from skillc.runtime.learn.residual.trainer import ResidualTrainer
from skillc.runtime.learn.session.budget import within
from skillc.runtime.learn.session.job import PolicyJob
from skillc.runtime.learn.session.loop import TrainingProgress, train
from skillc.runtime.policies.residual.expected import expected_contract
from skillc.runtime.policies.residual.policy import ResidualPolicy

RESTARTS = Restarts(new_scene=0.2, along=0.8)
"""ours: half of a reference is the way to the object, on which fingers change nothing; most episodes begin after it."""
VALIDATION = 1_000_003
"""Added to the seed of the scenes that a policy is judged by."""
JUDGED = 32
"""ours: most episodes with and without the policy, on the same scenes."""


class ResidualJob(PolicyJob):
    """The whole policy."""


def run_residual(job: ResidualJob, tell: Callable[[TrainingProgress], None]) -> Mapping[str, Any]:
    """Train one policy to the end, or go on with it, judge and export it; returns its report.

    Raises:
        TrainingRefused: SK900 to SK904, SK920.
        FormatError: the build is none, or lacks the policy or the budget.
    """
    torch.set_num_threads(1)
    definition = Definition.load(job.build)
    settings = within(ResidualSettings.load(job.config), job.budget)
    more = {"restarts": as_json(asdict(RESTARTS))}
    return job.once(settings, more, lambda: _trained(job, settings, definition, tell))


def _trained(
    job: ResidualJob, settings: ResidualSettings, definition: Definition, tell: Callable[[TrainingProgress], None]
) -> Mapping[str, Any]:
    environment = _environments(definition, settings.environments, job.seed, RESTARTS)
    trainer = ResidualTrainer(settings, environment, seed=job.seed)
    began, first = time.monotonic(), trainer.transitions
    train(trainer, job.folder, job.name, tell)
    seconds, taken = time.monotonic() - began, trainer.transitions - first
    environment.close()
    contract = expected_contract(definition, job.policy)
    onnx, _ = write_policy(trainer.actor, contract, job.folder)
    exported = ResidualPolicy.load(onnx, contract)
    number = min(JUDGED, settings.environments)
    judged, observations = _judged(definition, exported, number, job.seed + VALIDATION)
    return {
        "updates": trainer.number,
        "transitions": trainer.transitions,
        "training_s": round(seconds, 1),
        "transitions_per_s": round(taken / max(seconds, 1e-9)),
        "validation": judged,
        "parity": parity(trainer.actor, exported, observations),
    }


def _environments(definition: Definition, number: int, seed: int, restarts: Restarts) -> VectorEnvironment:
    terms = DataTerms(definition.environment, definition.contract)
    return VectorEnvironment(
        definition, terms, number=number, seed=seed, threads=os.cpu_count() or 1, restarts=restarts
    )


def _judged(
    definition: Definition, policy: ResidualPolicy, number: int, seed: int
) -> tuple[dict[str, float], FloatArray]:
    """Return the returns of whole episodes with and without the policy on the same scenes, and what it observed."""
    found: dict[str, float] = {}
    observed: list[FloatArray] = []
    answers: dict[str, Callable[[FloatArray], FloatArray]] = {
        "policy": lambda o: np.clip(policy.action(o), -1.0, 1.0),
        "nothing": lambda o: np.zeros((len(o), definition.contract.action_size)),
    }
    returns = {}
    for name, answer in answers.items():
        environment = _environments(definition, number, seed, Restarts(new_scene=0.0))
        observation, total, going = environment.reset(), np.zeros(number), np.ones(number, dtype=np.bool_)
        early = np.zeros(number, dtype=np.bool_)
        while going.any():
            observed.append(observation[:1])
            step = environment.step(answer(observation))
            total += np.where(going, step.reward, 0.0)
            early |= going & step.terminated
            going &= ~(step.terminated | step.truncated)
            observation = step.observation
        environment.close()
        returns[name] = total
        found[f"return_{name}"], found[f"ended_early_{name}"] = float(total.mean()), float(early.mean())
    better = returns["policy"] - returns["nothing"]
    found["gain"], found["gain_sem"] = float(better.mean()), float(better.std(ddof=1) / np.sqrt(number))
    return {k: round(v, 4) for k, v in found.items()}, np.concatenate(observed)
