import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import read_picture
from skillc.runtime.perception.recording.picture_size import MAX_SIDE, check_picture_size
from skillc.runtime.perception.recording.rgbd_folder import read_depth


def png(width: int, height: int) -> bytes:
    """A PNG that states its size; its pixels, were they made, would fill the memory."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_a_picture_that_states_too_much_is_not_decoded(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png(30_000, 30_000))
    for read in (read_picture, read_depth):
        with pytest.raises(InputFault, match="30000x30000") as caught:
            read(tmp_path / "bomb.png")
        assert caught.value.code == "SK807"


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_the_size_is_the_one_the_decoder_finds(suffix: str) -> None:
    done, data = cv2.imencode(suffix, np.zeros((2, MAX_SIDE + 1, 3), np.uint8))
    assert done
    with pytest.raises(InputFault, match=f"{MAX_SIDE + 1}x2"):
        check_picture_size(data.tobytes(), "a")
    check_picture_size(cv2.imencode(suffix, np.zeros((2, MAX_SIDE, 3), np.uint8))[1].tobytes(), "a")


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x00" * 9]
)
def test_pieces_of_pictures_pass_to_the_decoder(data: bytes) -> None:
    check_picture_size(data, "a")
