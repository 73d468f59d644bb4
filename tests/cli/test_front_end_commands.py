import io
import json
import shutil
from dataclasses import replace

import pytest

from skillc.compiler.cli.main import PANELS
from skillc.compiler.resolve import store
from skillc.compiler.resolve.front_end import require_spec
from skillc.runtime.cli.main import dispatch


@pytest.fixture
def skillc(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = dispatch(list(arguments), PANELS, "skillc")
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def apple(project, tmp_path):
    shutil.copy(project / "specs" / "skills" / "apple.yaml", tmp_path / "apple.yaml")
    return tmp_path / "apple.yaml"


def test_init_writes_a_spec_that_checks(skillc, tmp_path) -> None:
    code, out, err = skillc("init", "cup.yaml", "--task", "pour", "--manipulated", "cup", "--target", "pot")
    assert (code, out) == (0, "") and "cup.yaml written" in err
    assert skillc("fmt", "--check", "cup.yaml")[0] == 0
    assert skillc("check", "cup.yaml")[0] == 0


def test_init_overwrites_nothing(skillc, apple) -> None:
    before = apple.read_text()
    code, _, err = skillc("init", "apple.yaml")
    assert code == 2 and "is not overwritten" in err and apple.read_text() == before


@pytest.mark.parametrize(
    "arguments",
    [("--task", "juggle"), ("--manipulated", "Apfel"), ("--tag", "t.pdf", "--size", "5"), ("--robot", "missing.xml")],
)
def test_init_tells_what_is_wrong_and_writes_nothing(skillc, tmp_path, arguments) -> None:
    code, _, err = skillc("init", "x.yaml", *arguments)
    assert code == 2 and err.startswith("error: ")
    assert list(tmp_path.iterdir()) == []


def test_fmt_writes_and_check_only_tells(skillc, apple) -> None:
    want = apple.read_text()
    messy = want.replace("± 5 cm", "+-5cm").replace("  type: grasp", "  type:    grasp")
    apple.write_text(messy)
    code, _, err = skillc("fmt", "--check", "apple.yaml")
    assert code == 1 and "would change: apple.yaml" in err and apple.read_text() == messy
    assert skillc("fmt", "apple.yaml")[0] == 0 and apple.read_text() == want
    assert skillc("fmt", "--check", "apple.yaml")[0] == 0


def test_fmt_tells_what_it_cannot_read(skillc, tmp_path) -> None:
    (tmp_path / "bad.yaml").write_text("a: [1")
    code, _, err = skillc("fmt", "bad.yaml")
    assert code == 2 and "bad.yaml:" in err and "SK107" in err and "Traceback" not in err


def test_explain_prints_one_json_document(skillc, apple) -> None:
    code, out, _ = skillc("explain", "apple.yaml", "rewards.flow_tracking.weight", "--json")
    (record,) = json.loads(out)
    assert code == 0 and record["value"] == 1.0 and len(record["origins"]) == 2


def test_explain_suggests_the_nearest_path(skillc, apple) -> None:
    code, _, err = skillc("explain", "apple.yaml", "rewards.flow_traking.weight")
    assert code == 2 and "did you mean rewards.flow_tracking.weight?" in err


def test_diff_prints_one_json_document(skillc, apple, tmp_path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(apple.read_text().replace("control: 60 Hz", "control: 48 Hz"))
    code, out, _ = skillc("diff", "apple.yaml", "other.yaml", "--draft", "--json")
    record = json.loads(out)
    assert code == 0 and [c["text"] for c in record["changes"]] == ["control rate 60 -> 48 Hz"]


def test_diff_needs_two_sides(skillc, apple) -> None:
    code, _, err = skillc("diff", "apple.yaml")
    assert code == 2 and "two sides are due" in err


def test_init_writes_a_tag_and_a_profile(skillc, tmp_path, project) -> None:
    code, _, err = skillc("init", "--tag", "tag.pdf", "--id", "3", "--size", "5 cm")
    assert code == 0 and "printed 90.0 mm wide" in err
    shutil.copy(project / "specs" / "hardware" / "kinova_gen3_leap" / "robot.xml", tmp_path / "robot.xml")
    code, _, err = skillc("init", "--robot", "robot.xml")
    assert code == 0 and "each marked `lost`" in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["profile.yaml", "robot.xml", "tag.pdf"]


def test_fmt_leaves_presets_alone(skillc, project) -> None:
    code, _, err = skillc("fmt", str(project / "specs" / "methods" / "sugar.yaml"))
    assert code == 2 and "is no spec" in err


def test_text_of_a_build_reaches_the_terminal_escaped(skillc, apple, tmp_path) -> None:
    resolved, _ = require_spec(apple.read_bytes(), "apple.yaml")
    for name, summary in (("old", "a\x1b[31mred"), ("new", "b\x9b2J")):
        (tmp_path / name).mkdir()
        written = (replace(resolved.origins["summary"][0], text=summary),)
        changed = replace(
            resolved,
            values={**resolved.values, "summary": summary},
            origins={**resolved.origins, "summary": written},
        )
        store.save(changed, tmp_path / name / "resolved.yaml")
    for form in ("text", "markdown"):
        _, out, err = skillc("diff", "old", "new", "--format", form)
        assert "\\x1b[31mred" in out and not {"\x1b", "\x9b"} & set(out + err)


def test_check_fix_writes_what_is_sure_and_shows_it(skillc, apple) -> None:
    want = apple.read_text()
    apple.chmod(0o640)
    apple.write_text(want.replace("53.3 mm", "53,3 mm").replace("± 10 deg", "± 10"))
    code, out, err = skillc("check", "--fix", "apple.yaml")
    assert apple.read_text() == want.replace("± 10 deg", "± 10") and apple.stat().st_mode & 0o777 == 0o640
    assert "mended: apple.yaml:15: SK140: `53,3 mm` -> `53.3 mm`" in err
    assert code == 2 and "SK401" in out and "SK140" not in out
    before = apple.stat().st_mtime_ns
    skillc("check", "--fix", "apple.yaml")
    assert apple.stat().st_mtime_ns == before  # nothing to mend, nothing written


def test_check_fix_keeps_byte_order_marks_line_ends_and_links(skillc, apple, tmp_path) -> None:
    want = b"\xef\xbb\xbf" + apple.read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "apple.yaml"
    real.write_bytes(want.replace(b"type: grasp", b"type: grsap"))
    apple.unlink()
    apple.symlink_to(real)
    assert skillc("check", "--fix", "apple.yaml")[0] == 0
    assert real.read_bytes() == want and apple.is_symlink()


def typed(monkeypatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_standard_input_is_checked_and_mended(skillc, apple, monkeypatch) -> None:
    want = apple.read_text()
    typed(monkeypatch, want)
    code, out, _ = skillc("check", "-")
    assert code == 0 and "<stdin>:8:14: SK801" in out and "1 spec fine" in out
    typed(monkeypatch, want.replace("type: grasp", "type: grsap"))
    code, out, err = skillc("check", "--fix", "-")
    assert code == 0 and out == want and "mended: <stdin>:23" in err
    typed(monkeypatch, "a: b: c")
    code, out, _ = skillc("check", "-")
    assert code == 2 and "<stdin>:1:5: SK107" in out and "1 | a: b: c" in out  # the line is quoted


def test_standard_input_is_formatted(skillc, apple, monkeypatch) -> None:
    want = apple.read_text()
    for text in (want, want.replace("± 5 cm", "+-5cm")):
        typed(monkeypatch, text)
        assert skillc("fmt", "-")[:2] == (0, want)
    typed(monkeypatch, want.replace("± 5 cm", "+-5cm"))
    code, out, err = skillc("fmt", "--check", "-")
    assert (code, out) == (1, "") and "would change: <stdin>" in err


def test_fmt_diff_shows_and_writes_nothing(skillc, apple) -> None:
    assert skillc("fmt", "--diff", "apple.yaml")[:2] == (0, "")
    messy = apple.read_text().replace("± 10 deg", "+-10deg", 1)
    apple.write_text(messy)
    code, out, _ = skillc("fmt", "--diff", "apple.yaml")
    assert code == 0 and apple.read_text() == messy
    assert "-    apple.yaw: +-10deg\n" in out and "+    apple.yaw: ± 10 deg\n" in out and "@@" in out
    assert skillc("fmt", "--diff", "--check", "apple.yaml")[0] == 1


def test_a_unit_in_words_is_formatted_as_its_symbol(skillc, apple) -> None:
    want = apple.read_text()
    apple.write_text(want.replace("± 5 cm", "± 5 centimeters").replace("60 deg/s", "60 degrees per second"))
    assert skillc("fmt", "apple.yaml")[0] == 0 and apple.read_text() == want
