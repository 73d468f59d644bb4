import importlib.util
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.vector import VectorEnvironment

pytestmark = pytest.mark.slow


def load_generated(build: Path):
    place = importlib.util.spec_from_file_location("generated_env", build / "environment" / "env.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def test_the_generated_python_and_the_data_give_identical_steps(small_build: Path) -> None:
    """1,000 steps: same observations, rewards and ends, bit for bit."""
    generated = load_generated(small_build).LiftABox(num_envs=2, seed=3, threads=2)
    definition = Definition.load(small_build)
    terms = DataTerms(definition.environment, definition.contract)
    data = VectorEnvironment(definition, terms, number=2, seed=3)
    first, _ = generated.reset()
    assert np.array_equal(first, data.reset())
    rng = np.random.default_rng(0)
    rewards = []
    for _ in range(500):
        actions = rng.uniform(-1, 1, (2, definition.contract.action_size))
        observation, reward, terminated, truncated, _ = generated.step(actions)
        other = data.step(actions)
        assert np.array_equal(observation, other.observation)
        assert np.array_equal(reward, other.reward)
        assert np.array_equal(terminated, other.terminated)
        assert np.array_equal(truncated, other.truncated)
        assert not other.invalid.any()
        rewards.append(reward)
    assert np.std(rewards) > 0
    generated.close()
    data.close()
