"""`bundle`, `verify` and `keys` as a user meets them, and a bundle where a build folder is due."""

import json
import shutil
from pathlib import Path

import pytest

from skillc.compiler.cli.main import PANELS
from skillc.runtime.cli.main import dispatch


def skillc(*arguments: object) -> int:
    return dispatch([str(a) for a in arguments], PANELS, "skillc")


@pytest.fixture
def build(small_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SKILLC_CONFIG", str(tmp_path / "config"))
    return Path(shutil.copytree(small_build, tmp_path / "box"))


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert skillc(*arguments) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: ") and "Traceback" not in told.err
    return told.err


def test_a_bundle_is_made_verified_run_judged_and_reported(
    build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "`skillc keys make NAME`" in refused(capsys, "bundle", build)
    assert skillc("keys", "make", "lab") == 0
    assert skillc("bundle", build, "--release", 2, "--licence", "robot=BSD-3-Clause") == 0
    capsys.readouterr()
    assert skillc("verify", tmp_path / "box.skill", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["signed_by"], told["release"], told["licences"]) == ("lab", 2, {"robot": "BSD-3-Clause"})
    shutil.rmtree(build)
    assert skillc("run", tmp_path / "box.skill") in (0, 1, 3)
    assert (tmp_path / "box.results" / "runs" / "0").is_dir()
    assert skillc("report", tmp_path / "box.skill", "--no-rollout") == 0
    assert (tmp_path / "box.results" / "report" / "index.html").is_file()


def test_a_changed_bundle_is_refused_by_every_command(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    skillc("keys", "make", "lab")
    skillc("bundle", build)
    file = build.with_name("box.skill")
    data = bytearray(file.read_bytes())
    data[data.index(b'"contact_force_n": 2') + 19] = ord("9")
    file.write_bytes(data)
    capsys.readouterr()
    for command in ("run", "eval", "report", "view", "verify"):
        said = refused(capsys, command, file)
        assert "SK767: is damaged" in said or "contract.json: SK768" in said
    assert refused(capsys, "run", file, "--unlocked")


def test_an_edited_build_is_neither_run_nor_bundled_and_verify_says_so(
    build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skillc("keys", "make", "lab")
    contract = build / "contract.json"
    contract.write_text(contract.read_text().replace('"contact_force_n": 20.0', '"contact_force_n": 25.0'))
    capsys.readouterr()
    for command in ("run", "bundle", "verify"):
        assert "contract.json: SK762" in refused(capsys, command, build)
    assert skillc("run", build, "--unlocked") in (0, 1, 3)


def test_keys_are_listed_trusted_and_forgotten(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SKILLC_CONFIG", str(tmp_path / "config"))
    assert skillc("keys", "make", "lab") == 0
    public = tmp_path / "friend.pub"
    public.write_text("ed25519 " + "00" * 32)
    assert skillc("keys", "trust", "friend", public) == 0
    capsys.readouterr()
    assert skillc("keys", "list") == 0
    assert "friend  ed25519 " in capsys.readouterr().out
    assert skillc("keys", "forget", "friend") == 0
    assert "no key 'friend'" in refused(capsys, "keys", "forget", "friend")
    assert "is there already" in refused(capsys, "keys", "make", "lab2")
    assert "is no name of a key" in refused(capsys, "keys", "trust", "../x", public)
    for wrong in (("make",), ("trust", "x"), ("list", "x"), ("forget",), ("make", "x", public)):
        assert "takes" in refused(capsys, "keys", *wrong)


def test_places_where_no_bundle_can_be_are_refused(
    build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skillc("keys", "make", "lab")
    capsys.readouterr()
    assert "is a folder" in refused(capsys, "bundle", build, "--out", tmp_path)
    assert "no build folder" in refused(capsys, "bundle", tmp_path / "absent")
    assert "expected one of skill" in refused(capsys, "bundle", build, "--licence", "car=MIT")
    assert "release" in refused(capsys, "bundle", build, "--release", "0")
    assert "is no build folder and no bundle" in refused(capsys, "run", tmp_path / "absent.skill")
