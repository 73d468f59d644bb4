"""What is done to the object: the traits by which everything that depends on a task's type tells types apart."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a task asks of perception, motion and scoring.

    The object is either lifted or slid; a lifted one is either placed or held to the end.
    """

    lifts: bool = False
    """The hand picks the object up, thumb against fingers, and carries it."""
    slides: bool = False
    """The hand moves the object across the table without grasping it."""
    places: bool = False
    """The object ends standing on or in its target, and the hand lets go."""
    holds_to_the_end: bool = False
    """The object is still in the hand when the demonstration ends."""
    pours: bool = False
    """The object ends tilted above its target."""
    pulls: bool = False
    """The hand goes ahead of the object, the fingers behind one of its walls."""


KNOWN = tuple(field.name for field in fields(Traits))
"""Every trait that something here knows what to do with."""


@dataclass(frozen=True, kw_only=True)
class TaskType(Traits):
    """One file of `specs/tasks`, or of an installed package."""

    name: str
    summary: str
    roles: tuple[str, ...] = ()
    """Roles that one object each must have in a recording."""
    sentence: str = ""
    """The task in words, with `{manipulated}` and `{target}` for the objects; empty if no draft is offered."""
    judged_by: tuple[str, ...] = ()
    """Conditions of `task.success` that say something about it."""
    missing: tuple[str, ...] = ()
    """Traits that nothing here knows what to do with: the type is known to the language and not implemented."""

    def __post_init__(self) -> None:
        """Refuse traits that contradict each other.

        Raises:
            ValueError: naming the contradiction.
        """
        if self.missing:
            return
        if self.lifts == self.slides:
            raise ValueError("a task lifts or slides its object, one of the two")
        if self.lifts and self.places == self.holds_to_the_end:
            raise ValueError("a lifted object is placed or held to the end, one of the two")
        if self.slides and (self.places or self.holds_to_the_end or self.pours):
            raise ValueError("a slid object is neither placed, held nor poured from")
        if (self.pours and not self.holds_to_the_end) or (self.pulls and not self.slides):
            raise ValueError("what pours is held to the end, and what pulls slides")
