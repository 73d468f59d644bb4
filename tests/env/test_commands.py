"""The whole way of commands against the driver's: delays, limits, servos."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from skillc.runtime.drivers.imperfections import Imperfections
from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.commands import Asked, CommandBank
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.scenes import Scenes


def commands(build: Path, smoothing: float = 0.0) -> tuple[Definition, Scenes, CommandBank]:
    definition = Definition.load(build)
    contract = definition.contract
    actions = tuple(replace(term, smoothing=smoothing) for term in contract.action)
    scenes = Scenes(definition, DataTerms(definition.environment, contract), 0)
    return definition, scenes, CommandBank(replace(contract, action=actions), scenes.twin_world)


def asked(definition: Definition, ticks: int, action: float, delay_s: float = 0.0) -> Asked:
    n, m = len(definition.contract.joints), definition.contract.action_size
    return Asked(
        reference=np.repeat(definition.reference.qpos[None, :ticks], 2, axis=0),
        actions=np.full((2, ticks, m), action), noise=np.zeros((2, ticks, m)), measured=np.zeros((2, n)),
        time_s=np.zeros(2), delay_s=np.array([0.0, delay_s]),
    )  # fmt: skip


def test_a_delayed_command_reaches_the_servos_when_the_drivers_does(small_build: Path) -> None:
    definition, scenes, way = commands(small_build)
    wanted = replace(asked(definition, 30, 0.0, delay_s=0.03), time_s=np.zeros(2))
    told, sent, _ = way.told(wanted, way.at_rest(wanted.reference[:, 0]))
    assert np.array_equal(sent, wanted.reference)
    name, world = definition.twin.manipulated.name, scenes.twin_world
    robot = SimulatedRobot(
        world, definition.profile, qpos=sent[1, 0], manipulated=name, rate_hz=60.0,
        imperfections=Imperfections(latency_s=0.03),
    )  # fmt: skip
    for tick, q in enumerate(sent[1]):
        robot.send(q)
        robot.advance()
        last = robot.data.ctrl[world.actuator]
        assert np.abs(last - told[1, (tick + 1) * (len(told[1]) // 30) - 1]).max() < 1e-9
    assert np.abs(told[0] - told[1]).max() > 1e-3


def test_an_action_is_held_plainly_or_led_to_by_its_low_pass(small_build: Path) -> None:
    definition, _, plain = commands(small_build)
    wanted = asked(definition, 5, 1.0)
    at = [definition.contract.joint_names.index(j) for j in definition.contract.action[-1].joints]
    scale = definition.contract.action[-1].scale_rad
    _, _, memory = plain.told(wanted, plain.at_rest(wanted.reference[:, 0]))
    assert np.allclose(memory.wanted[:, at] - wanted.reference[:, -1, at], scale)
    smooth = commands(small_build, smoothing=0.5)[2]
    _, _, memory = smooth.told(wanted, smooth.at_rest(wanted.reference[:, 0]))
    assert np.allclose(memory.wanted[:, at] - wanted.reference[:, -1, at], scale * (1 - 0.5**5))
