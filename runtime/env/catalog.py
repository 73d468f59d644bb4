"""All terms there are: the project's own and those of installed packages."""

from skillc.runtime.env.observations import OBSERVATIONS, Observation
from skillc.runtime.env.rewards import REWARDS, RewardTerm
from skillc.runtime.env.terminations import TERMINATIONS, TerminationTerm
from skillc.runtime.formats import extension


class UnknownTerm(KeyError):
    """There is no term of that name; the message lists those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def observation(name: str) -> Observation:
    """Return the observation called `name`; raises UnknownTerm or ExtensionError."""
    if ":" in name:
        term: Observation = extension.load("skillc.terms", name, Observation)
        return term
    if name not in OBSERVATIONS:
        raise UnknownTerm(f"there is no observation {name!r}; there are {', '.join(sorted(OBSERVATIONS))}")
    return OBSERVATIONS[name]


def reward(name: str) -> RewardTerm:
    """Return the reward called `name`; raises UnknownTerm or ExtensionError."""
    if ":" in name:
        term: RewardTerm = extension.load("skillc.terms", name, RewardTerm)
        return term
    if name not in REWARDS:
        raise UnknownTerm(f"there is no reward {name!r}; there are {', '.join(sorted(REWARDS))}")
    return REWARDS[name]


def termination(name: str) -> TerminationTerm:
    """Return the termination called `name`; raises UnknownTerm or ExtensionError."""
    if ":" in name:
        term: TerminationTerm = extension.load("skillc.terms", name, TerminationTerm)
        return term
    if name not in TERMINATIONS:
        raise UnknownTerm(f"there is no termination {name!r}; there are {', '.join(sorted(TERMINATIONS))}")
    return TERMINATIONS[name]
