"""Archives that may come from anybody: what `pack` writes is read, everything else is refused."""

import io
import stat
import struct
import zipfile

import pytest

from skillc.runtime.formats.archive import ArchiveBounds, ArchiveFault, pack, unpack

BOUNDS = ArchiveBounds(members=4, size=100_000, ratio=100)
MEMBERS = {"a.json": b"{}", "deep/b.bin": bytes(range(256))}


def zipped(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def refused(data: bytes, bounds: ArchiveBounds = BOUNDS) -> str:
    with pytest.raises(ArchiveFault) as caught:
        unpack(data, bounds)
    return str(caught.value)


@pytest.mark.parametrize("deflate", [False, True])
def test_what_was_packed_is_read_again_and_equal_members_are_equal_bytes(deflate: bool) -> None:
    data = pack(MEMBERS, deflate=deflate)
    assert unpack(data, BOUNDS) == MEMBERS and data == pack(MEMBERS, deflate=deflate)


@pytest.mark.parametrize(
    "name", ["../x", "/x", "C:/x", "C:x", "a\\b", "a//b", "./a", "a/../b", "a\x1b", "é", "n" * 201, "nul:x"]
)
def test_names_that_lead_out_of_the_folder_or_are_no_plain_paths_are_refused(name: str) -> None:
    assert "path" in refused(zipped((name, b""))) or "characters" in refused(zipped((name, b"")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_or_differing_by_case_is_refused() -> None:
    assert "is there twice" in refused(zipped(("a", b"1"), ("a", b"2")))
    assert "by case" in refused(zipped(("a", b"1"), ("A", b"2")))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_devices_are_refused(kind: int) -> None:
    entry = zipfile.ZipInfo("a")
    entry.external_attr = (kind | 0o644) << 16
    assert "is a link, a device" in refused(zipped((entry, b"/etc/passwd")))


def test_folders_and_extra_fields_in_which_hard_links_are_kept_are_refused() -> None:
    assert "path" in refused(zipped(("a/", b"")))
    entry = zipfile.ZipInfo("a")
    entry.extra = struct.pack("<HH4s", 0x756E, 4, b"link")
    assert "extra fields" in refused(zipped((entry, b"")))


def test_an_archive_cut_anywhere_or_lengthened_is_refused() -> None:
    data = pack(MEMBERS, deflate=True)
    for length in range(len(data)):
        refused(data[:length])
    refused(data + b"x")
    refused(b"x" + data)


def test_a_comment_an_encrypted_member_and_another_packing_are_refused() -> None:
    data = pack(MEMBERS, deflate=False)
    assert "comment" in refused(data[:-2] + b"\x01\x00")
    at = data.index(b"PK\x01\x02")
    assert "encrypted" in refused(data[: at + 8] + b"\x01" + data[at + 9 :])
    assert "packed in another way" in refused(data[: at + 10] + b"\x0c" + data[at + 11 :])


def test_members_that_overlap_are_refused() -> None:
    data = bytearray(pack({"a": b"0" * 50, "b": b"1" * 50}, deflate=False))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = bytes(4)
    assert "overlaps" in refused(bytes(data))


def test_more_than_the_bounds_allow_is_refused() -> None:
    assert "members" in refused(pack({str(i): b"" for i in range(5)}, deflate=False))
    assert "times its size" in refused(pack({"a": bytes(90_000)}, deflate=True))
    assert "unpacks to" in refused(pack({"a": bytes(60_000), "b": bytes(60_000)}, deflate=False))


def test_a_member_that_unpacks_to_other_than_it_states_is_refused() -> None:
    data = bytearray(pack({"a": bytes(range(200)) * 5}, deflate=True))
    for at in (22, data.index(b"PK\x01\x02") + 24):
        data[at : at + 4] = struct.pack("<L", 900)
    refused(bytes(data))


def test_a_directory_longer_than_its_names_can_be_is_refused_before_it_is_read() -> None:
    data = pack({str(i): b"" for i in range(50)}, deflate=False)
    end = data[-22:]
    count = struct.pack("<HH", 1, 1)
    assert "another size or place" in refused(data[:-22] + end[:8] + count + end[12:])
