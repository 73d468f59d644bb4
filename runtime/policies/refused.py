"""Why a policy may not be used."""


class PolicyRefused(Exception):
    """What is wrong with it, what was expected, and what to do; the code has a page (`skillc explain SK905`)."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Keep the diagnostic's parts."""
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.hint = code, message, hint

    def __reduce__(self) -> tuple[type["PolicyRefused"], tuple[str, str, str]]:
        """Travel from a process to another with all parts."""
        return type(self), (self.code, self.message, self.hint)
