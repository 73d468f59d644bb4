"""A package of the tests that adds a term and a stage: the fixture `gloss_pack` installs it for one test."""

import sys
from pathlib import Path

import pytest

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
