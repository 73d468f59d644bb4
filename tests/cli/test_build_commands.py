"""Commands about a finished build: `--help` answers, and a folder that is no build is the user's mistake (exit 2)."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from skillc.compiler.cli.main import PANELS
from skillc.runtime.cli.commands import command_line
from skillc.runtime.cli.main import dispatch
from skillc.runtime.formats import extension

pytestmark = pytest.mark.slow

ABOUT_A_BUILD = ("eval", "report", "run", "view")


def run(*arguments: str | Path) -> int:
    return dispatch([str(a) for a in arguments], PANELS, "skillc")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run a command that must refuse its input in one message, and return that."""
    assert run(*arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ") and "Traceback" not in told.err and "internal" not in told.err, told.err
    return told.err


@pytest.mark.parametrize("name", sorted(command_line(PANELS, completion=False).list_commands(None)))
def test_help_says_what_the_command_does(name: str, capsys) -> None:
    assert run(name, "--help") == 0
    shown = capsys.readouterr()
    assert shown.err == "" and f"skillc {name}" in shown.out and "--help" in shown.out


@pytest.mark.parametrize("name", ABOUT_A_BUILD)
def test_a_folder_that_is_no_build_is_named(name: str, tmp_path: Path, capsys) -> None:
    message = refused(capsys, name, tmp_path)
    assert str(tmp_path) in message and "not a finished build" in message and "skillc build" in message
    assert list(tmp_path.iterdir()) == [], "nothing is written into a folder that is not ours"


@pytest.mark.parametrize("name", ABOUT_A_BUILD)
def test_a_path_that_leads_nowhere_is_named(name: str, tmp_path: Path, capsys) -> None:
    assert str(tmp_path / "absent") in refused(capsys, name, tmp_path / "absent")
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in refused(capsys, name, tmp_path / "file")


@pytest.mark.parametrize("name", ABOUT_A_BUILD)
def test_an_unfinished_build_names_what_it_lacks(name: str, small_build: Path, tmp_path: Path, capsys) -> None:
    shutil.copytree(small_build, tmp_path / "part")
    (tmp_path / "part" / "machine" / "machine.json").unlink()
    assert "machine/machine.json: SK760: is missing" in refused(capsys, name, tmp_path / "part")


@pytest.mark.parametrize("text", ["", "- 1\n", "skill: x\n", "{", '{"format": "skillc.objective", "version": 1}'])
def test_a_damaged_objective_in_a_build_is_named(text: str, small_build: Path, tmp_path: Path, capsys) -> None:
    shutil.copytree(small_build, tmp_path / "build")
    (tmp_path / "build" / "objective.json").write_text(text)
    assert "objective.json" in refused(capsys, "run", tmp_path / "build", "--unlocked")


def test_json_is_one_document_for_a_folder_that_is_no_build(tmp_path: Path, capsys) -> None:
    for name in ("eval", "run"):
        assert run(name, tmp_path, "--json") == 2
        assert "not a finished build" in json.loads(capsys.readouterr().out)["diagnostics"][0]["summary"]


def test_a_folder_is_no_spec(tmp_path: Path, capsys) -> None:
    assert tmp_path.name in refused(capsys, "explain", tmp_path)
    assert run("plan", tmp_path) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith(f"{tmp_path}:1:1: SK100: "), told.err
    # A process of its own: `build` pins its threads before numpy is loaded.
    program = "import sys; from skillc.compiler.cli.main import main; main()"
    built = subprocess.run(
        [sys.executable, "-c", program, "build", tmp_path], capture_output=True, text=True, check=False
    )
    assert built.returncode == 2 and tmp_path.name in built.stderr and "Traceback" not in built.stderr, built.stderr


def test_flags_with_values_nobody_knows_are_refused(small_build: Path, capsys) -> None:
    assert "'luck' is not one of 'replay', 'test'" in refused(capsys, "eval", small_build, "--protocol", "luck")
    assert "'wild' is not one of 'reference'" in refused(capsys, "eval", small_build, "--motion", "wild")
    assert "'truth' is not one of 'replay', 'test'" in refused(capsys, "run", small_build, "--protocol", "truth")
    assert "every network" in refused(capsys, "view", small_build, "--host", "0.0.0.0")
    assert "port" in refused(capsys, "view", small_build, "--port", "80")


def test_a_robot_is_refused_with_what_is_missing(small_build: Path, capsys, monkeypatch) -> None:
    said = refused(capsys, "run", small_build, "--robot", "gen3")
    assert "no driver 'gen3'" in said and "drivers here: none" in said and "in simulation" in said
    monkeypatch.setattr(extension, "names", lambda group: ("kortex:gen3",))
    assert "calibrate robot" in refused(capsys, "run", small_build, "--robot", "kortex:gen3")


def test_truth_of_another_folder_is_refused(small_build: Path, tmp_path: Path, capsys) -> None:
    assert "twin.json" in refused(capsys, "eval", small_build, "--protocol", "truth", "--truth", tmp_path)


def test_estimators_lists_and_refuses_unknown_ones(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SKILLC_CACHE", str(tmp_path))
    assert run("estimators", "list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert Path(listed["folder"]).is_relative_to(tmp_path)
    assert listed["estimators"] and not any(e["installed"] for e in listed["estimators"])
    assert "'upgrade' is not one of 'list'" in refused(capsys, "estimators", "upgrade")
    assert listed["estimators"][0]["name"] in refused(capsys, "estimators", "install", "nobody")
    assert "no estimator" in refused(capsys, "estimators", "remove")


def test_doctor_answers_with_every_check(capsys) -> None:
    code = run("doctor", "--json")
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert code == int(any(c["verdict"] == "missing" for c in checks))
    assert "python" in " ".join(c["name"].lower() for c in checks)
    refused(capsys, "doctor", "a-folder")


def test_nobody_watching_gets_no_progress(small_build: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    def told(*arguments: str | Path) -> str:
        assert run(*arguments) in (0, 1, 3)
        return capsys.readouterr().err

    evaluate = ("eval", small_build, "--n", "1", "--out", tmp_path / "eval")
    perform = ("run", small_build, "--log", tmp_path / "log")
    assert told(*evaluate) == told(*perform) == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "rollout 1 of 1\n" in told(*evaluate)
    assert " s  " in told("run", small_build, "--log", tmp_path / "another")
