"""Terms by name: the project's own and those of installed packages, which declare theirs in the same records."""

from collections.abc import Mapping

from skillc.runtime.formats import extension
from skillc.runtime.terms.observation import Observation
from skillc.runtime.terms.observations import OBSERVATIONS
from skillc.runtime.terms.quantity import OBJECT, RandomizedQuantity
from skillc.runtime.terms.randomization import QUANTITIES
from skillc.runtime.terms.reward import Reward
from skillc.runtime.terms.rewards import REWARDS
from skillc.runtime.terms.term import AnyTerm
from skillc.runtime.terms.terminations import TERMINATIONS, Termination


class UnknownTerm(KeyError):
    """There is no term of that name; the message lists those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def observation(name: str) -> Observation:
    """Return the observation called `name`; raises UnknownTerm or ExtensionError."""
    return _found("observation", OBSERVATIONS, Observation, name)


def reward(name: str) -> Reward:
    """Return the reward called `name`; raises UnknownTerm or ExtensionError."""
    return _found("reward", REWARDS, Reward, name)


def termination(name: str) -> Termination:
    """Return the termination called `name`; raises UnknownTerm or ExtensionError."""
    return _found("termination", TERMINATIONS, Termination, name)


_BY_KEY = {key: quantity for quantity in QUANTITIES.values() for key in quantity.keys}
SCOPES = frozenset(key.partition(".")[0] for key in _BY_KEY) - {OBJECT}
"""First words of keys that are no object: robot, hand, table, joint, control, observation, action, ..."""


def quantity(key: str) -> RandomizedQuantity:
    """Return the quantity of a spec's key such as `apple.mass` or `control.stiffness`; raises UnknownTerm."""
    owner, _, rest = key.partition(".")
    found = _BY_KEY.get(key if owner in SCOPES else f"{OBJECT}.{rest}")
    if found is None:
        raise UnknownTerm(f"nothing can vary {key!r}")
    return found


def _found(kind: str, terms: Mapping[str, AnyTerm], record: type[AnyTerm], name: str) -> AnyTerm:
    if ":" in name:
        term: AnyTerm = extension.load("skillc.terms", name, record)
        return term
    if name not in terms:
        raise UnknownTerm(f"there is no {kind} {name!r}; there are {', '.join(sorted(terms))}")
    return terms[name]
