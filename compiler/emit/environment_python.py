"""Spell an environment out in Python: the same terms as `environment.json`, for reading, subclassing and review."""

import re

from skillc.compiler.emit.quote import identifier, python_quoted
from skillc.compiler.emit.render import Quoted, render_python
from skillc.runtime.formats.contract import Contract, ObservationTerm
from skillc.runtime.formats.environment import Environment


def environment_python(environment: Environment, contract: Contract, *, summary: str, spec: str) -> str:
    """Return the text of `environment/env.py`.

    Args:
        environment: the compiled environment.
        contract: gives the observations and rates.
        summary: one line about the skill.
        spec: file name of the spec.
    """
    calls = [_call("observation", t.name) for t in contract.observation]
    calls += [_call("reward", t.function) for t in environment.rewards]
    calls += [_call("termination", t.function) for t in environment.terminations]
    return render_python(
        "environment/env.py.j2",
        {
            "modules": sorted({call.partition(".")[0] for call in calls}),
            "skill": environment.skill,
            "summary": summary,
            "spec": spec,
            "class_name": class_name(environment.skill),
            "identifier": f"skillc/{class_name(environment.skill)}-v0",
            "control_hz": contract.control_rate_hz,
            "policy_hz": contract.policy_rate_hz,
            "timestep_s": contract.timestep_s,
            "observation": [
                {
                    "call": _call("observation", t.name),
                    "columns": _columns(contract, t),
                    "size": t.size,
                    "unit": t.unit,
                    "origin": t.origin,
                }
                for t in contract.observation
            ],
            "rewards": [
                {
                    "call": _call("reward", t.function),
                    "weight": t.weight,
                    "parameters": dict(t.parameters),
                    "origin": t.origin,
                }
                for t in environment.rewards
            ],
            "terminations": [
                {"call": _call("termination", t.function), "parameters": dict(t.parameters), "origin": t.origin}
                for t in environment.terminations
            ],
            "randomization": environment.randomization,
        },
    )


def class_name(skill: str) -> str:
    """Return the skill's name as a class name: `apple-to-bowl` becomes `AppleToBowl`."""
    words = [w for w in re.split(r"[^A-Za-z0-9]+", skill) if w]
    return identifier("".join(w[0].upper() + w[1:] for w in words) or "Skill")


def _columns(contract: Contract, term: ObservationTerm) -> Quoted:
    """Return the index that picks the joints of one group, or nothing where the whole value is observed."""
    columns = contract.columns(term)
    return Quoted("" if isinstance(columns, slice) else f"[:, [{', '.join(map(str, columns))}]]")


def _call(kind: str, name: str) -> Quoted:
    """Return the expression that names a term's function: `rewards.lift`, or a look-up for a package's term."""
    return Quoted(f"catalog.{kind}({python_quoted(name)}).value" if ":" in name else f"{kind}s.{identifier(name)}")
