"""A bundle is what somebody trusted signed, to the byte, or it is refused."""

import hashlib
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skillc.runtime.bundle.archive import BOUNDS, read_bundle
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.keys import Keys
from skillc.runtime.bundle.load import load
from skillc.runtime.bundle.pack import LicenceError, bundle
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.archive import pack, unpack
from skillc.runtime.formats.bundle import BundleMember, Manifest, Signature

Members = dict[str, bytes]


def refused(data: bytes, keys: Keys, tmp_path: Path) -> str:
    file = tmp_path / "x.skill"
    file.write_bytes(data)
    with pytest.raises(BundleFault) as caught:
        load(file, locked=True, keys=keys)
    return str(caught.value).replace(str(file), "x.skill")


def signed(members: Members, keys: Keys, change: Callable[[Manifest], Manifest] = lambda m: m) -> bytes:
    """Return the bundle that who is trusted, and means no good, would make of `members`."""
    files = {n: d for n, d in members.items() if n not in (Manifest.FILE, Signature.FILE)}
    old = Manifest.parse(members[Manifest.FILE], "")
    stated = {n: BundleMember(size=len(d), sha256=hashlib.sha256(d).hexdigest()) for n, d in files.items()}
    manifest = change(replace(old, members=stated)).as_bytes()
    key = keys.own()
    signature = Signature(key=key.public_key().public_bytes_raw().hex(), signature=key.sign(manifest).hex())
    return pack({Manifest.FILE: manifest, Signature.FILE: signature.as_bytes(), **files}, deflate=False)


@pytest.fixture
def members(bundled: bytes) -> Members:
    return unpack(bundled, BOUNDS)


def test_the_same_build_and_key_give_the_same_bytes(small_build: Path, bundled: bytes, keys: Keys) -> None:
    again = bundle(small_build, keys.own(), release=3, licences={"robot": "BSD-3-Clause"}, keys=keys)
    assert again == bundled


def test_a_bundle_holds_no_code_and_no_yaml_and_lists_every_file(members: Members) -> None:
    assert not [name for name in members if not name.endswith((".json", ".npz", ".xml"))]
    manifest = Manifest.parse(members[Manifest.FILE], "")
    assert set(manifest.members) == set(members) - {Manifest.FILE, Signature.FILE}
    assert (manifest.skill, manifest.release, dict(manifest.licences)) == ("lift-a-box", 3, {"robot": "BSD-3-Clause"})


def test_what_was_bundled_is_the_skill_that_was_built(
    small_build: Path, bundled: bytes, keys: Keys, tmp_path: Path
) -> None:
    file = tmp_path / "box.skill"
    file.write_bytes(bundled)
    ours, theirs = Skill.load(small_build), Skill.load(file, locked=True)
    assert theirs.contract.as_bytes() == ours.contract.as_bytes() and theirs.contents.signed_by == "lab"
    assert theirs.contents.results == tmp_path / "box.results" and theirs.files.members == ours.files.members


def test_an_edited_build_is_not_bundled(small_build: Path, keys: Keys, tmp_path: Path) -> None:
    from tests.bundle.edited_build import copied, with_field

    build = copied(small_build, tmp_path)
    with_field(build, "contract.json", ("safety", "contact_force_n"), 25.0)
    with pytest.raises(BundleFault, match="SK762"):
        bundle(build, keys.own(), release=1, licences={}, keys=keys)


@pytest.mark.parametrize("licences", [{"car": "MIT"}, {"robot": ""}, {"robot": "MIT\x1b[2J"}, {"robot": "M" * 101}])
def test_a_licence_is_of_a_part_and_an_expression(small_build: Path, keys: Keys, licences: dict[str, str]) -> None:
    with pytest.raises(LicenceError):
        bundle(small_build, keys.own(), release=1, licences=licences, keys=keys)


# --- the archive: SK767


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "is a Git LFS pointer"),
        (b"<!DOCTYPE html><html>404</html>", "is a web page"),
        (b"  <html>", "is a web page"),
        (b"\x80\x04\x95\x10\x00", "is a pickle"),
        (b"", "is no archive"),
        (b"PK", "is no archive"),
    ],
)
def test_what_is_no_archive_is_called_what_it_is(data: bytes, said: str, keys: Keys, tmp_path: Path) -> None:
    assert f"SK767: {said}" in refused(data, keys, tmp_path)


def test_a_truncated_bundle_is_refused_wherever_it_ends(bundled: bytes, keys: Keys, tmp_path: Path) -> None:
    for length in range(0, len(bundled), len(bundled) // 40):
        assert "SK767" in refused(bundled[:length], keys, tmp_path)
    assert "SK767" in refused(bundled[:-1], keys, tmp_path)


def zipped(members: Members, *more: tuple[zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
        for info, data in more:
            archive.writestr(info, data, method)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["../evil.json", "/etc/cron.d/x", "C:/evil.json", "robot\\..\\evil.json", "a/../../b"])
def test_names_that_slip_out_of_the_bundle_are_refused(name: str, members: Members, keys: Keys, tmp_path: Path) -> None:
    assert "SK767" in refused(zipped(members, (zipfile.ZipInfo(name), b"x")), keys, tmp_path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO])
def test_links_and_devices_in_a_bundle_are_refused(kind: int, members: Members, keys: Keys, tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("robot/evil.xml")
    entry.external_attr = kind << 16
    assert "robot/evil.xml: SK767: is a link" in refused(zipped(members, (entry, b"/etc/passwd")), keys, tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_twice_or_differing_by_case_are_refused(members: Members, keys: Keys, tmp_path: Path) -> None:
    twice = (zipfile.ZipInfo("contract.json"), b"{}")
    assert "contract.json: SK767: is there twice" in refused(zipped(members, twice), keys, tmp_path)
    cased = (zipfile.ZipInfo("Contract.json"), b"{}")
    assert "SK767: differs from 'contract.json' by case" in refused(zipped(members, cased), keys, tmp_path)


def test_a_bundle_that_unfolds_a_hundredfold_is_refused(members: Members, keys: Keys, tmp_path: Path) -> None:
    bomb = {**members, "robot/bomb.xml": bytes(10**6)}
    said = refused(zipped(bomb, method=zipfile.ZIP_DEFLATED), keys, tmp_path)
    assert "robot/bomb.xml: SK767: unpacks to more than 100 times its size" in said


# --- the manifest: SK768


@pytest.mark.parametrize("name", [Manifest.FILE, Signature.FILE])
def test_a_bundle_nobody_vouches_for_is_refused(name: str, members: Members, keys: Keys, tmp_path: Path) -> None:
    del members[name]
    assert f"{name}: SK768: is missing: nobody vouches" in refused(pack(members, deflate=False), keys, tmp_path)


def test_a_file_that_is_not_the_one_signed_is_refused(members: Members, keys: Keys, tmp_path: Path) -> None:
    old = members["contract.json"]
    members["contract.json"] = old.replace(b'"contact_force_n": 20.0', b'"contact_force_n": 99.0')
    said = refused(pack(members, deflate=False), keys, tmp_path)
    assert members["contract.json"] != old and "contract.json: SK768: is not the file that was signed" in said


def test_a_file_added_or_missing_is_refused(members: Members, keys: Keys, tmp_path: Path) -> None:
    more = pack({**members, "robot/more.xml": b"<mujoco/>"}, deflate=False)
    assert "robot/more.xml: SK768: is in the bundle, and not in the manifest" in refused(more, keys, tmp_path)
    del members["keyframes.json"]
    assert "keyframes.json: SK768: is in the manifest, and not" in refused(pack(members, deflate=False), keys, tmp_path)


@pytest.mark.parametrize("name", ["env.py", "robot/setup.py", "resolved.yaml", "policies/p.pkl", "policies/p.pt", "x"])
def test_files_that_no_skill_is_made_of_are_refused_though_signed(
    name: str, members: Members, keys: Keys, tmp_path: Path
) -> None:
    said = refused(signed({**members, name: b"import os"}, keys), keys, tmp_path)
    assert f"{name}: SK768: is no file that a skill is made of" in said


def test_a_manifest_of_another_skill_or_robot_is_refused(members: Members, keys: Keys, tmp_path: Path) -> None:
    other = signed(members, keys, lambda m: replace(m, skill="other"))
    assert "manifest.json: SK768: skill: is 'other'; the files are of 'lift-a-box'" in refused(other, keys, tmp_path)
    robot = signed(members, keys, lambda m: replace(m, robot="xarm6_leap"))
    assert "manifest.json: SK768: robot: is 'xarm6_leap'" in refused(robot, keys, tmp_path)
    zero = signed(members, keys, lambda m: replace(m, release=0))
    assert "manifest.json: SK768: release: is 0" in refused(zero, keys, tmp_path)


def test_a_manifest_of_an_older_format_is_refused_with_both_versions(
    members: Members, keys: Keys, tmp_path: Path
) -> None:
    manifest = members[Manifest.FILE].replace(b'"version": 1', b'"version": 0', 1)
    key = keys.own()
    signature = Signature(key=key.public_key().public_bytes_raw().hex(), signature=key.sign(manifest).hex())
    data = pack({**members, Manifest.FILE: manifest, Signature.FILE: signature.as_bytes()}, deflate=False)
    assert "SK768: skillc.bundle version 0 found, this release reads version 1" in refused(data, keys, tmp_path)


def test_a_signed_bundle_is_checked_as_a_build_is(members: Members, keys: Keys, tmp_path: Path) -> None:
    contract = members["contract.json"].replace(b'"contact_force_n": 20.0', b'"contact_force_n": 1e9')
    said = refused(signed({**members, "contract.json": contract}, keys), keys, tmp_path)
    assert "x.skill: contract.json: SK764: safety.contact_force_n: is 1e+09" in said


# --- the signature: SK769, SK770, SK771


def test_a_signature_of_another_manifest_is_refused(members: Members, keys: Keys, tmp_path: Path) -> None:
    members[Manifest.FILE] = members[Manifest.FILE].replace(b'"release": 3', b'"release": 4')
    said = refused(pack(members, deflate=False), keys, tmp_path)
    assert "signature.json: SK769: is not what lab signed" in said


@pytest.mark.parametrize("text", [b"{}", b"", b"x" * 64])
def test_what_is_no_signature_is_refused(text: bytes, members: Members, keys: Keys, tmp_path: Path) -> None:
    data = pack({**members, Signature.FILE: text}, deflate=False)
    assert "signature.json: SK769: is no signature" in refused(data, keys, tmp_path)


@pytest.mark.parametrize("change", [{"signature": "00"}, {"signature": "zz"}, {"signature": "00" * 64}])
def test_a_signature_of_other_bytes_is_refused(
    change: dict[str, str], members: Members, keys: Keys, tmp_path: Path
) -> None:
    other = replace(Signature.parse(members[Signature.FILE], ""), **change)
    said = refused(pack({**members, Signature.FILE: other.as_bytes()}, deflate=False), keys, tmp_path)
    assert "signature.json: SK769: " in said


def test_a_key_that_nobody_trusts_is_refused_whatever_it_signed(members: Members, keys: Keys, tmp_path: Path) -> None:
    key, manifest = Ed25519PrivateKey.generate(), members[Manifest.FILE]
    own = Signature(key=key.public_key().public_bytes_raw().hex(), signature=key.sign(manifest).hex())
    said = refused(pack({**members, Signature.FILE: own.as_bytes()}, deflate=False), keys, tmp_path)
    assert "signature.json: SK770: is by the key" in said and "not trusted" in said


def test_a_key_is_trusted_until_it_is_forgotten(bundled: bytes, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "x.skill").write_bytes(bundled)
    load(tmp_path / "x.skill", locked=True, keys=keys)
    keys.forget("lab")
    assert "SK770" in refused(bundled, keys, tmp_path)


def test_an_older_release_is_refused_once_a_newer_one_ran(members: Members, keys: Keys, tmp_path: Path) -> None:
    old, new = (signed(members, keys, lambda m, n=n: replace(m, release=n)) for n in (1, 2))
    file = tmp_path / "box.skill"
    file.write_bytes(old)
    load(file, locked=True, keys=keys)
    file.write_bytes(new)
    load(file, locked=False, keys=keys)
    read_bundle(tmp_path / "box.skill", keys)
    assert keys.newest(keys.own().public_key().public_bytes_raw().hex(), "lift-a-box") == 1  # it was only looked at
    load(file, locked=True, keys=keys)
    assert "SK771: is release 1 of lift-a-box; release 2 was accepted before" in refused(old, keys, tmp_path)
    load(file, locked=True, keys=keys)


def test_a_memory_of_releases_that_is_damaged_is_not_guessed(bundled: bytes, keys: Keys, tmp_path: Path) -> None:
    for text in ("{", "[]", '{"a": "b"}'):
        (keys.folder / "releases.json").write_text(text)
        assert "releases.json: SK771: does not say which releases" in refused(bundled, keys, tmp_path)


def test_what_changes_on_disk_after_loading_changes_nothing(bundled: bytes, keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "x.skill"
    file.write_bytes(bundled)
    contents, _ = load(file, locked=True, keys=keys)
    file.write_bytes(b"")
    contract = contents.files.members["contract.json"]
    assert hashlib.sha256(contract).hexdigest() == contents.manifest.members["contract.json"].sha256
