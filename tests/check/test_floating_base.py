"""Terms of a floating base need a robot that has one."""

from pathlib import Path

import pytest

from skillc.compiler.check.check import check_file
from tests.check.test_joint_groups import SPEC

TERMS = (
    "rewards: {root_position_exp: {weight: 1.0, scale: 5 cm}}",
    "rewards: {feet_slip: {weight: -1.0}}",
    "policies: {residual: {observe: [joint_position, base_angular_velocity]}}",
    "policies: {residual: {observe: [joint_position], privileged: [base_linear_velocity]}}",
    "policies: {residual: {observe: [{term: reference_root_position, future: 5}]}}",
    "policies: {residual: {terminate: {root_far: 30 cm}}}",
    "randomization: {observation.root_position: normal 2 mm}",
    "evaluation: {test: {observation.root_position: normal 2 mm}}",
)


def codes(folder: Path, text: str) -> list[tuple[str, int]]:
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    found = check_file(folder / "spec.yaml", draft=True).diagnostics
    return [(d.code, d.spans[0].line) for d in found if d.code == "SK613"]


@pytest.mark.parametrize("line", TERMS)
def test_terms_of_a_floating_base_are_refused_on_a_fixed_one(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, SPEC + line + "\n") == [("SK613", 9)]
    floating = SPEC.replace("kinova_gen3_leap", "unitree_g1").replace("residual_rl", "sugar")
    assert codes(tmp_path, floating + line.replace("residual:", "tracker:") + "\n") == []


def test_other_terms_need_no_base(tmp_path: Path) -> None:
    lines = "policies: {residual: {observe: [joint_position, no_such_term], terminate: {hand_far: 20 cm}}}\n"
    assert codes(tmp_path, SPEC + lines + "randomization: {apple.mass: × 0.5 .. 1.5}\n") == []
