"""A pull request in a repository of its own: what a reviewer reads about it."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from skillc.compiler.diff.git import SideError
from skillc.compiler.diff.pull_request import compare_pull_request
from skillc.compiler.diff.report import Difference, as_markdown

pytestmark = pytest.mark.slow

MESH = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"
PATTERN = "**/skills/**/*.yaml"


@pytest.fixture
def place(project, tmp_path, monkeypatch) -> Path:
    """A repository on a branch `change`, just left `main`, with a spec that names a mesh and one with its own robot."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    skills = tmp_path / "skills"
    shutil.copytree(project / "specs" / "hardware" / "kinova_gen3_leap", skills / "robots" / "mine")
    apple = (project / "specs" / "skills" / "apple.yaml").read_text(encoding="utf-8")
    (skills / "apple.yaml").write_text(apple.replace("material: plastic", "material: plastic, asset: {mesh: a.obj}"))
    (skills / "own.yaml").write_text(apple.replace("kinova_gen3_leap", "robots/mine"))
    (skills / "a.obj").write_text(MESH)
    (skills / "apple.mp4").write_bytes(b"first")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "change")
    return tmp_path


def git(place: Path, *arguments: str) -> None:
    names = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *names, *arguments], check=True, capture_output=True, cwd=place)


def commit(place: Path) -> None:
    git(place, "add", "-A")
    git(place, "commit", "-qm", "x", "--allow-empty")


def told(place: Path, *patterns: str) -> dict[str, Difference]:
    commit(place)
    return {found.after: found for found in compare_pull_request("main", patterns or (PATTERN,), draft=True)}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_only_changed_specs_are_told(place) -> None:
    edit(place / "skills" / "apple.yaml", "retry 2", "retry 3")
    found = told(place)
    assert set(found) == {"skills/apple.yaml"}
    assert [c.path for c in found["skills/apple.yaml"].changes] == ["deploy.on_fault.object_lost"]


def test_a_changed_mesh_is_told_at_the_spec_that_names_it(place) -> None:
    edit(place / "skills" / "a.obj", "v 1 0 0", "v 2 0 0")
    found = told(place)
    assert set(found) == {"skills/apple.yaml"}
    (change,) = found["skills/apple.yaml"].changes
    assert (change.kind, change.path) == ("edited", "scene.objects.apple.asset.mesh")
    assert "apple: asset.mesh | a.obj: has other contents" in as_markdown([found["skills/apple.yaml"]])


def test_a_changed_recording_is_told_at_every_spec(place) -> None:
    (place / "skills" / "apple.mp4").write_bytes(b"second")
    assert {c.path for found in told(place).values() for c in found.changes} == {"demonstrations.recording"}


def test_a_changed_robot_is_told_by_its_values_and_its_files(place) -> None:
    edit(place / "skills" / "robots" / "mine" / "profile.yaml", "speed: {value: 1.3963", "speed: {value: 1.2")
    edit(place / "skills" / "robots" / "mine" / "robot.xml", "<worldbody>", "<worldbody><!-- -->")
    found = told(place)
    assert set(found) == {"skills/own.yaml"}  # the profile is no spec
    changes = found["skills/own.yaml"].changes
    files = [c for c in changes if c.kind == "edited"]
    assert [c.path for c in files] == ["hardware"] and "profile.yaml, robot.xml changed" in files[0].before
    assert any(
        c.kind == "changed" and c.path.startswith("hardware.joints") for c in changes
    )  # git's old profile was read


def test_what_git_does_not_keep_is_the_same_on_both_sides(place) -> None:
    (place / ".gitignore").write_text("*.mp4\n")
    git(place, "rm", "-q", "--cached", "skills/apple.mp4")
    commit(place)
    git(place, "branch", "-qf", "main", "change")
    (place / "skills" / "apple.mp4").write_bytes(b"second")  # no one knows what it was
    edit(place / "skills" / "own.yaml", "retry 2", "retry 3")
    assert [c.path for c in told(place)["skills/own.yaml"].changes] == ["deploy.on_fault.object_lost"]


def test_a_file_in_large_file_storage_is_the_file_it_stands_for(place) -> None:
    recording = place / "skills" / "apple.mp4"
    digest = hashlib.sha256(b"large").hexdigest()
    recording.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 5\n")
    commit(place)
    git(place, "branch", "-qf", "main", "change")
    recording.write_bytes(b"large")  # as git-lfs checks it out
    assert [found for found in told(place).values() if found.changes] == []
    recording.write_bytes(b"other")
    assert {c.path for found in told(place).values() for c in found.changes} == {"demonstrations.recording"}


def test_renamed_deleted_and_new_specs_are_told(place) -> None:
    git(place, "mv", "skills/own.yaml", "skills/mine.yaml")
    (place / "skills" / "apple.yaml").rename(place / "skills" / "apple2.yaml")
    edit(place / "skills" / "apple2.yaml", "retry 2", "retry 3")
    shutil.copy(place / "skills" / "mine.yaml", place / "skills" / "third.yaml")
    edit(place / "skills" / "third.yaml", "summary: Put", "summary: Lay")
    found = told(place)
    assert found["skills/mine.yaml"].renamed and found["skills/mine.yaml"].before == "skills/own.yaml"
    assert found["skills/apple2.yaml"].renamed and len(found["skills/apple2.yaml"].changes) == 1
    assert found["skills/third.yaml"].note.startswith("new: Lay")
    text = as_markdown([*found.values()])
    assert "Renamed from `skills/own.yaml`. It means the same." in text


def test_a_deleted_spec_is_told(place) -> None:
    (place / "skills" / "own.yaml").unlink()
    assert told(place)["skills/own.yaml"].note.startswith("deleted")


def test_a_repaired_spec_is_told_and_a_broken_one_hides_nothing(place) -> None:
    edit(place / "skills" / "own.yaml", "type: grasp", "type: graps")
    commit(place)
    git(place, "branch", "-qf", "main", "change")
    edit(place / "skills" / "own.yaml", "type: graps", "type: grasp")
    edit(place / "skills" / "apple.yaml", "type: grasp", "type: [")
    found = told(place)
    assert found["skills/own.yaml"].note.startswith("repaired: it had errors before")
    assert found["skills/apple.yaml"].note.startswith("has 1 error")


def test_what_main_did_since_is_not_told(place) -> None:
    edit(place / "skills" / "own.yaml", "retry 2", "retry 3")
    commit(place)
    git(place, "checkout", "-q", "main")
    edit(place / "skills" / "apple.yaml", "retry 2", "stop")
    commit(place)
    git(place, "checkout", "-q", "change")
    assert {found.after for found in compare_pull_request("main", (PATTERN,), draft=True)} == {"skills/own.yaml"}


def test_a_pattern_without_a_file_is_told(place) -> None:
    assert "no file of the repository matches" in told(place, "*.yml")["*.yml"].note


def test_a_long_difference_is_cut_to_what_a_comment_takes() -> None:
    pairs = [Difference(before="a", after=f"{n}.yaml", changes=(), rerun=None, note="x" * 1000) for n in range(100)]
    text = as_markdown(pairs)
    assert len(text) < 65_536 and "more than fits" in text


def test_an_unknown_revision_is_told(place) -> None:
    with pytest.raises(SideError, match="nowhere"):
        compare_pull_request("nowhere", (PATTERN,))
