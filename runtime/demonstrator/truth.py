"""Ground truth of a simulated recording, in the project's own formats, in a folder no build ever reads."""

from pathlib import Path

import numpy as np
import trimesh

from skillc.runtime.demonstrator.hand_skeleton import Skeleton
from skillc.runtime.demonstrator.performance import Performance
from skillc.runtime.demonstrator.props import Prop
from skillc.runtime.demonstrator.script import Script
from skillc.runtime.demonstrator.set_design import TABLE_HIGH, TABLE_LOW
from skillc.runtime.demonstrator.surface import Mesh
from skillc.runtime.demonstrator.viewpoint import Viewpoint
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.codec import json_bytes
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Shape, Twin, TwinObject

TABLE_FRICTION = 0.5
"""Sliding coefficient of the wooden table."""


def write_truth(
    folder: Path,
    *,
    script: Script,
    performance: Performance,
    skeleton: Skeleton,
    viewpoint: Viewpoint,
    seed: int,
    level: int = 0,
) -> None:
    """Write twin.json with meshes, calibration.json, hand.npz, object.npz, objects.npz, keyframes.json, about.json."""
    twin_of(script, folder).save(folder / "twin.json")
    Calibration(
        camera=viewpoint.camera, T_camera_table=viewpoint.T_camera_table, position_sigma_m=0.0, rotation_sigma_rad=0.0,
        scale_sigma=0.0, reprojection_rms_px=0.0, table_plane_rms_m=0.0, source="given", tags=(0,),
    ).save(folder / "calibration.json")  # fmt: skip
    frames = np.arange(len(performance.time_s))
    still = np.zeros(len(frames))
    joints_px = viewpoint.project(performance.joints)
    HandMotion(
        frame=frames, joints_table_m=performance.joints, joints_px=joints_px, confidence=still + 1.0,
        position_sigma_m=still, handedness="right",
        scale_m=float(np.linalg.norm(performance.joints[0, 9] - performance.joints[0, 0])),
    ).save(folder / "hand.npz")  # fmt: skip
    Ts = performance.Ts_prop
    has_target = len(script.props) > 1 and script.props[1].role == "target"
    target = viewpoint.project(Ts[:, 1, :3, 3]) if has_target else np.full((len(frames), 2), np.nan)
    ObjectMotion(
        frame=frames, T_table_object=Ts[:, 0], position_sigma_m=still, rotation_sigma_rad=still,
        visible_fraction=still + 1.0, centroid_px=viewpoint.project(_centers(script.props[0], Ts[:, 0])),
        target_centroid_px=target,
    ).save(folder / "object.npz")  # fmt: skip
    np.savez_compressed(folder / "objects.npz", T_table_object=Ts, names=np.array([p.name for p in script.props]))
    performance.keyframes.save(folder / "keyframes.json")
    about = {
        "task": script.task, "task_type": script.task_type, "seed": seed, "fps": performance.keyframes.fps,
        "hand_scale": skeleton.scale, **({"nuisance": level} if level else {}),
    }  # fmt: skip
    (folder / "about.json").write_bytes(json_bytes(about, name="skillc.demonstration", version=1))


def twin_of(script: Script, folder: Path) -> Twin:
    """Return the true scene at the first frame; meshes are written below `folder`/meshes."""
    objects = []
    for prop, T in zip(script.props, script.Ts_table_prop, strict=True):
        base = f"meshes/{prop.name}"
        _write_obj(folder / f"{base}.obj", _joined([v.mesh for v in prop.visuals]))
        parts = []
        for i, part in enumerate(prop.parts):
            _write_obj(folder / f"{base}_part_{i:02d}.obj", part)
            parts.append(f"{base}_part_{i:02d}.obj")
        inertia, center = _inertia(prop)
        objects.append(
            TwinObject(
                name=prop.name,
                role=prop.role,
                shape=Shape(kind="mesh", mesh=f"{base}.obj", parts=tuple(parts)),
                size_m=prop.size_m,
                size_sigma_m=(0.0, 0.0, 0.0),
                size_measured=(True, True, True),
                symmetry=prop.symmetry,
                T_table_object=T,
                position_sigma_m=(0.0, 0.0, 0.0),
                yaw_sigma_rad=0.0,
                mass=prop.mass,
                mass_sigma=0.0,
                inertia=inertia,
                center_of_mass_m=center,
                friction=prop.friction,
                restitution=prop.restitution,
                material=prop.material,
                rgba=(0.7, 0.7, 0.7, 1.0),
                outline_iou=1.0,
            )
        )
    half = (TABLE_HIGH - TABLE_LOW) / 2
    center_xy = TABLE_LOW + half
    return Twin(
        objects=tuple(objects), task_type=script.task_type, table_friction=TABLE_FRICTION,
        table_half_size_m=(float(half[0]), float(half[1])), table_center_m=(float(center_xy[0]), float(center_xy[1])),
    )  # fmt: skip


def _centers(prop: Prop, Ts: np.ndarray) -> np.ndarray:
    middle = np.array([0.0, 0.0, prop.size_m[2] / 2])
    centers: np.ndarray = Ts[:, :3, :3] @ middle + Ts[:, :3, 3]
    return centers


def _inertia(prop: Prop) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return the diagonal inertia about the centre of mass and that centre, with the parts equally dense."""
    solids = [trimesh.Trimesh(p.vertices, p.faces) for p in prop.parts]
    volumes = np.array([abs(s.volume) for s in solids])
    masses = prop.mass * volumes / volumes.sum()
    center = sum(m * np.asarray(s.center_mass) for m, s in zip(masses, solids, strict=True)) / prop.mass
    total = np.zeros((3, 3))
    for m, v, s in zip(masses, volumes, solids, strict=True):
        d = np.asarray(s.center_mass) - center
        total += np.asarray(s.moment_inertia) * m / v + m * (d @ d * np.eye(3) - np.outer(d, d))
    diagonal = np.diag(total)
    return (float(diagonal[0]), float(diagonal[1]), float(diagonal[2])), (
        float(center[0]),
        float(center[1]),
        float(center[2]),
    )


def _joined(meshes: list[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(len(m.vertices) for m in meshes[:-1])])
    return Mesh(
        vertices=np.concatenate([m.vertices for m in meshes]),
        faces=np.concatenate([m.faces + s for m, s in zip(meshes, starts, strict=True)]),
    )


def _write_obj(path: Path, mesh: Mesh) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in mesh.vertices]
    lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in mesh.faces]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
