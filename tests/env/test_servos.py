from pathlib import Path

import numpy as np

from skillc.runtime.env.definition import Definition
from skillc.runtime.env.scenes import Scenes
from skillc.runtime.env.servos import ServoBank, ServoLegs
from skillc.runtime.sim.servo import servo_targets
from tests.env.test_vector import DataTerms


def test_the_servos_of_many_robots_are_told_what_one_is_told(small_build: Path) -> None:
    definition = Definition.load(small_build)
    world = Scenes(definition, DataTerms(definition.environment, definition.contract), 0).twin_world
    rng = np.random.default_rng(0)
    start = rng.uniform(-0.2, 0.2, (4, 1, len(definition.contract.joints)))
    moved = rng.normal(size=(4, 9, start.shape[2])) * rng.integers(0, 2, (4, 9, 1))
    commands = np.concatenate([start, start + 0.05 * np.cumsum(moved, axis=1)], axis=1)
    bank = ServoBank(world, 1 / 60)
    legs, told, now = ServoLegs.at_rest(commands[:, 0], bank.modes), [], np.zeros(4)
    for first in range(0, 10, 5):
        part, legs = bank.told(commands[:, first : first + 5], 0, now, np.zeros(4), legs)
        told.append(part)
        now = now + 5 / 60
    for one, all_told in zip(commands, np.concatenate(told, axis=1), strict=True):
        assert np.abs(servo_targets(world, one, 1 / 60) - all_told).max() < 1e-12
