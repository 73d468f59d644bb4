"""A skill with another motion as its reference: the retargeted one, or one that was laid for another scene."""

from dataclasses import replace

import numpy as np

from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.motion.path.retargeted_reference import Retargeted, retargeted_reference
from skillc.runtime.safety.halts import with_halts

WAIT = 2.0
"""As the compiler's machines: a state may last twice as long as its motion."""


def retargeted(skill: Skill) -> Skill:
    """Return the skill with the retargeted motion as its reference.

    Raises:
        ValueError: as `retargeted_reference`.
    """
    made_of = Retargeted(
        raw=skill.retargeted,
        keyframes=skill.keyframes,
        object_motion=skill.object_motion,
        contract=skill.contract,
        home=skill.profile.home,
        releases=any("release" in state.phases for state in skill.machine.states),
    )
    return waiting_for(skill, retargeted_reference(made_of))


def waiting_for(skill: Skill, reference: Reference) -> Skill:
    """Return the skill with another reference, and a machine and a safety filter made for it."""
    states = []
    for state in skill.machine.states:
        ticks = np.sum(np.isin(reference.phase, [PHASES.index(p) for p in state.phases]))
        patience_s = WAIT * float(ticks) / skill.contract.control_rate_hz
        states.append(replace(state, timeout_s=max(state.timeout_s, patience_s)))
    # The filter lets pass what a planned motion comes near; this is another motion.
    limits, dt = MotionLimits.of(skill.contract.joints), 1.0 / skill.contract.control_rate_hz
    contract = replace(skill.contract, body=with_halts(skill.contract.body, reference.qpos, limits, dt))
    machine = replace(skill.machine, states=tuple(states))
    return replace(skill, reference=reference, contract=contract, machine=machine)
