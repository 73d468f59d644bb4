"""Why a build or a bundle is not used, in the form every diagnostic has."""

from skillc.runtime.formats.records import FormatError


class BundleFault(FormatError):
    """A build or a bundle is refused: `file: code: what`, and what to do about it."""

    def __init__(self, code: str, file: str, what: str, hint: str = "") -> None:
        """Keep the code (SK760 to SK779), the file it is about and the rest of the sentence."""
        super().__init__(f"{file}: {code}: {what}", hint)
        self.code, self.file, self.what = code, file, what

    def __reduce__(self) -> tuple[type["BundleFault"], tuple[str, str, str, str]]:
        """Cross processes whole: workers that load builds send it back."""
        return type(self), (self.code, self.file, self.what, self.hint)
