"""One XC330-M288: its control table, its watchdog, and a rotor that follows the goal (ROBOTIS e-manual)."""

import math

MODEL, FIRMWARE = 1240, 52
TABLE = {
    "Model Number": (0, 2), "Firmware Version": (6, 1), "Return Delay Time": (9, 1), "Operating Mode": (11, 1),
    "Current Limit": (38, 2), "Torque Enable": (64, 1), "Hardware Error Status": (70, 1), "Bus Watchdog": (98, 1),
    "Goal Current": (102, 2), "Goal Position": (116, 4), "Realtime Tick": (120, 2), "Present Current": (126, 2),
    "Present Position": (132, 4),
}  # fmt: skip
"""Name -> address, size."""
FIRST = {"Model Number": MODEL, "Firmware Version": FIRMWARE, "Return Delay Time": 250, "Operating Mode": 3,
         "Current Limit": 1750, "Goal Current": 1750}  # fmt: skip
EEPROM_END = 64
READ_ONLY = ((0, 7), (70, 71), (120, 147))
GOALS = (100, 120)
"""Read-only while the watchdog's error lasts."""
DATA_RANGE, DATA_LIMIT, ACCESS = 0x04, 0x06, 0x07
ERROR = 0xFF
"""-1 in Bus Watchdog: it stopped the motor."""
WATCHDOG_UNIT_S = 0.020
FASTEST = 5529.0
"""Counts/s: 81 rev/min."""
LAG_S = 0.03
"""Of the emulated servo; not the maker's."""
MILLIAMPERES_PER_COUNT = 2.0
"""Of the emulated servo: what it draws for each count of error; not the maker's."""
STRAIGHT = 2048.0


class EmulatedMotor:
    """One motor; whoever holds it asks it to `advance`."""

    def __init__(self, number: int, now: float) -> None:
        """Switch it on at `now` (s)."""
        self._table = bytearray(256)
        for name, value in FIRST.items():
            self._put(name, value)
        self.number, self.position = number, STRAIGHT
        self._since = self.heard_s = self.moved_s = now
        self.overheated = False
        """Set it, and the motor gives up as it does when too hot."""

    @property
    def alert(self) -> int:
        """The bit of its status packets that says it has a hardware error."""
        return 0x80 if self.value("Hardware Error Status") else 0

    def value(self, name: str) -> int:
        """Return a register of TABLE, unsigned."""
        address, size = TABLE[name]
        return int.from_bytes(self._table[address : address + size], "little")

    def identity(self) -> bytes:
        """Return what a ping is answered with."""
        return bytes(self._table[0:2]) + bytes([FIRMWARE])

    def hear(self, now: float) -> None:
        """Note an instruction packet on the bus."""
        self.heard_s = now

    def read(self, address: int, size: int) -> bytes:
        """Return registers."""
        return bytes(self._table[address : address + size])

    def write(self, address: int, data: bytes) -> int:
        """Write registers; return the error number of the status packet, 0 if they were written."""
        end = address + len(data)
        if end > len(self._table) or any(address < last and end > first for first, last in READ_ONLY):
            return ACCESS
        if address < EEPROM_END and self.value("Torque Enable"):
            return ACCESS
        if self.value("Bus Watchdog") == ERROR and address < GOALS[1] and end > GOALS[0]:
            return DATA_RANGE
        if address == TABLE["Bus Watchdog"][0] and data[0] > 127:
            return DATA_RANGE
        if address == TABLE["Goal Current"][0] and int.from_bytes(data[:2], "little") > self.value("Current Limit"):
            return DATA_LIMIT
        if address == TABLE["Torque Enable"][0] and data[0] and self.alert:
            return ACCESS
        if address == TABLE["Operating Mode"][0] and data[0] not in (0, 1, 3, 4, 5, 16):
            return DATA_RANGE
        self._table[address:end] = data
        return 0

    def advance(self, now: float) -> None:
        """Move as the motor has moved until `now` (s)."""
        if self.overheated:
            self._put("Hardware Error Status", 0x04)
            self._put("Torque Enable", 0)
        watchdog, torque = self.value("Bus Watchdog"), bool(self.value("Torque Enable"))
        until = now
        if torque and 0 < watchdog <= 127:
            until = min(now, self.heard_s + watchdog * WATCHDOG_UNIT_S)
        current = self._follow(until) if torque and watchdog != ERROR else 0.0
        if until < now:
            self._put("Bus Watchdog", ERROR)
            self._put("Goal Position", round(self.position))
            current = 0.0
        self._since = now
        self._put("Present Position", round(self.position))
        self._put("Present Current", round(current))
        self._put("Realtime Tick", int(now * 1000) % 32768)

    def _follow(self, until: float) -> float:
        """Go towards the goal from the last time until `until`; return the current, mA."""
        passed = max(0.0, until - self._since)
        goal = int.from_bytes(self._table[116:120], "little", signed=True)
        way = (goal - self.position) * (1 - math.exp(-passed / LAG_S))
        way = max(-FASTEST * passed, min(FASTEST * passed, way))
        self.position += way
        if abs(way) > 0.01:
            self.moved_s = until
        most = self.value("Goal Current")
        return max(-most, min(most, MILLIAMPERES_PER_COUNT * (goal - self.position)))

    def _put(self, name: str, value: int) -> None:
        address, size = TABLE[name]
        self._table[address : address + size] = (value % 256**size).to_bytes(size, "little")
