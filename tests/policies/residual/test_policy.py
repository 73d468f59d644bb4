from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.env.definition import Definition
from skillc.runtime.formats.residual_contract import ResidualContract
from skillc.runtime.learn.residual.export import parity, write_policy
from skillc.runtime.machine.policy_watch import Question
from skillc.runtime.policies.refused import PolicyRefused
from skillc.runtime.policies.residual.expected import expected_contract
from skillc.runtime.policies.residual.policy import ResidualPolicy
from tests.learn.residual.tiny import make_residual_build, trainer
from tests.shared_build import once


@pytest.fixture
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "residual", make_residual_build)


@pytest.fixture
def expected(build: Path) -> ResidualContract:
    return expected_contract(Definition.load(build), "residual")


def test_the_exported_files_answer_as_the_network_and_as_the_environment_asks(
    build: Path, expected: ResidualContract, tmp_path: Path
) -> None:
    """Parity, and the same observation from the machine's question as from the environment's arrays."""
    learnt = trainer(build)
    learnt.step()
    environment = learnt._environment
    onnx, safetensors = write_policy(learnt.actor, expected, tmp_path)
    policy = ResidualPolicy.load(onnx, expected)
    observations = np.random.default_rng(0).normal(size=(64, environment._sight.observation_size))
    assert parity(learnt.actor, policy, observations) <= 1e-5
    assert safetensors.stat().st_size > 0
    definition = environment.definition
    live = environment._state.live
    environment._sight._noisy = lambda T, scenes, rng: T.copy()
    tick, period = int(live.tick[0]), definition.ticks_per_action
    ahead = definition.reference.qpos[min(tick + period, len(definition.reference.qpos) - 1)]
    seen = replace(live.seen, T_before=live.seen.T)
    wanted = environment._sight.observation(environment.joints(), live.tick, seen)[:1]
    question = Question(
        time_s=0.0, qpos=environment.joints()[0], q_reference_next=ahead, T_table_manip=seen.T[0]
    )  # fmt: skip
    assert np.abs(policy(question) - np.clip(policy.action(wanted)[0], -1.0, 1.0)).max() < 1e-6


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"skill": "pour"}, "skill: expected 'pour'"),
        ({"policy_rate_hz": 30.0}, "policy_rate_hz"),
        ({"points": np.zeros((64, 3))}, "points: other numbers"),
        ({"joints": ("a", "b")}, "joints"),
    ],
)
def test_a_policy_for_something_else_is_refused(
    build: Path, expected: ResidualContract, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    onnx, _ = write_policy(trainer(build).actor, expected, tmp_path)
    with pytest.raises(PolicyRefused, match=told) as refused:
        ResidualPolicy.load(onnx, replace(expected, **change))
    assert refused.value.code == "SK905"


def test_another_order_or_low_pass_of_actions_is_refused(
    build: Path, expected: ResidualContract, tmp_path: Path
) -> None:
    onnx, _ = write_policy(trainer(build).actor, expected, tmp_path)
    (*others, last) = expected.action
    for changed in (replace(last, smoothing=0.5), replace(last, joints=last.joints[::-1])):
        with pytest.raises(PolicyRefused, match="SK905"):
            ResidualPolicy.load(onnx, replace(expected, action=(*others, changed)))


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1", b"<html></html>", bytes(64)])
def test_what_is_no_policy_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.onnx"
    path.write_bytes(content)
    with pytest.raises(PolicyRefused, match="SK906"):
        ResidualPolicy.load(path)


def test_weights_that_are_not_finite_are_refused(build: Path, expected: ResidualContract, tmp_path: Path) -> None:
    actor = trainer(build).actor
    actor.mlp[0].weight.data[0, 0] = float("inf")
    actor.mlp[-1].weight.data[:] = 1.0
    onnx, _ = write_policy(actor, expected, tmp_path)
    with pytest.raises(PolicyRefused, match="SK906"):
        ResidualPolicy.load(onnx, expected)
