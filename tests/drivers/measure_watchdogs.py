"""Kill each link of the chain run, filter, servo, and measure how long the joints go on.

    python -m tests.drivers.measure_watchdogs [--times 10]

Four joints on a bench move at 0.5 rad/s; a link gets SIGKILL or SIGSTOP, or the run falls silent. Printed are the times
until every joint is slower than a tenth of that: median and longest.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.provenance import print_provenance
from tests.drivers.test_watchdogs import Bench

LINKS = ("run silent", "filter killed", "filter frozen", "servo killed", "servo frozen")


def held_after(link: str) -> float:
    """Return seconds from the fault until every joint rests."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            bench.go(0.8)
            since = time.monotonic()
            if link == "run silent":
                time.sleep(1.0)
            else:
                process = bench.filter if link.startswith("filter") else bench.arm_servo
                os.kill(process.pid or 0, signal.SIGKILL if link.endswith("killed") else signal.SIGSTOP)
                bench.go(1.0, at=0.8)
            return bench.still_after(since)
        finally:
            bench.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    print_provenance()
    print(f"load {os.getloadavg()[0]:.1f}")
    for link in LINKS:
        waits = sorted(held_after(link) for _ in range(options.times))
        print(f"{link}: median {waits[len(waits) // 2] * 1e3:.0f} ms, longest {waits[-1] * 1e3:.0f} ms of {len(waits)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
