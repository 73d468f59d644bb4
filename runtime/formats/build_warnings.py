"""What the stages of a build warned of."""

from dataclasses import dataclass

from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class BuildWarning:
    """One warning."""

    stage: str
    """Which found it."""
    code: str
    """SK and three digits; `skillc explain` has its page."""
    message: str
    path: str
    """Of the value in the spec that it is about, with dots."""


@dataclass(frozen=True, kw_only=True)
class BuildWarnings(Artifact, name="warnings", file="warnings.json"):
    """`warnings.json`: in the order of the stages."""

    warnings: tuple[BuildWarning, ...]
