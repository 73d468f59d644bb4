"""What Tab offers: options, specs, stages, codes, presets, values of a spec, builds; never an error."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from skillc.compiler.cli import complete
from skillc.compiler.explain.stage import stage_names
from skillc.runtime.cli.complete import builds

pytestmark = pytest.mark.slow


@pytest.fixture
def place(project: Path, tmp_path: Path, monkeypatch) -> Path:
    (tmp_path / "skills" / "deep").mkdir(parents=True)
    shutil.copy(project / "specs" / "skills" / "apple.yaml", tmp_path / "skills")
    shutil.copy(project / "specs" / "skills" / "box.yaml", tmp_path / "skills" / "deep" / "box.yml")
    (tmp_path / "skills" / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "skills" / "locked.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".hidden").mkdir()
    shutil.copy(project / "specs" / "skills" / "apple.yaml", tmp_path / ".hidden")
    (tmp_path / "build" / "apple").mkdir(parents=True)
    (tmp_path / "build" / "apple" / "contract.json").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(*words: str, shell: str = "bash") -> list[str]:
    """Return what the shell is told when Tab is pressed after the last word."""
    environment = os.environ | {
        "_SKILLC_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": " ".join(("skillc", *words)),
        "COMP_CWORD": str(len(words)),
        "_TYPER_COMPLETE_ARGS": " ".join(("skillc", *words)),
    }
    done = subprocess.run(
        [sys.executable, "-m", "skillc"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout.split()


def test_the_shell_is_offered_commands_options_choices_and_codes(place: Path) -> None:
    assert offered("c") == ["check", "chain", "calibrate"]
    assert offered("check", "--f") == ["--fix", "--format"]
    assert offered("check", "--format", "g") == ["github"]
    assert offered("explain", "SK40") == [code for code in complete.subjects("SK40")] != []
    assert offered("build", "skills/apple.yaml", "--until", "tw") == ["twin"]
    assert "Check specs" in " ".join(offered("ch", shell="zsh"))


def test_specs_are_found_by_what_is_in_them(place: Path) -> None:
    assert complete.specs("") == ["skills/apple.yaml", "skills/deep/box.yml"]
    assert complete.specs("skills/a") == ["skills/apple.yaml"]
    assert complete.specs(f"{place}/skills/d") == [f"{place}/skills/deep/box.yml"]
    assert complete.specs("./skills/a") == ["./skills/apple.yaml"]
    assert complete.specs("nowhere/x") == []


def test_builds_are_found_by_their_contract(place: Path) -> None:
    assert builds("") == builds("bui") == ["build/apple"]


def test_explain_is_offered_stages_presets_terms_and_codes_in_either_case() -> None:
    assert "video2sim2real" in complete.subjects("vid")
    assert "kinova_gen3_leap" in complete.subjects("kin")
    assert "flow_tracking" in " ".join(complete.subjects("flow"))
    assert complete.subjects("sk401") == complete.subjects("SK401") == ["SK401"]
    assert complete.stages("") == list(stage_names())
    assert complete.tasks("po") == ["pour"] and "mediapipe" in complete.estimators("med")


def test_a_specs_values_are_offered_and_a_broken_spec_offers_nothing(place: Path) -> None:
    assert "rewards.flow_tracking.weight" in offered("explain", "skills/apple.yaml", "rewards.fl")
    (place / "broken.yaml").write_text("skill: [")
    assert offered("explain", "broken.yaml", "rew") == []
    assert offered("explain", "absent.yaml", "rew") == []


def test_completion_installs_for_bash(tmp_path: Path) -> None:
    environment = os.environ | {"HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "skillc", "--install-completion", "bash"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    script = (tmp_path / ".bash_completions" / "skillc.sh").read_text(encoding="utf-8")
    assert "_SKILLC_COMPLETE" in script and "skillc.sh" in (tmp_path / ".bashrc").read_text(encoding="utf-8")
