import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skillc.benchmarks.fuzz import film
from skillc.compiler.cli.main import PANELS
from skillc.runtime.cli.main import dispatch

HEAVY = ("numpy", "scipy", "mujoco", "torch", "cv2", "jsonschema", "pint", "rich", "matplotlib", "ruamel")


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = dispatch(["check", *map(str, arguments)], PANELS, "skillc")
    return code, capsys.readouterr().out


def bad(project: Path, name: str = "no_unit") -> Path:
    return project / "tests" / "specs" / "invalid" / f"{name}.yaml"


def test_a_sound_spec_exits_with_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, project / "specs" / "skills" / "apple.yaml")
    assert code == 0 and "SK801: warning" in out and "1 spec fine" in out


def test_the_recording_is_looked_for_in_data(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film(tmp_path / "apple.mp4", width=960, height=720)
    code, out = run(capsys, "--data", tmp_path, project / "specs" / "skills" / "apple.yaml")
    assert (code, out) == (0, "1 spec fine\n")


def test_an_error_exits_with_2_and_says_where(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, bad(project))
    assert code == 2 and f"{bad(project)}:11:40: SK401: `582` has no unit" in out and "hint: write `582 px`" in out


def test_json_is_one_document_with_the_documented_fields(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "--json", bad(project))
    (found,) = [d for d in json.loads(out)["diagnostics"] if d["severity"] == "error"]
    assert code == 2
    assert {"code", "severity", "summary", "detail", "hint", "path", "file", "line", "column"} <= set(found)
    assert (found["code"], found["path"], found["line"], found["column"]) == ("SK401", "cameras.main.focal", 11, 40)


def test_github_and_sarif_point_at_the_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, "--format", "github", bad(project))
    assert f"::error file={bad(project)},line=11,col=40,endLine=11,endColumn=43,title=SK401::" in out
    _, out = run(capsys, "--format", "sarif", bad(project))
    sarif = json.loads(out)
    results = [r for r in sarif["runs"][0]["results"] if r["level"] == "error"]
    region = results[0]["locations"][0]["physicalLocation"]["region"]
    assert sarif["version"] == "2.1.0" and (region["startLine"], region["startColumn"]) == (11, 40)


def test_an_unknown_format_is_wrong_input(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--format", "xml", bad(project))[0] == 2


def test_drafts_may_leave_values_open(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = bad(project, "lost_outside_a_draft")
    assert run(capsys, draft)[0] == 2
    assert run(capsys, "--draft", draft)[0] == 0


def test_a_missing_file_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, tmp_path / "no.yaml")
    assert code == 2 and "SK100: the file cannot be read: No such file or directory" in out


def test_control_characters_of_a_file_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "a\x1b[31mb.yaml"
    spec.write_text("skill: \x1b[31mred\n")
    for form in ("text", "json", "github", "sarif"):
        assert "\x1b" not in run(capsys, "--format", form, spec)[1]


def test_checking_loads_nothing_heavy(project: Path, tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from skillc.compiler.cli.main import PANELS\n"
        "from skillc.runtime.cli.main import dispatch\n"
        "assert dispatch(['check', '--format', 'json', sys.argv[1]], PANELS, 'skillc', completion=True) == 0\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])\n"
    )
    command = [sys.executable, "-c", program, str(project / "specs" / "skills" / "apple.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=dict(os.environ), check=True)
    assert done.stdout.splitlines()[-1] == "[]"
