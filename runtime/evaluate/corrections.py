"""What corrects the motion while the robot moves, behind the policy port: a part of the arms of an evaluation."""

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Literal

import numpy as np

from skillc.runtime.env.definition import Definition
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.machine.policies import Answer
from skillc.runtime.machine.policy_watch import Question
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.policies.refused import PolicyRefused
from skillc.runtime.policies.residual.expected import expected_contract
from skillc.runtime.policies.residual.policy import ResidualPolicy
from skillc.runtime.robot.model import robot_model

Correction = Literal["nothing", "squeeze", "residual"]
RESIDUAL = "residual"
"""Name of the policy and of its folder."""
SQUEEZE_RAD = 0.06
"""A.3.2: the residual's own bound, so that what only closes the hand more is no less able."""
LEAST_LEVER = 0.2
"""ours: share of the finger's longest lever; joints below it move the fingertip sideways."""
RISE_S = 1.0
"""ours: the squeeze grows to its full angle within this time, long before the object; a jump would be no motion."""
HEARTBEAT = 1e-6
"""ours: of the largest correction; an answer that never changes is taken for a frozen policy's (FAULTS R6)."""


def squeeze(skill: Skill, trained: Path) -> Answer:
    """Return what closes every finger by the same angle, whatever it is told: the cheapest explanation of a residual.

    Raises:
        PolicyRefused: SK911, no policy of the build corrects the fingers.
    """
    action = squeezing(skill)
    began_s: list[float] = []
    answered = count()

    def answer(question: Question) -> FloatArray:
        began_s[:] = began_s or [question.time_s]
        grown = min(1.0, (question.time_s - began_s[0]) / RISE_S)
        return (grown - HEARTBEAT * (next(answered) % 2)) * action

    return answer


def squeezing(skill: Skill) -> FloatArray:
    """Return the action (action_size,) that closes the fingers, in the contract's order; raises as `squeeze`."""
    closing = dict(zip(skill.profile.manipulator.hand_joints, closing_direction(skill)))
    action = np.zeros(skill.contract.action_size)
    for term in skill.contract.action:
        if term.kind == "residual":
            share = min(1.0, SQUEEZE_RAD / term.scale_rad)
            action[term.start : term.start + len(term.joints)] = [share * closing.get(j, 0.0) for j in term.joints]
    if not action.any():
        raise PolicyRefused(
            "SK911",
            f"no policy of {skill.name} corrects the fingers, so that none can squeeze",
            "build with a method whose policy acts on the hand as a residual, such as video2sim2real",
        )
    return action


def closing_direction(skill: Skill) -> FloatArray:
    """Return -1, 0 or 1 (m,) for each hand joint: the way that moves its fingertip along the pad's normal."""
    own = skill.profile.manipulator
    hand = HandModel.from_model(robot_model(skill.profile, skill.files / "robot", np.eye(4)).model, skill.profile)
    at_object = int(np.searchsorted(skill.reference.phase, PHASES.index("track")))
    columns = [skill.reference.joint_names.index(name) for name in own.hand_joints]
    q = skill.reference.qpos[min(at_object, len(skill.reference.qpos) - 1), columns]
    _, normals, jacobians, _ = hand.tip_motion(q[None])
    way = np.zeros(len(columns))
    for finger, joints in enumerate(hand.columns):
        lever = normals[0, finger] @ jacobians[0, finger][:, joints]
        way[joints] = np.where(np.abs(lever) >= LEAST_LEVER * np.abs(lever).max(), np.sign(lever), 0.0)
    return way


def residual(skill: Skill, trained: Path) -> Answer:
    """Return the trained finger residual of A.3.2, held against the contract of the build that it is to act in.

    Raises:
        PolicyRefused: SK905, it was trained for something else; SK906, it is missing or no sound policy; SK912, it was
            trained upon another motion than the refined one.
    """
    if skill.environment.reference != Reference.FILE:
        raise PolicyRefused(
            "SK912",
            f"the policy `{RESIDUAL}` of {skill.name} was trained upon {skill.environment.reference}, and would here "
            f"correct {Reference.FILE}",
            "judge it by the validation in its training's report; an arm corrects the refined motion",
        )
    path = trained / RESIDUAL / "policy.onnx"
    if not path.is_file():
        told = f"{path} is not there"
        raise PolicyRefused("SK906", told, f"`skillc train BUILD --policy {RESIDUAL}` writes it")
    definition = Definition(
        environment=skill.environment, contract=skill.contract, reference=skill.reference, twin=skill.twin,
        twin_folder=skill.files / "twin", profile=skill.profile, robot_folder=skill.files / "robot",
    )  # fmt: skip
    return ResidualPolicy.load(path, expected_contract(definition, RESIDUAL))


CORRECTIONS: Mapping[Correction, Callable[[Skill, Path], Answer] | None] = {
    "nothing": None,
    "squeeze": squeeze,
    "residual": residual,
}
"""Name -> what makes it of a skill and the folder of its trained policies."""
