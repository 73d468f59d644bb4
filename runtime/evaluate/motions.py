"""The motions of a skill that evaluation compares: the refined one, and those that it has to be better than."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from skillc.runtime.evaluate.retargeted import retargeted
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.evaluate.unrefined import unrefined
from skillc.runtime.formats.machine import SignalComparison, State, successors

Motion = Literal["reference", "retargeted", "unrefined"]

_MOTIONS: dict[Motion, Callable[[Skill], Skill]] = {
    "reference": lambda skill: skill,
    "retargeted": lambda skill: going_on(retargeted(skill)),
    "unrefined": lambda skill: going_on(unrefined(skill)),
}


def with_motion(skill: Skill, motion: Motion) -> Skill:
    """Return the skill with that motion as its reference.

    Args:
        skill: a finished build.
        motion: `reference`, the refined one; `retargeted`, before refinement; `unrefined`, the refined way with the
            retargeted hand, its fingers closed.

    Raises:
        NotExecutable: the arm cannot follow it.
    """
    return _MOTIONS[motion](skill)


def going_on(skill: Skill) -> Skill:
    """Return the skill with a machine that goes on where the compiled one would go back and try again.

    A hand that has closed on nothing backs off. A motion that was not refined may grasp later than it closes, and is
    judged by how it ends.
    """
    back = {state.name for state in skill.machine.states if state.controller == "reverse"}
    states = [_going_on(state, back) for state in skill.machine.states]
    reached = set().union(*(successors(state) for state in states if state.name not in back))
    kept = tuple(state for state in states if state.name not in back - reached)
    return replace(skill, machine=replace(skill.machine, states=kept))


def _going_on(state: State, back: set[str]) -> State:
    onwards = [way for way in state.transitions if way.target not in back]
    if state.kind != "motion" or len(onwards) == len(state.transitions):
        return state
    over = SignalComparison(signal="phase_remaining", op="<=", value=0.0)
    return replace(state, transitions=(replace(onwards[0], guard=over, text="phase_remaining <= 0"),))
