"""A term of the registry as text: meaning, source, sign or direction, settings with their bounds, what it waits for."""

from collections.abc import Iterator, Mapping

from skillc.compiler.source.parse_quantity import article, format_si
from skillc.runtime.terms import catalog
from skillc.runtime.terms.actions import ACTIONS
from skillc.runtime.terms.goals import GOALS
from skillc.runtime.terms.observation import Observation
from skillc.runtime.terms.observations import OBSERVATIONS
from skillc.runtime.terms.quantity import RandomizedQuantity
from skillc.runtime.terms.randomization import QUANTITIES
from skillc.runtime.terms.reward import Reward
from skillc.runtime.terms.rewards import REWARDS
from skillc.runtime.terms.success import SUCCESS, Success
from skillc.runtime.terms.term import Bounds, Parameter, Term
from skillc.runtime.terms.terminations import TERMINATIONS

KINDS: Mapping[str, Mapping[str, Term]] = {
    "observation": OBSERVATIONS,
    "kind of action": ACTIONS,
    "reward": REWARDS,
    "termination": TERMINATIONS,
    "condition of success": SUCCESS,
    "randomized quantity": QUANTITIES,
    "kind of goal": GOALS,
}
_WEIGHTS = {1: "above 0: it measures what is wanted", -1: "below 0: it measures what is unwanted", 0: "either sign"}
_COMPARES = {"<": "below a bound", ">": "above a bound", "either": "as the task type's own condition"}
_DRAWS = {"add": "± or +", "scale": "×", "set": "a range", "normal": "normal", "value": "one value"}


def found(name: str) -> list[tuple[str, Term]]:
    """Return every term of that name with its kind; a randomized quantity also by its key with an object's name."""
    named = [(kind, terms[name]) for kind, terms in KINDS.items() if name in terms]
    try:
        return named or [("randomized quantity", catalog.quantity(name))]
    except catalog.UnknownTerm:
        return []


def as_text(kind: str, term: Term) -> str:
    """Return a term as lines."""
    lines = [
        f"{kind} {term.name}",
        f"    {term.meaning}",
        f"    source: {term.source}",
        *map("    {}".format, _of(term)),
    ]
    if term.needs:
        lines.append(f"    drafts only: it needs {term.needs}")
    return "\n".join(lines)


def _of(term: Term) -> Iterator[str]:
    """Yield what only terms of this kind declare."""
    if isinstance(term, Reward):
        yield f"weight: {_WEIGHTS[term.sign]}"
    elif isinstance(term, Observation):
        sensed = "" if term.sensed else "; known to a simulation alone"
        yield f"each entry: {article(term.dimension)}, {term.frame} frame; size: {term.size}{sensed}"
    elif isinstance(term, Success):
        yield f"holds: {_COMPARES[term.direction]}{_within(term.bounds, term.dimension)}"
        yield f"stage of the success rate: {term.stage}"
    elif isinstance(term, RandomizedQuantity):
        yield f"keys: {', '.join(key.replace('{object}', 'OBJECT') for key in term.keys)}"
        for way in term.operations:
            dimension = "number" if way.name == "scale" else term.dimension
            drafts = "; drafts only" if way.needs else ""
            yield f"drawn by {_DRAWS[way.name]}{_within(way.bounds, dimension)}{drafts}"
    for parameter in getattr(term, "parameters", ()):
        yield _parameter(parameter)


def _parameter(parameter: Parameter) -> str:
    drafts = f"; drafts only: it needs {parameter.needs}" if parameter.needs else ""
    measured = article(parameter.dimension) + _within(parameter.bounds, parameter.dimension)
    return f"{parameter.name}: {measured}; {parameter.meaning.rstrip('.')}{drafts}"


def _within(bounds: Bounds, dimension: str) -> str:
    said = [
        f"{words} {format_si(value, dimension)}"
        for words, value in (("above", bounds.above), ("from", bounds.least), ("at most", bounds.most))
        if value is not None
    ]
    return f", {', '.join(said)}" if said else ""
