"""`skillc view`: the human hand, the objects and the robot in 3D, with a slider over time, in the browser."""

import contextlib
import io
import secrets
import time
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.geometry.se3 import as_quat_wxyz, inverse
from skillc.runtime.view.gatekeeper import LOOPBACK, Door, Gatekeeper
from skillc.runtime.view.geom_mesh import geom_mesh

BONES = tuple((0 if j % 4 == 1 else j - 1, j) for j in range(1, 21))
"""Joint pairs of the 21-joint hand: wrist to each finger's base, then along the finger."""

HUMAN = (230, 140, 60)
"""Colour (RGB) of what the human did."""


class Viewer:
    """Serves one build on a port until closed."""

    def __init__(self, skill: Skill, host: str, port: int) -> None:
        """Start serving.

        Raises:
            PortBusy: another program listens on the port.
        """
        import viser

        from skillc.runtime.view.inner_lock import HEADER, locked

        self._skill = skill
        edited = ", ".join(skill.contents.edited)
        self.warning = f"edited since it was built: {edited}" if edited else ""
        """Why what is shown is not what was built; empty if it is."""
        self._hand = HandMotion.load(skill.files / "motion" / "hand.npz")
        self._motion = ObjectMotion.load(skill.files / "motion" / "object.npz")
        self._robot = simulated_robot(skill, built_scene(skill), Trial())
        # It announces its own port, which is not the one to open.
        key = secrets.token_urlsafe(32)
        with contextlib.redirect_stdout(io.StringIO()), locked(key):
            self._server = viser.ViserServer(host="127.0.0.1", port=0, label=skill.name, verbose=False)
        token = "" if host in LOOPBACK else secrets.token_urlsafe(16)
        names = LOOPBACK if host in LOOPBACK else (*LOOPBACK, host)
        door = Door(hosts=names, port=port, token=token, inner_header=(HEADER, key))
        try:
            self._gate = Gatekeeper(host, self._server.get_port(), door)
        except OSError:
            self._server.stop()
            raise
        self.address = f"http://{host}:{port}/" + (f"?token={token}" if token else "")
        self._look_at(skill)
        self._bodies = self._draw_bodies()
        self._demonstrated = self._draw_demonstrated()
        self._draw_slider()

    def wait(self) -> None:
        """Serve until interrupted."""
        try:
            while True:
                time.sleep(0.5)
        finally:
            self.close()

    def close(self) -> None:
        """Stop serving."""
        self._gate.close()
        self._server.stop()

    def _look_at(self, skill: Skill) -> None:
        """Start where the recording's own camera was."""
        T_table_camera = inverse(Calibration.load(skill.files / "calibration.json").T_camera_table)
        camera = self._server.initial_camera
        camera.position = T_table_camera[:3, 3]
        camera.look_at = np.asarray(skill.twin.manipulated.T_table_object)[:3, 3]
        camera.up = (0.0, 0.0, 1.0)

    def _draw_bodies(self) -> dict[int, Any]:
        """Add every body once, with its geoms as meshes; later only the frames move."""
        model, scene, frames = self._robot.world.model, self._server.scene, {}
        for body in range(model.nbody):
            frames[body] = scene.add_frame(f"/body/{body}", show_axes=False)
        for geom in range(model.ngeom):
            self._draw_geom(f"/body/{model.geom_bodyid[geom]}/{geom}", geom, np.asarray(model.geom_rgba[geom][:3]))
        return frames

    def _draw_demonstrated(self) -> Any:
        """Add the manipulated object once more, in the human's colour, to be moved as the human moved it."""
        model = self._robot.world.model
        body = model.body(f"object/{self._skill.twin.manipulated.name}").id
        frame = self._server.scene.add_frame("/demonstrated", show_axes=False)
        for geom in np.nonzero(model.geom_bodyid == body)[0]:
            self._draw_geom(f"/demonstrated/{geom}", int(geom), np.array(HUMAN) / 255, opacity=0.4)
        return frame

    def _draw_geom(self, name: str, geom: int, color: FloatArray, opacity: float | None = None) -> None:
        model = self._robot.world.model
        mesh = geom_mesh(model, geom)
        if mesh is None:
            return
        self._server.scene.add_mesh_simple(
            name,
            mesh.vertices,
            mesh.faces,
            color=color,
            opacity=opacity,
            position=model.geom_pos[geom],
            wxyz=model.geom_quat[geom],
        )

    def _draw_slider(self) -> None:
        gui, skill = self._server.gui, self._skill
        self._note = gui.add_markdown(self.warning.replace("_", "\\_"), visible=bool(self.warning))
        robot = gui.add_slider("robot and object (s)", 0.0, float(skill.reference.time_s[-1]), 1 / 60, 0.0)
        human = gui.add_slider("human and object (frame)", 0, len(self._hand.frame) - 1, 1, skill.keyframes.contact)
        robot.on_update(lambda _: self._show_robot(float(robot.value)))
        human.on_update(lambda _: self._show_human(int(human.value)))
        self._show_robot(0.0)
        self._show_human(skill.keyframes.contact)

    def _show_robot(self, time_s: float) -> None:
        """Move the robot to its command and the manipulated object to where the reference expects it."""
        reference, world, data = self._skill.reference, self._robot.world, self._robot.data
        sample = int(np.clip(np.searchsorted(reference.time_s, time_s), 0, len(reference.time_s) - 1))
        data.qpos[world.joint_qpos] = reference.qpos[sample]
        at, T = world.object_qpos[self._skill.twin.manipulated.name], reference.T_table_manip[sample]
        data.qpos[at : at + 3], data.qpos[at + 3 : at + 7] = T[:3, 3], as_quat_wxyz(T)
        mujoco.mj_kinematics(world.model, data)
        with self._server.atomic():
            for body, frame in self._bodies.items():
                frame.position, frame.wxyz = data.xpos[body], data.xquat[body]

    def _show_human(self, frame: int) -> None:
        joints: FloatArray = self._hand.joints_table_m[frame]
        seen = np.isfinite(joints).all()
        points = joints[np.array(BONES)] if seen else np.zeros((1, 2, 3))
        T = self._motion.T_table_object[frame]
        with self._server.atomic():
            self._server.scene.add_line_segments("/human", points, colors=HUMAN, thickness=0.006, visible=bool(seen))
            self._demonstrated.position, self._demonstrated.wxyz = T[:3, 3], as_quat_wxyz(T)
