"""Why a build or a bundle is not used, in the form every diagnostic has."""

from skillc.runtime.formats.records import FormatError


class BundleFault(FormatError):
    """A build or a bundle is refused: `file: code: what`, and what to do about it."""

    def __init__(self, code: str, file: str, what: str, hint: str = "") -> None:
        """Keep the code (SK760 to SK779), the file it is about and the rest of the sentence."""
        super().__init__(f"{file}: {code}: {what}", hint)
        self.code, self.file = code, file
