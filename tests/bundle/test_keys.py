"""Keys: one that signs, readable by its owner alone, and the public ones that are trusted."""

import stat
from pathlib import Path

import pytest

from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.keys import Keys, public_key


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    keys = Keys(folder=tmp_path / "config")
    public = keys.make("lab")
    assert dict(keys.trusted()) == {public: "lab"}
    assert stat.S_IMODE((keys.folder / "own.key").stat().st_mode) == 0o600
    assert keys.own().public_key().public_bytes_raw().hex() == public
    with pytest.raises(FileExistsError):
        keys.make("lab2")


def test_a_public_key_is_passed_on_as_a_file(tmp_path: Path) -> None:
    ours, theirs = Keys(folder=tmp_path / "ours"), Keys(folder=tmp_path / "theirs")
    public = theirs.make("lab")
    ours.trust("friends", public_key(theirs.folder / "trusted" / "lab.pub"))
    assert dict(ours.trusted()) == {public: "friends"}
    ours.forget("friends")
    assert not ours.trusted()
    with pytest.raises(FileNotFoundError):
        ours.forget("friends")


def test_a_name_is_not_given_to_another_key(tmp_path: Path) -> None:
    keys = Keys(folder=tmp_path)
    keys.trust("lab", "00" * 32)
    keys.trust("lab", "00" * 32)
    with pytest.raises(ValueError, match="another key is trusted as lab"):
        keys.trust("lab", "11" * 32)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 65, ".hidden", "a\n"])
def test_names_of_keys_are_plain(tmp_path: Path, name: str) -> None:
    keys = Keys(folder=tmp_path / "config")
    for act in (lambda: keys.make(name), lambda: keys.trust(name, "00" * 32), lambda: keys.forget(name)):
        with pytest.raises(ValueError, match="is no name of a key"):
            act()
    assert not keys.trusted()


@pytest.mark.parametrize("text", ["", "ssh-ed25519 AAAA", "ed25519 00", "ed25519 " + "0G" * 32, "ed25519 00" * 40])
def test_what_is_no_public_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.pub").write_text(text)
    with pytest.raises(BundleFault, match="SK770: is no public key"):
        public_key(tmp_path / "x.pub")


@pytest.mark.parametrize("text", [None, "", "00", "not hexadecimal", "é"])
def test_without_a_key_nothing_is_signed(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "own.key").write_text(text)
    with pytest.raises(BundleFault, match=r"own\.key: SK770: is no key to sign with"):
        Keys(folder=tmp_path).own()
