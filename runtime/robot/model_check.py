"""Check a robot model someone brings along: before compiling it, and the compiled model again.

Both passes are needed: MuJoCo compiles inverted ranges, NaN and a zero time step without a word, and what defaults,
includes and inheritance add up to shows only in the compiled model.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.files import Folder, name_below
from skillc.runtime.robot.mjcf_check import LONGEST_TIMESTEP_S, check_mjcf
from skillc.runtime.robot.model_fault import ModelError, ModelFault
from skillc.runtime.robot.model_xml import read_xml
from skillc.runtime.robot.robot_source import read_model
from skillc.runtime.robot.urdf_check import check_urdf

MOST_MODEL_BYTES = 2**31
HEAVIEST_KG = 1e4
"""ours: of a body, and kg m^2 of its inertia: a thousand times what a robot's link has."""
_HINGE, _SLIDE = int(mujoco.mjtJoint.mjJNT_HINGE), int(mujoco.mjtJoint.mjJNT_SLIDE)
ARRAYS = (
    "body_pos",
    "body_quat",
    "body_mass",
    "body_inertia",
    "body_ipos",
    "geom_size",
    "geom_pos",
    "geom_quat",
    "geom_friction",
    "geom_solref",
    "geom_solimp",
    "jnt_axis",
    "jnt_pos",
    "jnt_range",
    "dof_damping",
    "dof_armature",
    "dof_frictionloss",
    "actuator_gainprm",
    "actuator_biasprm",
    "actuator_ctrlrange",
    "actuator_forcerange",
    "qpos0",
    "mesh_vert",
    "site_pos",
)


@dataclass(frozen=True, kw_only=True)
class CheckedModel:
    """A model that may be used."""

    files: tuple[str, ...]
    """The model file first, then everything it includes or loads, relative to the model's folder."""
    warnings: tuple[ModelFault, ...]


def check_model(path: Folder, *, joints: Sequence[str] = ()) -> CheckedModel:
    """Check the MJCF or URDF at `path`; everything it refers to must lie in its folder.

    Args:
        path: the model file.
        joints: joint names in the drivers' order; each must be in the model, limited, and in no other order along
            its chain. Empty for a model whose profile is not written yet.

    Raises:
        ModelError: with every fault found (SK870 to SK897).
    """
    root = read_xml(path)
    if root.tag not in ("mujoco", "robot"):
        summary = f"the root element is {root.tag!r}; expected mujoco (MJCF) or robot (URDF)"
        raise ModelError((ModelFault(code="SK870", summary=summary, file=path.name, line=root.line),))
    check = check_mjcf if root.tag == "mujoco" else check_urdf
    faults, files = check(root, path, path.parent)
    if any(fault.severity == "error" for fault in faults):
        raise ModelError(tuple(faults))
    try:
        model = read_model(path.parent, path.name).compile()
    except (ValueError, mujoco.FatalError) as reason:
        summary = f"MuJoCo does not compile it: {' '.join(str(reason).split())}"
        raise ModelError((*faults, ModelFault(code="SK886", summary=summary, file=path.name))) from reason
    # What turns without end in a URDF is limited by the profile, once there is one.
    endless = {e.attributes.get("name", "") for e in root.children if e.attributes.get("type") == "continuous"}
    faults += compiled_faults(model, path.name, joints=joints, limited_elsewhere=endless & set(joints))
    if any(fault.severity == "error" for fault in faults):
        raise ModelError(tuple(faults))
    return CheckedModel(files=tuple(name_below(path.parent, file) for file in files), warnings=tuple(faults))


def compiled_faults(
    model: mujoco.MjModel, file: str, *, joints: Sequence[str] = (), limited_elsewhere: Set[str] = frozenset()
) -> list[ModelFault]:
    """Return what is wrong with a compiled model: finite arrays, limits, ranges, time step, size, joint names.

    `limited_elsewhere` are joints whose range is not the model's to give.
    """
    faults: list[ModelFault] = []

    def fault(code: str, summary: str) -> None:
        faults.append(ModelFault(code=code, summary=summary, file=file))

    for name in ARRAYS:
        if not np.isfinite(getattr(model, name)).all():
            fault("SK879", f"the compiled model's {name} is not finite")
    if not (model.body_mass <= HEAVIEST_KG).all() or not (model.body_inertia <= HEAVIEST_KG).all():
        fault("SK880", f"a body has more than {HEAVIEST_KG:g} kg, or kg m^2")
    if not 0 < model.opt.timestep <= LONGEST_TIMESTEP_S:
        fault("SK881", f"timestep {model.opt.timestep:g} s; expected more than 0, at most {LONGEST_TIMESTEP_S}")
    if mujoco.mj_sizeModel(model) + model.narena > MOST_MODEL_BYTES:
        fault("SK885", f"the compiled model asks for {mujoco.mj_sizeModel(model) + model.narena} bytes")
    if model.nplugin:
        fault("SK884", "the compiled model uses plugins; expected none")
    hinges = [j for j in range(model.njnt) if model.jnt_type[j] in (_HINGE, _SLIDE)]
    for j in hinges:
        name, span = model.joint(j).name, model.jnt_range[j]
        if (joints and name not in joints) or name in limited_elsewhere:
            continue
        if not model.jnt_limited[j]:
            fault("SK878", f"joint {name!r} has no limits; expected a range")
        elif not span[0] < span[1]:
            fault("SK878", f"joint {name!r} has the range {span[0]:g} .. {span[1]:g}; expected lower < upper")
    for a in range(model.nu):
        span = model.actuator_ctrlrange[a]
        if model.actuator_ctrllimited[a] and not span[0] < span[1]:
            fault("SK882", f"actuator {model.actuator(a).name!r} has the ctrlrange {span[0]:g} .. {span[1]:g}")
        if model.actuator_gainprm[a, 0] < 0:
            fault("SK882", f"actuator {model.actuator(a).name!r} has a negative gain")
    for body in range(1, model.nbody):
        moves = model.body_weldid[body] != 0
        if moves and not (model.body_mass[body] >= 0 and (model.body_inertia[body] >= 0).all()):
            fault("SK880", f"body {model.body(body).name!r} has a negative mass or inertia")
    faults += _order(model, file, joints)
    return faults


def _order(model: mujoco.MjModel, file: str, joints: Sequence[str]) -> list[ModelFault]:
    """Compare joint names with the drivers' list."""
    known = [model.joint(j).name for j in range(model.njnt)]
    missing = [name for name in joints if name not in known]
    faults = []
    if missing:
        summary = f"no joint is called {missing[0]!r}; the model has {', '.join(map(repr, known[:30]))}"
        faults.append(ModelFault(code="SK883", summary=summary, file=file))
    if len(set(joints)) != len(joints):
        faults.append(ModelFault(code="SK883", summary="a joint is named twice in the drivers' order", file=file))
    unnamed = [
        name for j, name in enumerate(known) if model.jnt_type[j] != mujoco.mjtJoint.mjJNT_FREE and name not in joints
    ]
    if joints and unnamed and not missing:
        summary = f"joint {unnamed[0]!r} is in no driver's order; expected every joint of the model"
        faults.append(ModelFault(code="SK883", summary=summary, file=file))
    return faults
