"""Kill what moves an emulated LEAP hand, at random ticks: how long until the hand stands still.

    python -m benchmarks.kill_hand [--times 100] [--seed 0]

Each time a process of its own connects to the emulated Dynamixel bus and moves all sixteen joints; it is then killed
with SIGKILL. The hand has to stand still within 100 ms (FAULTS R29), every motor's watchdog tripped, and a goal that is
written afterwards has to be refused. Exit code 1 if it did not once.
"""

import argparse
import random
import subprocess
import sys
import time
from dataclasses import dataclass

from skillc.benchmarks.provenance import print_provenance
from skillc.runtime.drivers.emulated.dynamixel import EmulatedBus
from skillc.runtime.drivers.emulated.dynamixel_motor import DATA_RANGE, ERROR

ALLOWED_S = 0.1
MOVES = """
import sys, time, numpy as np
from skillc.runtime.drivers.leap import LeapHand, LeapSettings
from skillc.runtime.formats.motors import Drive
drive = Drive(stall_torque=0.93, stall_current=1.80, no_load_speed=8.48, current_limit=0.55)
hand = LeapHand(LeapSettings(joints=tuple(str(i) for i in range(16)), port=sys.argv[1], drive=drive))
began = time.monotonic()
print("moving", flush=True)
while True:
    hand.exchange(np.full(16, 0.5 * np.sin(6.0 * (time.monotonic() - began))))
    time.sleep(1.0 / hand.rate_hz)
"""


@dataclass(frozen=True, kw_only=True)
class Killing:
    """One process killed."""

    moving: bool
    """The hand moved when it happened."""
    still_after_s: float
    """s from the signal until the last motion of any joint; 0 if none came after it."""
    stopped: int
    """Motors whose watchdog tripped and that refuse a goal."""

    @property
    def sound(self) -> bool:
        """The hand moved, and then stood in time."""
        return self.moving and self.still_after_s <= ALLOWED_S and self.stopped == 16


def kill_once(after_s: float) -> Killing:
    """Let a process move a hand for `after_s` seconds, kill it, and look at the motors."""
    with EmulatedBus() as bus:
        process = subprocess.Popen([sys.executable, "-c", MOVES, bus.path], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        if process.stdout.readline() != "moving\n":
            raise RuntimeError("the hand did not start")
        time.sleep(after_s)
        process.kill()
        killed = time.monotonic()
        process.wait()
        process.stdout.close()
        time.sleep(2 * ALLOWED_S)
        motors = [bus.state(number) for number in bus.motors]
        return Killing(
            moving=all(killed - motor.moved_s < ALLOWED_S for motor in motors),
            still_after_s=max(0.0, max(motor.moved_s for motor in motors) - killed),
            stopped=sum(m.value("Bus Watchdog") == ERROR and m.write(116, bytes(4)) == DATA_RANGE for m in motors),
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    print_provenance()
    killings = [kill_once(chance.uniform(0.05, 0.6)) for _ in range(options.times)]
    sound = sum(k.sound for k in killings)
    waits = sorted(k.still_after_s for k in killings)
    print(f"{sound} of {len(killings)} hands stood still within {ALLOWED_S * 1e3:.0f} ms and took no goal after it")
    print(f"time until the last motion: median {waits[len(waits) // 2] * 1e3:.0f} ms, longest {waits[-1] * 1e3:.0f} ms")
    return int(sound < len(killings))


if __name__ == "__main__":
    sys.exit(main())
