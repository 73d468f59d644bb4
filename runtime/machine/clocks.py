"""By what the ticks of a run are timed: the computer's clock that nobody can set, or the robot's own."""

import time

from skillc.runtime.machine.ports import Robot


class MonotonicClock:
    """Real time; the wall clock, which may be set, is never asked (FAULTS R33)."""

    def now(self) -> float:
        """Return seconds since the computer started."""
        return time.monotonic()

    def wait(self, until: float) -> None:
        """Sleep until `until` (s); not at all if it is over."""
        time.sleep(max(0.0, until - time.monotonic()))


class RobotTime:
    """The clock of a robot that has one of its own: a simulation."""

    def __init__(self, robot: Robot) -> None:
        """Read the time from `robot`."""
        self._robot = robot

    def now(self) -> float:
        """Return seconds of the simulation."""
        return self._robot.time_s

    def wait(self, until: float) -> None:
        """Return at once: time passes in `Robot.advance`."""
