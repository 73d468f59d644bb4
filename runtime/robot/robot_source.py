"""The model file that a profile names, MJCF or URDF, as an `MjSpec` in which everything the profile names exists.

A URDF has links, joints and collision geometry, and no sites. So every link also becomes a site of its own name, and
the profile adds others under `frames`. Collision geometry without a name is called after its link: `LINK`, then
`LINK_2`, `LINK_3`. Actuators come from the profile for both kinds of file.
"""

from pathlib import Path
from typing import Any

import mujoco

from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.robot_profile import RobotProfile


def is_urdf(profile: RobotProfile) -> bool:
    """Tell whether the profile's model is a URDF."""
    return Path(profile.mjcf).suffix.lower() == ".urdf"


def robot_source(profile: RobotProfile, folder: Folder) -> Any:
    """Return the profile's model from `folder`, uncompiled.

    Raises:
        ValueError: MuJoCo cannot read the file.
    """
    spec = read_model(folder, profile.mjcf)
    if is_urdf(profile):
        _complete(spec)
    bodies = {body.name: body for body in spec.bodies}
    for frame in profile.frames:
        # A frame of an unknown body is what `check_robot` reports.
        if frame.body in bodies:
            bodies[frame.body].add_site(name=frame.name, pos=list(frame.position), quat=list(frame.quat_wxyz))
    return spec


def read_model(folder: Folder, name: str) -> Any:
    """Return the model file `name` in `folder` as an `MjSpec`; what lies in memory refers to what lies beside it there.

    Raises:
        ValueError: MuJoCo cannot read it.
    """
    if isinstance(folder, Path):
        return mujoco.MjSpec.from_file(str((folder / name).resolve()))
    beside = folder.below()
    texts = {file: data for file, data in beside.items() if file.endswith((".xml", ".urdf"))}
    others = {file: data for file, data in beside.items() if file not in texts}
    return mujoco.MjSpec.from_string(texts.pop(name, b"").decode("utf-8"), include=texts, assets=others)


def _complete(spec: Any) -> None:
    # Links at fixed joints stay bodies of their own: the profile may name them.
    spec.compiler.fusestatic = False
    taken = {geom.name for geom in spec.geoms if geom.name}
    for body in spec.bodies:
        if body.name == "world":
            continue
        body.add_site(name=body.name)
        number = 1
        for geom in body.geoms:
            while not geom.name:
                name = body.name if number == 1 else f"{body.name}_{number}"
                number += 1
                if name not in taken:
                    geom.name = name
                    taken.add(name)
