"""Packets of the Dynamixel protocol 2.0: header, stuffing, CRC (ROBOTIS e-manual, protocol 2.0)."""

HEADER = b"\xff\xff\xfd\x00"
STATUS = 0x55
LONGEST = 1024
POLYNOMIAL = 0x8005


def crc(data: bytes) -> int:
    """Return the CRC-16 (polynomial 0x8005, start 0, most significant bit first) of `data`."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ _TABLE[value >> 8 ^ byte]
    return value


def status(motor: int, error: int, data: bytes) -> bytes:
    """Return a status packet."""
    body = _stuffed(bytes([STATUS, error]) + data)
    head = HEADER + bytes([motor]) + (len(body) + 2).to_bytes(2, "little")
    return head + body + crc(head + body).to_bytes(2, "little")


def take_packet(heard: bytes) -> tuple[bytes | None, bytes]:
    """Return the first sound instruction packet (id, instruction, parameters) and the bytes behind it.

    Bytes that belong to no sound packet are dropped; None if there is no whole packet yet.
    """
    while True:
        at = heard.find(HEADER)
        if at < 0:
            return None, heard[-3:]
        heard = heard[at:]
        if len(heard) < 7:
            return None, heard
        size = int.from_bytes(heard[5:7], "little")
        if not 3 <= size <= LONGEST:
            heard = heard[4:]
            continue
        if len(heard) < 7 + size:
            return None, heard
        whole, rest = heard[: 7 + size], heard[7 + size :]
        if crc(whole[:-2]) == int.from_bytes(whole[-2:], "little"):
            return bytes([whole[4]]) + whole[7:-2].replace(b"\xff\xff\xfd\xfd", b"\xff\xff\xfd"), rest
        heard = heard[4:]


def _stuffed(body: bytes) -> bytes:
    return body.replace(b"\xff\xff\xfd", b"\xff\xff\xfd\xfd")


def _row(byte: int) -> int:
    value = byte << 8
    for _ in range(8):
        value = (value << 1 ^ POLYNOMIAL if value & 0x8000 else value << 1) & 0xFFFF
    return value


_TABLE = tuple(_row(byte) for byte in range(256))
