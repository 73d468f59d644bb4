"""Packets of the emulator against worked examples and the maker's own packet handler."""

import random

from dynamixel_sdk import PacketHandler

from skillc.runtime.drivers.emulated.dynamixel_packet import crc, status, take_packet


def test_the_checksum_is_the_makers() -> None:
    # ROBOTIS e-manual, protocol 2.0, "Read" example.
    packet = bytes.fromhex("fffffd00 01 0700 02 8400 0400")
    assert crc(packet).to_bytes(2, "little") == bytes.fromhex("1d15")
    handler = PacketHandler(2.0)
    data = random.Random(0).randbytes(300)
    assert crc(data) == handler.updateCRC(0, data, len(data))


def test_bytes_that_look_like_a_header_survive_both_ways() -> None:
    handler = PacketHandler(2.0)
    data = b"\x01\xff\xff\xfd\x02\xff\xff\xfd"
    packet = handler.removeStuffing(list(status(3, 0, data)))
    assert bytes(packet[9 : 9 + len(data)]) == data


def test_noise_and_damaged_packets_are_skipped() -> None:
    sound = bytes.fromhex("fffffd00 01 0300 01 194e")  # ping of motor 1, e-manual
    damaged = sound[:-1] + b"\x00"
    packet, rest = take_packet(b"\x00\xff\xff" + damaged + sound + b"\xff\xff")
    assert packet == b"\x01\x01" and rest == b"\xff\xff"
    assert take_packet(sound[:6]) == (None, sound[:6])
