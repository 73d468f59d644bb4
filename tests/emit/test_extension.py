"""Installed packages add terms and stages under entry points; nothing else is loaded."""

import sys
from pathlib import Path

import pytest

from skillc.compiler.pipeline.catalog import stages
from skillc.runtime.formats import extension
from skillc.runtime.terms import catalog

CODE = """
from skillc.compiler.plan.stage import Stage
from skillc.runtime.terms.reward import Reward
from skillc.runtime.terms.term import Parameter

def closeness(now, *, scale):
    return now.tip_distance_m / scale

CLOSENESS = Reward(
    name="closeness", meaning="Fingertips close to the object.", source="ours: a test", sign=-1, value=closeness,
    parameters=(Parameter(name="scale", dimension="length", meaning="Distance of value 1."),),
)
POLISH = Stage(name="gloss_pack:polish", needs=(), makes=("gloss/",), code=("gloss_pack",),
               parameters=lambda s: {}, run=lambda c: None)
"""


@pytest.fixture
def gloss_pack(tmp_path: Path, monkeypatch) -> Path:
    package = tmp_path / "gloss_pack"
    package.mkdir()
    (package / "__init__.py").write_text(CODE)
    info = tmp_path / "gloss_pack-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gloss-pack\nVersion: 2.1\n")
    (info / "RECORD").write_text("gloss_pack/__init__.py,,\n")
    (info / "entry_points.txt").write_text(
        "[skillc.terms]\ncloseness = gloss_pack:CLOSENESS\nwrong = gloss_pack:CODE\n"
        "[skillc.stages]\npolish = gloss_pack:POLISH\n".replace("gloss_pack:CODE", "gloss_pack:closeness")
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("gloss_pack", None)


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
