"""The size a PNG or JPEG file states, read before a decoder makes room for it: some kilobytes can state gigabytes."""

import struct

from skillc.runtime.perception.recording.faults import InputFault

MAX_SIDE = 8192
"""px; larger than any camera this is made for."""
_PNG = b"\x89PNG\r\n\x1a\n"
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xDA)}
"""JPEG markers that stand alone."""
_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""JPEG markers whose segment states the size."""


def check_picture_size(data: bytes, name: str) -> None:
    """Raise InputFault (SK807) for a picture that states more than `MAX_SIDE` px a side; what is no picture passes."""
    size = _png_size(data) if data.startswith(_PNG) else _jpeg_size(data) if data.startswith(b"\xff\xd8") else None
    if size is not None and max(size) > MAX_SIDE:
        told = f"{name}: {size[0]}x{size[1]} px; expected up to {MAX_SIDE} px a side"
        raise InputFault("SK807", told, "scale it down")


def _png_size(data: bytes) -> tuple[int, int] | None:
    return struct.unpack_from(">II", data, 16) if len(data) >= 24 else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAME:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 if marker in _WITHOUT_LENGTH else 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None
