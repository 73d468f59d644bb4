"""A robot whose objects are located by a camera: the same calls as the robot, what is around it as the camera shows it.

Locating runs inside the call here, which is right where time is simulated: what it takes is the camera's latency.
"""

from collections import deque
from dataclasses import replace

import numpy as np

from skillc.runtime.drivers.measurement import DeviceReport, Measurement
from skillc.runtime.drivers.picture import LiveCamera, Picture
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.machine.ports import Robot
from skillc.runtime.sight.follow import FollowedScene, Follower
from skillc.runtime.sight.scene_sight import SceneFound, SceneSight

REMEMBERED_S = 1.0
"""ours: joints are kept for so long, to know where the robot was when a picture was exposed."""


class SeeingRobot:
    """Wraps a robot; its own word on where objects are is not passed on."""

    def __init__(self, robot: Robot, camera: LiveCamera, sight: SceneSight, manipulated: str) -> None:
        """Look through `camera`, on the robot's clock, for the objects of `sight`."""
        self._robot, self._camera, self._sight, self._manipulated = robot, camera, sight, manipulated
        self._follower = Follower(sight)
        self._joints: deque[tuple[float, FloatArray]] = deque()
        self._number = -1
        self._found: SceneFound | None = None
        self._scene: FollowedScene | None = None

    def send(self, q: FloatArray) -> None:
        """Pass joint targets (n,) on."""
        self._robot.send(q)

    def advance(self) -> Measurement:
        """Let the robot advance, and say what is seen then."""
        return self._seen(self._robot.advance())

    def measure(self) -> Measurement:
        """Return the newest measurement with what is seen."""
        return self._seen(self._robot.measure())

    @property
    def time_s(self) -> float:
        """Seconds on the robot's clock."""
        return self._robot.time_s

    @property
    def bad_state(self) -> str:
        """Why the run is invalid; empty while it is fine."""
        return self._robot.bad_state

    @property
    def found(self) -> SceneFound | None:
        """What the last look at the whole table showed."""
        return self._found

    @property
    def scene(self) -> FollowedScene | None:
        """Where everything is followed to; None before the first picture."""
        return self._scene

    def _seen(self, measured: Measurement) -> Measurement:
        now = measured.time_s
        self._joints.append((now, measured.qpos))
        while self._joints[0][0] < now - REMEMBERED_S:
            self._joints.popleft()
        picture = self._camera.newest()
        if picture is not None and picture.frame.number != self._number:
            self._number = picture.frame.number
            self._take(picture, now - self._camera.age_s())
        reports = (*measured.reports, *self._camera.reports(), *self._moved())
        if picture is None or self._scene is None:
            return replace(
                measured, T_table_objects={}, objects_age_s=float("inf"), manip_lowest_z=float("nan"),
                frame=None if picture is None else picture.frame, reports=reports,
            )  # fmt: skip
        own = self._scene.objects[self._manipulated]
        shape = next(s for s in self._sight.shapes if s.name == self._manipulated)
        lowest = float((own.scale * shape.points @ own.T[2, :3] + own.T[2, 3]).min())
        return replace(
            measured,
            T_table_objects={name: one.T for name, one in self._scene.objects.items()},
            objects_age_s=now - own.confirmed_s,
            manip_lowest_z=lowest,
            frame=picture.frame,
            reports=reports,
        )

    def _take(self, picture: Picture, exposed_s: float) -> None:
        frame = picture.frame
        if not abs(frame.colour_s - frame.depth_s) <= frame.period_s:
            return  # colour and depth of different moments (FAULTS R9)
        q = min(self._joints, key=lambda at: abs(at[0] - exposed_s))[1]
        if not np.isfinite(q).all():
            return
        if self._scene is not None:
            self._scene = self._follower.next(self._scene, picture, q, exposed_s)
            return
        self._found = self._sight.find(picture, q)
        if not (self._found.levelling.moved or self._found.levelling.unseen):
            self._scene = self._follower.begin(self._found, q, exposed_s)

    def _moved(self) -> tuple[DeviceReport, ...]:
        """Return that the camera does not stand where it was calibrated (FAULTS R12)."""
        if self._found is None or not self._found.levelling.moved:
            return ()
        return (DeviceReport(code="R12", fault="configuration", message=self._found.levelling.moved),)
