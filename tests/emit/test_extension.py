"""Installed packages add terms and stages under entry points; nothing else is loaded."""

from pathlib import Path

import pytest

from skillc.compiler.pipeline.catalog import stages
from skillc.runtime.formats import extension
from skillc.runtime.terms import catalog
from tests.gloss_pack import CODE, gloss_pack

__all__ = ["gloss_pack"]


def test_a_term_of_a_package_is_found_by_its_full_name(gloss_pack: Path) -> None:
    assert "gloss_pack:closeness" in extension.names("skillc.terms")
    assert [p.dimension for p in catalog.reward("gloss_pack:closeness").parameters] == ["length"]


def test_a_stage_of_a_package_joins_the_plan(gloss_pack: Path) -> None:
    assert stages()[-1].name == "gloss_pack:polish"


def test_version_and_code_digest_enter_the_lock(gloss_pack: Path) -> None:
    before = extension.versions(("gloss_pack:closeness",))
    assert before["gloss_pack"].startswith("2.1 sha256:")
    (gloss_pack / "gloss_pack" / "__init__.py").write_text(CODE + "# changed\n")
    assert extension.versions(("gloss_pack:closeness",)) != before


def test_a_wrong_kind_or_a_missing_package_is_named(gloss_pack: Path) -> None:
    with pytest.raises(extension.ExtensionError, match=r"gloss_pack:wrong .* is a function, not a Reward"):
        catalog.reward("gloss_pack:wrong")
    with pytest.raises(extension.ExtensionError, match="no installed package adds 'other:thing'"):
        catalog.reward("other:thing")
