"""What a task without a demonstration is to reach, goal by goal."""

from skillc.runtime.terms.term import Term, by_name

_GOALS = "an environment with goals in place of a reference"

GOALS = by_name(
    Term(
        name="contact",
        meaning="A hand touches an object, at its stickers if named.",
        source="humanoid recipe, III-B",
        needs=_GOALS,
    ),
    Term(
        name="object",
        meaning="An object reaches a pose.",
        source="humanoid recipe, III-B; Dex4D, II-A",
        needs=_GOALS,
    ),
    Term(
        name="waypoints",
        meaning="An object passes places.",
        source="Sugar, A.2: optional target pose",
        needs=_GOALS,
    ),
    Term(
        name="tracks",
        meaning="An object's points follow tracks from a recorded or generated video.",
        source="Dex4D, III-B; point tracks, 3.3",
        needs=_GOALS,
    ),
)
"""Every kind of goal the language knows."""
