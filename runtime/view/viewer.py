"""`skillc view`: the video, the human hand, the objects, the robot and a run of it in 3D, played in the browser."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.geometry.se3 import as_quat_wxyz, inverse
from skillc.runtime.machine.log_reader import LoggedRun
from skillc.runtime.view.browser_window import BrowserWindow
from skillc.runtime.view.drawn_world import DrawnWorld, draw_geom
from skillc.runtime.view.footage import Footage, folders_of
from skillc.runtime.view.player import Player
from skillc.runtime.view.run_track import RunTrack
from skillc.runtime.view.spec_line import line_of
from skillc.runtime.view.time_marks import frames_of, keyframe_marks, phase_marks, sample_at

BONES = tuple((0 if j % 4 == 1 else j - 1, j) for j in range(1, 21))
"""Joint pairs of the 21-joint hand: wrist to each finger's base, then along the finger."""
HUMAN, PLANNED, TOUCHING = (230, 120, 30), (40, 90, 220), (220, 20, 40)
"""Colours (RGB) of what the human did, of the reference beside a run, of contacts."""
AROUND, SUN = 0.25, 1.2
"""ours: strength of the light from everywhere and of a lamp, in which a surface has about the colour it is given."""


class Viewer:
    """Shows one build, and one run of it where there is a log."""

    def __init__(
        self, skill: Skill, host: str, port: int, *, data: Path | None = None, run: LoggedRun | None = None
    ) -> None:
        """Start serving.

        Raises:
            PortBusy: another program listens on the port.
            WrongLog: the run is not one of this skill.
        """
        self._skill, self._lock = skill, threading.RLock()
        edited = ", ".join(skill.contents.edited)
        self.warning = f"edited since it was built: {edited}" if edited else ""
        """Why what is shown is not what was built; empty if it is."""
        self._hand = HandMotion.load(skill.files / "motion" / "hand.npz")
        self._motion = ObjectMotion.load(skill.files / "motion" / "object.npz")
        self._calibration = Calibration.load(skill.files / "calibration.json")
        self._track = None if run is None else RunTrack.of(run, skill.contract)
        self._reference = skill.reference if run is None else run.reference
        self._frames = frames_of(self._reference, len(self._hand.frame))
        source = skill.contents.source
        self._footage = Footage(source, folders_of(source, data))
        self._window = BrowserWindow(skill.name, host, port)
        self.address, self._server = self._window.address, self._window.server
        self._draw()
        self._add_panel()

    def wait(self) -> None:
        """Serve until interrupted."""
        try:
            self._window.wait()
        finally:
            self.close()

    def close(self) -> None:
        """Stop serving."""
        self._player.close()
        self._window.close()
        self._footage.close()

    def _draw(self) -> None:
        """Draw everything once, from where the recording's own camera was."""
        T_table_camera = inverse(self._calibration.T_camera_table)
        camera, scene = self._server.initial_camera, self._server.scene
        camera.position = T_table_camera[:3, 3]
        camera.look_at = np.asarray(self._skill.twin.manipulated.T_table_object)[:3, 3]
        camera.up = (0.0, 0.0, 1.0)
        # viser's own lights make pale things as white as the page, and a browser without a graphics card takes seconds
        # for a picture with their shadows.
        scene.configure_default_lights(enabled=False)
        scene.configure_environment_map("warehouse", environment_intensity=AROUND)
        scene.add_light_directional("/sun", intensity=SUN, position=(0.3, -0.6, 1.0))
        robot = simulated_robot(self._skill, built_scene(self._skill), Trial())
        self._world = robot.world
        beside = self._track is not None
        self._planned = DrawnWorld(
            self._server, "/planned", robot.world, robot.data, tint=np.array(PLANNED) / 255 if beside else None
        )
        self._ran = DrawnWorld(self._server, "/run", robot.world, robot.data) if beside else None
        self._demonstrated = scene.add_frame("/demonstrated", show_axes=False)
        name = self._skill.twin.manipulated.name
        for geom in np.nonzero(robot.world.model.geom_bodyid == robot.world.object_body[name])[0]:
            draw_geom(self._server, f"/demonstrated/{geom}", robot.world.model, int(geom), np.array(HUMAN) / 255)
        for thing in self._skill.twin.objects:
            for mesh in (self._ran or self._planned).meshes.get(thing.name, []):
                mesh.on_click(lambda _, thing=thing: self._name(line_of(thing, self._calibration)))

    def _add_panel(self) -> None:
        gui, skill = self._server.gui, self._skill
        gui.configure_theme(control_width="large", show_share_button=False, show_logo=False)
        self._note = gui.add_markdown(self.warning.replace("_", "\\_"), visible=bool(self.warning))
        frame = self._footage.frame(skill.keyframes.contact)
        self._picture = None if frame is None else gui.add_image(frame, label="the video", format="jpeg")
        if self._footage.missing:
            gui.add_markdown(self._footage.missing.replace("_", "\\_"))
        led = self._reference if self._track is None else self._track
        self._player = Player(gui, _end(led.time_s), self._play)
        if self._track is not None:
            self._add_run(gui, self._track)
        self._robot = gui.add_slider(
            "robot and object (s)", 0.0, _end(self._reference.time_s), 0.01, 0.0,
            marks=tuple(phase_marks(self._reference)),
        )  # fmt: skip
        keyframes = keyframe_marks(skill.keyframes)
        self._human = gui.add_slider(
            "human and object (frame)", 0, len(self._hand.frame) - 1, 1, skill.keyframes.contact,
            marks=tuple((frame, name[0].upper()) for name, frame in keyframes.items()),
        )  # fmt: skip
        choose = gui.add_button_group("keyframe", tuple(f"{name} {frame}" for name, frame in keyframes.items()))
        self._named = gui.add_markdown("Click on a thing for the line of the spec that names it.")
        self._robot.on_update(lambda event: self._moved(event, self._track is None, self._show_robot))
        self._human.on_update(lambda _: self._show_human(int(self._human.value)))
        choose.on_click(lambda _: self._go_to_frame(int(choose.value.rsplit(" ", 1)[1])))
        if self._track is None:
            self._show_robot(0.0)
            self._show_human(skill.keyframes.contact)
        else:
            self._show_run(0.0)

    def _add_run(self, gui: Any, track: RunTrack) -> None:
        """Add the run's own time line, what it says of each tick, and its forces."""
        self._ticks = gui.add_slider("run (s)", 0.0, _end(track.time_s), 0.01, 0.0)
        self._told = gui.add_markdown("")
        colours = ("#dc1428", "#e6781e", "#285adc")
        series = ({"label": "s"}, *({"label": w, "stroke": c} for w, c in zip(track.forces, colours, strict=True)))
        gui.add_uplot(
            (track.time_s, *track.forces.values()), series, title="forces of the run, N",
            scales={"x": {"time": False}}, aspect=2.0,
        )  # fmt: skip
        self._ticks.on_update(lambda event: self._moved(event, True, self._show_run))

    def _moved(self, event: Any, leads: bool, show: Callable[[float], None]) -> None:
        """Show where a time line was moved to; the clock goes on from there if a person moved the one that it plays."""
        if event.client is not None and leads:
            self._player.seek(float(event.target.value))
        show(float(event.target.value))

    def _play(self, at_s: float) -> None:
        """Follow the player: the run where there is one, else the reference; each moves what it stems from."""
        if self._track is not None:
            self._ticks.value = at_s
        else:
            self._robot.value = at_s

    def _go_to_frame(self, frame: int) -> None:
        """Show a frame of the demonstration, and the sample that comes nearest to it."""
        shown = np.nan_to_num(self._reference.demonstrated_frame, nan=np.inf)
        if np.isfinite(shown).any():
            self._robot.value = float(self._reference.time_s[int(np.argmin(np.abs(shown - frame)))])
        self._human.value = frame

    def _show_run(self, at_s: float) -> None:
        """Move the run's robot and objects to what was measured, mark what they touch, and let the reference follow."""
        assert self._track is not None and self._ran is not None
        tick = sample_at(self._track.time_s, at_s)
        with self._lock:
            self._ran.pose(self._track.posture(tick), dict(self._track.objects(tick)))
            touching = self._ran.touching()
            self._told.content = self._track.told(tick).replace("_", "\\_")
            self._server.scene.add_point_cloud(
                "/touching", touching if len(touching) else np.zeros((1, 3)), colors=TOUCHING, point_size=0.004,
                point_shape="circle", visible=bool(len(touching)),
            )  # fmt: skip
        self._robot.value = float(self._reference.time_s[self._track.sample(tick)])

    def _show_robot(self, at_s: float) -> None:
        """Move the robot to its command, the manipulated object to where the reference expects it, the human along."""
        sample = sample_at(self._reference.time_s, at_s)
        with self._lock:
            pose = {self._skill.twin.manipulated.name: self._reference.T_table_manip[sample]}
            self._planned.pose(self._reference.qpos[sample], pose)
        self._human.value = int(self._frames[sample])

    def _show_human(self, frame: int) -> None:
        joints: FloatArray = self._hand.joints_table_m[frame]
        seen = np.isfinite(joints).all()
        points = joints[np.array(BONES)] if seen else np.zeros((1, 2, 3))
        T = self._motion.T_table_object[frame]
        with self._lock, self._server.atomic():
            self._server.scene.add_line_segments("/human", points, colors=HUMAN, thickness=0.006, visible=bool(seen))
            self._demonstrated.position, self._demonstrated.wxyz = T[:3, 3], as_quat_wxyz(T)
        with self._lock:
            picture = self._footage.frame(frame) if self._picture is not None and not self._footage.missing else None
            if picture is not None and self._picture is not None:
                self._picture.image = picture

    def _name(self, line: str) -> None:
        """Tell the line of the spec that names what was clicked on."""
        print(line, flush=True)
        self._named.content = f"`{line}`"


def _end(time_s: FloatArray) -> float:
    """Return where a time line ends, s, in hundredths as its slider counts, never before its last moment."""
    return float(np.ceil(100 * time_s[-1] - 1e-6) / 100)
