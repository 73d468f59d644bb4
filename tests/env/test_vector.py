import importlib.util
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.vector import Restarts, VectorEnvironment
from skillc.runtime.formats.environment import Variation

BEFORE_CONTACT = 39
"""Ticks of the small build: from contact on the episode ends, as its hand is nowhere near the object."""


@pytest.fixture
def definition(small_build: Path) -> Definition:
    return Definition.load(small_build)


def environments(definition: Definition, **changed: object) -> VectorEnvironment:
    terms = DataTerms(definition.environment, definition.contract, changed.pop("randomization", None))
    return VectorEnvironment(definition, terms, **{"number": 3, "seed": 3, **changed})


def load_generated(build: Path):
    place = importlib.util.spec_from_file_location("generated_env", build / "environment" / "env.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def test_the_generated_python_and_the_data_give_identical_steps_on_any_number_of_threads(small_build: Path) -> None:
    generated = load_generated(small_build).LiftABox(num_envs=3, seed=3, threads=2)
    data = environments(Definition.load(small_build))
    first, _ = generated.reset()
    assert np.array_equal(first, data.reset())
    rng, rewards, ends = np.random.default_rng(0), [], 0
    for _ in range(150):
        actions = rng.uniform(-1, 1, generated.action_space.shape)
        observation, reward, terminated, truncated, _ = generated.step(actions)
        other = data.step(actions)
        assert np.array_equal(observation, other.observation)
        assert np.array_equal(reward, other.reward)
        assert np.array_equal(terminated, other.terminated)
        assert np.array_equal(truncated, other.truncated)
        assert not other.invalid.any()
        rewards.append(reward)
        ends += int((terminated | truncated).sum())
    assert np.std(rewards) > 0 and ends > 0
    generated.close()
    data.close()


def test_without_actions_the_reference_plays_as_it_does_in_a_run(definition: Definition) -> None:
    """The same joints to rounding: commands, limits and servos are those of the driver that `run` and `eval` use."""
    env, contract = environments(definition, randomization=(), number=2), definition.contract
    env.reset()
    world = definition.world()
    name, rate = definition.twin.manipulated.name, contract.control_rate_hz
    robot = SimulatedRobot(world, definition.profile, qpos=definition.reference.qpos[0], manipulated=name, rate_hz=rate)
    for q in definition.reference.qpos[:BEFORE_CONTACT]:
        robot.send(q)
        measured = robot.advance()
    for _ in range(BEFORE_CONTACT):
        env.step(np.zeros((2, contract.action_size)))
    joints = env.joints()
    assert np.abs(joints - measured.qpos).max() < 1e-9
    assert np.abs(env.poses() - measured.T_table_objects[name]).max() < 1e-6
    env.close()


def test_environments_go_on_bit_by_bit_from_what_was_stored(definition: Definition) -> None:
    restarts = Restarts(new_scene=0.5, along=0.5)
    env, rng = environments(definition, restarts=restarts), np.random.default_rng(1)
    env.reset()
    actions = rng.uniform(-1, 1, (160, 3, definition.contract.action_size))
    for action in actions[:80]:
        env.step(action)
    arrays, generator = env.as_arrays()
    arrays = {k: v.copy() for k, v in arrays.items()}
    wanted = [env.step(action) for action in actions[80:]]
    other = environments(definition, restarts=restarts)
    other.restore(arrays, generator)
    for action, step in zip(actions[80:], wanted, strict=True):
        found = other.step(action)
        assert np.array_equal(found.observation, step.observation)
        assert np.array_equal(found.reward, step.reward)
    assert any((s.terminated | s.truncated).any() for s in wanted)
    env.close()
    other.close()


def test_episodes_begin_along_the_reference_where_one_has_been(definition: Definition) -> None:
    env = environments(definition, restarts=Restarts(new_scene=0.0, along=1.0), randomization=())
    env.reset()
    begun = []
    for _ in range(200):
        step = env.step(np.zeros((3, definition.contract.action_size)))
        ended = step.terminated | step.truncated
        begun += env.arrived[ended].tolist()
    assert len(set(begun)) > 3 and min(begun) >= 19  # The first tick at which the hand closes.
    assert max(begun) < BEFORE_CONTACT + 1  # Afterwards an object may be lost, and nothing left to be done about it.
    env.close()


def test_a_critic_is_told_what_was_drawn_and_how_far_the_object_is_off_its_way(definition: Definition) -> None:
    drawn = (Variation(quantity="box.mass", kind="scale", low=1.4, high=1.4, origin=""),)
    env = environments(definition, randomization=drawn)
    env.reset()
    assert env.known().shape == (3, 9)
    np.testing.assert_allclose(env.known()[:, :6], [[1.0, 1.4, 1.0, 1.0, 0.0, 0.0]] * 3)
    np.testing.assert_allclose(env.known()[:, 6:], 0.0, atol=1e-9)
    at = 1 + env._scenes.twin_world.object_qpos["box"]
    env._state.live.physics[1, at : at + 3] += [0.01, 0.0, 0.02]
    np.testing.assert_allclose(env.known()[:, 6:], [[0, 0, 0], [0.01, 0.0, 0.02], [0, 0, 0]], atol=1e-9)
    env.close()


def test_what_cannot_be_an_action_is_refused(definition: Definition) -> None:
    env = environments(definition)
    env.reset()
    with pytest.raises(ValueError, match="finite numbers"):
        env.step(np.full((3, definition.contract.action_size), np.nan))
    with pytest.raises(ValueError, match="finite numbers"):
        env.step(np.zeros((2, definition.contract.action_size)))
    env.close()


def test_a_simulation_that_is_not_finite_is_reported_and_replaced(definition: Definition) -> None:
    env = environments(definition)
    env.reset()
    env.step(np.zeros((3, definition.contract.action_size)))
    env._state.live.physics[1, 5] = np.nan
    step = env.step(np.zeros((3, definition.contract.action_size)))
    assert step.invalid.tolist() == [False, True, False]
    assert np.isfinite(step.observation).all() and np.isfinite(step.reward).all()
    assert not env.step(np.zeros((3, definition.contract.action_size))).invalid.any()
    env.close()
