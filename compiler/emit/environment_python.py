"""Spell an environment out in Python: the same terms as `environment.json`, for reading, subclassing and review."""

import re

from skillc.compiler.emit.quote import identifier
from skillc.compiler.emit.render import render_python
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment


def environment_python(environment: Environment, contract: Contract, *, summary: str, spec: str) -> str:
    """Return the text of `environment/env.py`.

    Args:
        environment: the compiled environment.
        contract: gives the observations and rates.
        summary: one line about the skill.
        spec: file name of the spec.
    """
    return render_python(
        "environment/env.py.j2",
        {
            "skill": environment.skill,
            "summary": summary,
            "spec": spec,
            "class_name": class_name(environment.skill),
            "identifier": f"skillc/{class_name(environment.skill)}-v0",
            "control_hz": contract.control_rate_hz,
            "policy_hz": contract.policy_rate_hz,
            "timestep_s": contract.timestep_s,
            "observation": [
                {"function": identifier(t.name), "size": t.size, "unit": t.unit, "origin": t.origin}
                for t in contract.observation
            ],
            "rewards": [
                {
                    "function": identifier(t.function),
                    "weight": t.weight,
                    "parameters": dict(t.parameters),
                    "origin": t.origin,
                }
                for t in environment.rewards
            ],
            "terminations": [
                {"function": identifier(t.function), "parameters": dict(t.parameters), "origin": t.origin}
                for t in environment.terminations
            ],
            "randomization": environment.randomization,
        },
    )


def class_name(skill: str) -> str:
    """Return the skill's name as a class name: `apple-to-bowl` becomes `AppleToBowl`."""
    words = [w for w in re.split(r"[^A-Za-z0-9]+", skill) if w]
    return identifier("".join(w[0].upper() + w[1:] for w in words) or "Skill")
