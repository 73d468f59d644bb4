"""How a method counts and scores rollouts: `method.protocol` of the resolved spec."""

from dataclasses import dataclass, fields
from typing import Any

from skillc.runtime.evaluate.perturbation import Protocol
from skillc.runtime.formats.records import from_json


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """Numbers of a method's preset that every evaluation uses."""

    rollouts: int
    """Rollouts of one skill in its scene."""
    test_scenes: int
    """Scenes drawn from the test box."""
    unsafe_force: float
    """N, above which a contact of the arm, or of the hand with the table, makes a rollout unsafe."""
    settled_distance: float
    """m, within which an object has come to rest."""

    @classmethod
    def read(cls, protocol: Any) -> "Scoring":
        """Return the scoring in a resolved spec's `method.protocol`; raises FormatError, naming what is missing."""
        known = {f.name for f in fields(cls)}
        given = {key: value for key, value in (protocol or {}).items() if key in known}
        scoring: Scoring = from_json(cls, given, "method.protocol")
        return scoring

    def count(self, protocol: Protocol) -> int:
        """Return how many rollouts an evaluation under `protocol` has unless the user says otherwise."""
        return self.test_scenes if "test" in protocol else self.rollouts
