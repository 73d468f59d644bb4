"""The command line as a whole: all commands are listed, help fits a terminal, nothing is imported early."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from skillc.compiler.cli.main import PANELS
from skillc.runtime.cli.commands import Panel, command_line
from skillc.runtime.cli.main import PANELS as RUNTIME_PANELS
from skillc.runtime.cli.main import dispatch

pytestmark = pytest.mark.slow

ALL = command_line(PANELS, completion=False).list_commands(None)
FOLDERS = {"skillc.compiler.cli": "compiler/cli", "skillc.runtime.cli": "runtime/cli"}


def test_every_command_module_stands_in_a_panel_of_the_help(project: Path) -> None:
    listed = {(panel.package, name.replace("-", "_")) for panel in PANELS for name in panel.commands}
    found = {
        (package, file.stem)
        for package, folder in FOLDERS.items()
        for file in (project / folder).glob("*.py")
        if "\ndef command(" in file.read_text(encoding="utf-8")
    }
    assert listed == found


@pytest.mark.parametrize("name", ["", *ALL])
def test_help_fits_80_columns_and_cuts_nothing(name: str, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert dispatch([*name.split(), "--help"], PANELS, "skillc") == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80 and "…" not in shown and "\x1b" not in shown


def test_the_help_of_a_panel_lists_its_commands_with_what_they_do(capsys) -> None:
    dispatch(["--help"], PANELS, "skillc")
    shown = capsys.readouterr().out
    assert all(f"─ {panel.title} ─" in shown and shown.count(f"─ {panel.title} ─") == 1 for panel in PANELS)
    assert all(f"│ {name} " in shown for name in ALL)
    assert "Check specs: structure, references, units" in shown


def test_help_is_a_word_too_and_a_wild_environment_does_not_matter(capsys, monkeypatch) -> None:
    monkeypatch.setenv("TERMINAL_WIDTH", "wide")
    assert dispatch(["help", "check"], PANELS, "skillc") == 0
    assert "Usage: skillc check" in capsys.readouterr().out
    assert dispatch(["help"], PANELS, "skillc") == 0
    assert "Usage: skillc [OPTIONS] COMMAND" in capsys.readouterr().out


def test_a_terminal_without_unicode_and_a_closed_pipe_are_no_trouble() -> None:
    ascii_only = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([sys.executable, "-m", "skillc", "--help"], capture_output=True, check=True, env=ascii_only)
    assert done.stdout.isascii() and b"+- Options -" in done.stdout
    piped = "set -o pipefail; for _ in 1 2 3; do python -m skillc explain SK401; done | true"
    done = subprocess.run(["bash", "-c", piped.replace("python", sys.executable)], capture_output=True, check=False)
    assert done.returncode in (0, 141) and done.stderr == b""


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), (), ("explain", "SK401")])
def test_a_reader_that_is_gone_is_told_nothing(arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stdout:
        command = [sys.executable, "-m", "skillc", *arguments]
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, check=False)
    assert (done.stderr, done.returncode) == (b"", 141)


def test_without_arguments_the_help_is_shown_and_the_input_is_wrong(capsys) -> None:
    assert dispatch([], PANELS, "skillc") == 2
    assert "Usage: skillc" in capsys.readouterr().out


def test_help_imports_no_command(tmp_path: Path, monkeypatch, capsys) -> None:
    (tmp_path / "broken_commands").mkdir()
    (tmp_path / "broken_commands" / "__init__.py").touch()
    (tmp_path / "broken_commands" / "fall.py").write_text(
        '"""Fall."""\nraise SystemError\ndef command() -> None:\n    """Fall over."""\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    panels = (Panel(title="Try", package="broken_commands", commands=("fall",)),)
    assert dispatch(["--help"], panels, "x") == 0 and "Fall over." in capsys.readouterr().out
    assert dispatch(["fall"], panels, "x") == 70
    Path(capsys.readouterr().err.split("please send ")[1].strip()).unlink()


def test_the_runtime_runs_without_the_compiler(project: Path, tmp_path: Path) -> None:
    package = tmp_path / "skillc"
    package.mkdir()
    for name in ("__init__.py", "runtime", "specs", "templates"):
        (package / name).symlink_to(project / name)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    for arguments, code in ((["--help"], 0), (["run", "--help"], 0), (["run", str(tmp_path)], 2), (["check", "x"], 2)):
        done = subprocess.run(
            [sys.executable, "-m", "skillc.runtime", *arguments],
            capture_output=True, text=True, check=False, env=environment, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
    assert {"run", "eval"} <= {name for panel in RUNTIME_PANELS for name in panel.commands}
    assert "there is no command 'check'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chek"], "did you mean `check`?"),
        (["--versoin"], "there is no option '--versoin'\nhint: did you mean --version?"),
        (["check"], "missing argument"),
        (["check", "--drfat", "x.yaml"], "there is no option '--drfat'\nhint: did you mean --draft?"),
        (["check", "--format", "xml", "x.yaml"], "'xml' is not one of 'text', 'json', 'github', 'sarif'"),
        (["explain", "SK401", "a", "b"], "unexpected extra argument"),
        (["explain", "absent.yaml"], "there is no file absent.yaml"),
        (["explain", "SK999"], "codes near it: SK"),
        (["calibrate"], "missing argument 'WHAT'. Choose from: camera, robot\n"),
        (["eval", "--n", "many", "x"], "invalid value for '--n': it should be a valid integer"),
        (["eval", "--seed"], "requires an argument"),
    ],
)
def test_a_mistaken_command_line_is_told_in_one_message(arguments: list[str], says: str, capsys) -> None:
    assert dispatch(arguments, PANELS, "skillc") == 2
    told = capsys.readouterr()
    assert told.out == "" and says in told.err and told.err.startswith("error: "), told.err
