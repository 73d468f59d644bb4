"""Why a text is no measure, with the measures that may have been meant."""

import json
from collections.abc import Callable

from skillc.compiler.source.diagnostic import Diagnostic, Edit, SourceError
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Scalar

MOST_PROPOSED = 2


class MeasureError(SourceError):
    """The text is no measure of the kind that is due; carries one diagnostic, without a spec path."""

    def __init__(
        self,
        code: str,
        summary: str,
        detail: str = "",
        hint: str = "",
        *,
        instead: tuple[str, ...] = (),
        sure: bool = False,
        asked: bool = False,
    ) -> None:
        """Keep the diagnostic's parts.

        Args:
            code: of the diagnostic.
            summary: what is wrong.
            detail: what is due.
            hint: said where nothing may be proposed.
            instead: whole texts that may have been meant, the likeliest first.
            sure: whether the first of `instead` is the only thing that can have been meant.
            asked: whether `instead` is a question rather than an advice.
        """
        super().__init__(())
        self.code, self.summary, self.detail, self.hint = code, summary, detail, hint
        self.instead, self.sure, self.asked = instead, sure, asked

    def keeping(self, accepted: Callable[[str], bool]) -> "MeasureError":
        """Return the error without the proposals that would be refused in their turn."""
        kept = tuple(text for text in self.instead if accepted(text))
        sure = self.sure and kept[:1] == self.instead[:1]
        return MeasureError(self.code, self.summary, self.detail, self.hint, instead=kept, sure=sure, asked=self.asked)

    def at(self, scalar: Scalar, path: str = "") -> Diagnostic:
        """Return the diagnostic for the scalar that was parsed."""
        proposed = " or ".join(f"`{shorten(text)}`" for text in self.instead[:MOST_PROPOSED])
        hint = (f"did you mean {proposed}?" if self.asked else f"write {proposed}") if proposed else self.hint
        return Diagnostic(
            code=self.code,
            summary=self.summary,
            detail=self.detail,
            hint=hint,
            path=path,
            spans=(scalar.span,),
            mend=(Edit(scalar.span, _written(self.instead[0], scalar)),) if self.sure and self.instead else (),
        )


def _written(text: str, scalar: Scalar) -> str:
    """Return a text as it stands in the file, in quotes where the scalar is."""
    return json.dumps(text, ensure_ascii=False) if scalar.quoted else text
