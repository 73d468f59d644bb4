"""The table of levels: each adds to the one before, is documented whole, and leaves the demonstration alone."""

import inspect
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest

from skillc.runtime.cli import record
from skillc.runtime.demonstrator.nuisance import LEVELS, Nuisance, own_generator

HARDER = ("shadows", "highlight", "gloss", "gain_drift", "white_drift", "crf", "shutter", "patterned", "printed_sides",
          "clutter", "stacked", "filled", "second_hand", "cameras")  # fmt: skip
EASIER = ("jpeg", "tag")


def test_level_0_adds_nothing() -> None:
    assert LEVELS[0] == Nuisance()


@pytest.mark.parametrize("level", range(1, len(LEVELS)))
def test_every_level_is_at_least_as_hard_as_the_one_before_in_everything(level: int) -> None:
    before, here = LEVELS[level - 1], LEVELS[level]
    assert all(getattr(here, name) >= getattr(before, name) for name in HARDER)
    assert all(getattr(here, name) <= getattr(before, name) for name in EASIER)
    assert (here.sleeve_start or 1.0) <= (before.sleeve_start or 1.0)
    assert here != before


def test_the_documentation_names_everything_a_level_may_add(project: Path) -> None:
    told = (project / "docs" / "demonstrator.md").read_text()
    assert all(f"`{field.name}`" in told for field in fields(Nuisance))


def test_the_command_takes_every_level_and_no_other() -> None:
    option = get_args(get_type_hints(record.command, include_extras=True)["nuisance"])[1]
    assert (option.min, option.max) == (0, len(LEVELS) - 1)
    assert inspect.signature(record.command).parameters["nuisance"].default == 0


def test_every_level_of_a_seed_draws_its_own() -> None:
    draws = {own_generator(task, seed, level).random() for task in (0, 1) for seed in (0, 1) for level in (1, 2, 3)}
    assert len(draws) == 12
    assert own_generator(1, 2, 3).random() == np.random.default_rng([1, 2, 3, 960]).random()
