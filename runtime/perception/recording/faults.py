"""The one exception of everything that is wrong with an input file."""

from typing import Literal, TypeAlias

Subject: TypeAlias = Literal["recording", "region", "reference", "camera", "start", "end"]
"""What a fault is about: the file itself, or what the spec says about it."""


class InputFault(Exception):
    """An input (recording, calibration target, estimator answer) cannot be used.

    Carries the parts of a diagnostic: a stable code, what was found and expected, and what to do about it.
    """

    def __init__(self, code: str, message: str, hint: str = "", *, about: Subject = "recording") -> None:
        """Keep the diagnostic's parts."""
        super().__init__(message)
        self.code, self.message, self.hint, self.about = code, message, hint, about
