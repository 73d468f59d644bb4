"""The robot's model and the objects' meshes: checked as someone else's before the simulator sees them, and compiled."""

from collections.abc import Iterator

import mujoco

from skillc.runtime.bundle.contents import Contents
from skillc.runtime.bundle.disagreement import Disagreement
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.records import SkillRecords
from skillc.runtime.formats.archive import name_fault
from skillc.runtime.formats.twin import Twin
from skillc.runtime.robot.mesh_check import check_mesh
from skillc.runtime.robot.model_check import compiled_faults
from skillc.runtime.robot.model_fault import ModelError, ModelFault
from skillc.runtime.robot.profile_check import check_robot
from skillc.runtime.sim.world import compile_world


def check_models(contents: Contents, records: SkillRecords) -> None:
    """Check robot and meshes, compile the world, and check what came out.

    Raises:
        BundleFault: SK766 a model or a mesh is refused, with the code of its fault; SK774 the simulator does not
            compile the world, or compiles it to something that must not run.
    """
    try:
        check_robot(records.profile, contents.files / "robot")
    except ModelError as error:
        raise _told(contents, "robot", error.faults[0], len(error.faults)) from error
    wrong = next(_meshes(contents, records.twin), None)
    if wrong is not None:
        raise BundleFault("SK766", contents.place(wrong.file), f"{wrong.field}: {wrong.what}")
    try:
        world = compile_world(
            twin=records.twin,
            twin_folder=contents.files / "twin",
            profile=records.profile,
            robot_folder=contents.files / "robot",
            T_table_robot=records.contract.T_table_robot,
            physics=records.environment.physics,
        )
    except (ValueError, KeyError, OSError, mujoco.FatalError) as reason:
        text = " ".join(str(reason).split())
        raise BundleFault("SK774", str(contents.source), f"its world does not compile: {text}") from reason
    # The free joints of objects have no limits; every hinge and slide is the robot's.
    faults = compiled_faults(world.model, "world")
    if faults:
        raise BundleFault("SK774", str(contents.source), f"the compiled world: {faults[0].code}: {faults[0].summary}")


def _meshes(contents: Contents, twin: Twin) -> Iterator[Disagreement]:
    """Yield what is wrong with mesh files of the twin."""
    for thing in twin.objects:
        for file in (*thing.shape.parts, *([thing.shape.mesh] if thing.shape.mesh is not None else [])):
            place, field = contents.files / "twin" / file, f"objects.{thing.name}.shape"
            if name_fault(file) or not file.endswith(".obj") or not place.exists():
                yield Disagreement(Twin.FILE, field, f"names {file!r}, which is no mesh beside it")
                continue
            for fault in check_mesh(place):
                if fault.severity == "error":
                    yield Disagreement(f"twin/{file}", fault.code, fault.summary)


def _told(contents: Contents, folder: str, fault: ModelFault, count: int) -> BundleFault:
    more = f" (and {count - 1} more)" if count > 1 else ""
    place = contents.place(f"{folder}/{fault.file}") + (f":{fault.line}" if fault.line else "")
    return BundleFault("SK766", place, f"{fault.code}: {fault.summary}{more}", fault.hint)
