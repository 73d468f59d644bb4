"""Why a training cannot begin or go on."""


class TrainingRefused(Exception):
    """What is wrong and what to do about it; the code has a page (`skillc explain SK901`)."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Keep the diagnostic's parts."""
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.hint = code, message, hint
