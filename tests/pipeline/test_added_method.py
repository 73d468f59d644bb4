"""One more method is a YAML file and the stages it adds: here both come with an installed package."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.check.check import Checked, check_tree
from skillc.compiler.check.open_job import open_job
from skillc.compiler.diff.compare import compare
from skillc.compiler.explain import subject
from skillc.compiler.plan.build import build
from skillc.compiler.plan.progress import Silent
from skillc.compiler.plan.steps import plan
from skillc.compiler.source.load import load_bytes
from skillc.runtime.formats.extension import added_to_builds
from skillc.runtime.formats.lock import SkillLock
from tests.check.code_examples import completed
from tests.installed_package import installed
from tests.perception.test_recording_faults import write_video

pytestmark = pytest.mark.slow

STAGE = '''
"""Stage `polish`: how shiny the objects are to be."""

from skillc.compiler.plan.stage import Stage


def _run(context):
    (context.out / "gloss").mkdir()
    (context.out / "gloss" / "gloss.txt").write_text(f"{context.parameters['shine']:g}")


STAGE = Stage(
    name="gloss_pack:polish", needs=(), makes=("gloss/",), code=("gloss_pack",),
    parameters=lambda spec: {"shine": spec.at("method.stages.polish.shine")}, run=_run,
)
NEEDY = Stage(
    name="gloss_pack:needy", needs=("gloss_pack:polish",), makes=("needy.txt",), code=("gloss_pack",),
    parameters=lambda spec: {}, run=_run,
)
MISNAMED = STAGE
'''
METHOD = """
method: {name}
language: 1
summary: Polish what the hand holds.
paper: "Gloss, a paper of nobody"
{rest}
stages:
  polish:
    shine: {{value: 80 %, source: "ours: bright enough"}}
"""
FILES = {
    "stages.py": STAGE,
    "polish_only.yaml": METHOD.format(name="polish_only", rest="pipeline: [gloss_pack:polish]"),
    "polished.yaml": METHOD.format(
        name="polished",
        rest="extends: video2sim2real\npipeline: {add: [gloss_pack:polish], remove: [pictures]}",
    ),
    "torn.yaml": METHOD.format(name="torn", rest="pipeline:\n  - gloss_pack:needy"),
    "misspelt.yaml": METHOD.format(name="misspelt", rest="pipeline:\n  - gloss_pack:polish\n  - recordin"),
    "dull.yaml": METHOD.format(name="dull", rest="pipeline: [gloss_pack:polish]").partition("stages:")[0],
    "draft.yaml": METHOD.format(name="draft", rest=""),
    "misnamed.yaml": METHOD.format(name="misnamed", rest="pipeline: [gloss_pack:misnamed]"),
}
ENTRY_POINTS = """
[skillc.stages]
polish = gloss_pack.stages:STAGE
needy = gloss_pack.stages:NEEDY
misnamed = gloss_pack.stages:MISNAMED

[skillc.methods]
polish_only = gloss_pack
polished = gloss_pack
torn = gloss_pack
misspelt = gloss_pack
dull = gloss_pack
draft = gloss_pack
misnamed = gloss_pack
absent = gloss_pack
"""


@pytest.fixture(autouse=True)
def gloss_pack(tmp_path: Path) -> Iterator[Path]:
    site = tmp_path / "site"
    site.mkdir()
    with installed(site, "gloss_pack", FILES, ENTRY_POINTS) as package:
        yield package


def spec_with(folder: Path, method: str) -> Path:
    spec = folder / "spec.yaml"
    spec.write_text(completed(f"method: {method}\n"), encoding="utf-8")
    return spec


def checked(method: str, *, draft: bool = False) -> Checked:
    tree = load_bytes(completed(f"method: {method}\n").encode(), "spec.yaml")
    return check_tree(tree, (), draft=draft)


def test_a_skill_is_built_by_the_stages_of_an_added_method(tmp_path: Path) -> None:
    job, _ = open_job(spec_with(tmp_path, "gloss_pack:polish_only"), out=None, data=None, last=None)
    assert [step.stage for step in plan(job, {}, None)] == ["gloss_pack:polish"]
    built = build(job, Silent())
    assert tuple(built.ran) == ("gloss_pack:polish",)
    assert (job.out / "gloss" / "gloss.txt").read_text() == "0.8"
    assert SkillLock.load(job.out / "skill.lock").extensions["gloss_pack"].startswith("2.1 sha256:")


def test_an_added_method_extends_a_shipped_one(tmp_path: Path) -> None:
    specs = []
    for method in ("video2sim2real", "gloss_pack:polished"):
        folder = tmp_path / method.partition(":")[0]
        folder.mkdir()
        write_video(folder / "film.mp4", [np.full((480, 640, 3), k, np.uint8) for k in range(40)])
        text = completed(f"demonstrations: {{recording: film.mp4}}\nmethod: {method}\n")
        (folder / "spec.yaml").write_text(text, encoding="utf-8")
        specs.append(folder / "spec.yaml")
    shipped, added = (open_job(spec, out=None, data=None, last=None)[0] for spec in specs)
    names = {stage.name for stage in shipped.stages}
    assert {stage.name for stage in added.stages} == names - {"pictures"} | {"gloss_pack:polish"}
    found = compare(*map(str, specs)).rerun
    assert found is not None and found.changed == ("objective", "gloss_pack:polish"), "whose name the objective has"


def test_explain_tells_an_added_stage_and_who_chooses_it() -> None:
    text = subject.explain("gloss_pack:polish")
    assert "makes: gloss/" in text and "chosen by: gloss_pack:dull, gloss_pack:misspelt, " in text


@pytest.mark.parametrize(
    ("method", "code", "file", "text"),
    [
        ("misspelt", "SK322", "gloss_pack:misspelt.yaml", "there is no stage `recordin`"),
        ("torn", "SK323", "gloss_pack:torn.yaml", "gloss_pack:needy needs gloss_pack:polish"),
        ("misnamed", "SK323", "spec.yaml", "calls itself 'gloss_pack:polish'"),
    ],
)
def test_what_is_wrong_with_an_added_pipeline_is_told_where_it_is_written(
    method: str, code: str, file: str, text: str
) -> None:
    (found,) = checked(f"gloss_pack:{method}").diagnostics
    assert (found.code, found.spans[0].file) == (code, file) and text in found.summary
    line = FILES.get(f"{method}.yaml", "").splitlines()[found.spans[0].line - 1] if file != "spec.yaml" else ""
    assert file == "spec.yaml" or line.strip() in ("- recordin", "- gloss_pack:needy")
    assert found.spans[-1].file == "spec.yaml" or code == "SK322"


def test_a_stage_whose_setting_the_method_leaves_out_is_told() -> None:
    (found,) = checked("gloss_pack:dull").diagnostics
    assert (found.code, found.path, found.spans[0].file) == ("SK323", "method", "spec.yaml")
    assert "gloss_pack:polish lacks a setting" in found.summary and "method.stages.polish.shine" in found.detail
    mended = "{extends: gloss_pack:dull, pipeline: [robot, training]}"
    assert checked(mended).diagnostics == ()


def test_a_method_without_a_pipeline_is_a_draft() -> None:
    (found,) = checked("gloss_pack:draft").diagnostics
    assert found.code == "SK321" and "`gloss_pack:draft`" in found.summary and "gloss_pack:polished" in found.detail
    assert checked("gloss_pack:draft", draft=True).diagnostics == ()
    assert checked("{extends: gloss_pack:draft, pipeline: [robot, training]}").diagnostics == ()
    assert "gloss_pack:draft" in added_to_builds()


def test_a_method_whose_file_or_package_is_missing_is_told() -> None:
    (found,) = checked("gloss_pack:absent").diagnostics
    assert (found.code, found.spans[0].file) == ("SK324", "spec.yaml") and "no absent.yaml" in found.summary
    (found,) = checked("other_pack:thing").diagnostics
    assert found.code == "SK310" and "gloss_pack:polished" in found.detail
