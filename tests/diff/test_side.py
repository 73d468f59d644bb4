import subprocess

import pytest

from skillc.compiler.diff.compare import compare, compare_since
from skillc.compiler.diff.git import SideError
from skillc.compiler.diff.side import read_side
from skillc.compiler.resolve import store
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.source.diagnostic import SourceError

SPEC = """\
skill: example
language: 1
summary: First.
scene: {objects: {apple: {role: manipulated}}}
task: {type: lift}
hardware: kinova_gen3_leap
method: video2sim2real
deploy: {on_fault: {else: hold}}
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    def git(*arguments: str) -> None:
        names = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *names, *arguments], check=True, capture_output=True, cwd=tmp_path)

    git("init", "-q")
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills" / "a.yaml").write_text(SPEC)
    git("add", ".")
    git("commit", "-qm", "first")
    (tmp_path / "skills" / "a.yaml").write_text(SPEC.replace("First.", "Second."))
    return tmp_path


def test_a_spec_is_compared_with_its_revision(repository) -> None:
    found = compare("git:HEAD:skills/a.yaml", "skills/a.yaml", draft=True)
    assert [(c.path, c.before, c.after) for c in found.changes] == [("summary", "First.", "Second.")]


def test_git_paths_are_relative_to_the_working_directory(repository, monkeypatch) -> None:
    monkeypatch.chdir(repository / "skills")
    assert len(compare("git:HEAD:a.yaml", "a.yaml", draft=True).changes) == 1


def test_many_specs_since_a_revision_and_new_ones(repository) -> None:
    (repository / "skills" / "b.yaml").write_text(SPEC)
    first, second = compare_since("HEAD", ["skills/a.yaml", "skills/b.yaml"], draft=True)
    assert len(first.changes) == 1 and first.note == ""
    assert second.note == "new: First."


def test_an_unknown_revision_is_told(repository) -> None:
    with pytest.raises(SideError, match="revision nowhere"):
        compare_since("nowhere", ["skills/a.yaml"])
    with pytest.raises(SideError, match=r"git:nowhere:a\.yaml cannot be read"):
        read_side("git:nowhere:a.yaml", draft=False)


@pytest.mark.parametrize("name", ["git:HEAD", "git::a.yaml", "git:--output=x:a.yaml", "missing.yaml"])
def test_what_names_no_side_is_told(repository, name: str) -> None:
    with pytest.raises(SideError):
        read_side(name, draft=False)
    assert not (repository / "x").exists()


def test_two_builds_are_compared_by_their_resolved_specs(tmp_path) -> None:
    for name, text in (("one", SPEC), ("two", SPEC.replace("First.", "Second."))):
        (tmp_path / name).mkdir()
        store.save(require_spec(text.encode(), f"{name}.yaml")[0], tmp_path / name / "resolved.yaml")
    found = compare(str(tmp_path / "one"), str(tmp_path / "two"), draft=True)
    assert [c.path for c in found.changes] == ["summary"]


def test_a_folder_without_a_build_is_told(tmp_path) -> None:
    with pytest.raises(SideError, match=r"no resolved\.yaml"):
        read_side(str(tmp_path), draft=False)


def test_a_side_tells_twenty_errors_at_most(repository) -> None:
    many = "".join(f"  key_{n}: 1\n" for n in range(60))
    (repository / "skills" / "a.yaml").write_text(SPEC + "randomization:\n" + many)
    with pytest.raises(SourceError) as caught:
        compare("git:HEAD:skills/a.yaml", "skills/a.yaml", draft=True)
    assert len(caught.value.diagnostics) == 20
