"""Budgets: smaller numbers of a training config under names, each of which changes some of its settings."""

from collections.abc import Mapping
from dataclasses import Field, fields, replace
from typing import Any, ClassVar, Protocol, TypeVar

from skillc.runtime.formats.records import FormatError

FULL = "full"
"""The budget that changes nothing: the method's own numbers."""


class Budgeted(Protocol):
    """Settings of a training, a dataclass whose budgets are dataclasses of some of its fields."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def budgets(self) -> Mapping[str, Any]:
        """Name -> what is changed."""


Settings = TypeVar("Settings", bound=Budgeted)


def within(settings: Settings, budget: str) -> Settings:
    """Return the settings of a budget.

    Raises:
        FormatError: the config has no such budget.
    """
    if budget == FULL:
        return settings
    if budget not in settings.budgets:
        raise FormatError(f"no budget {budget!r}; there are {', '.join([FULL, *settings.budgets])}")
    chosen = settings.budgets[budget]
    return replace(settings, **{f.name: getattr(chosen, f.name) for f in fields(chosen)})
