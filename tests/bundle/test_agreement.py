"""Files of one skill that contradict one another are refused with SK763, naming the file and the field."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.reference import Reference
from tests.bundle.edited_build import copied, refused, with_array, with_field

CONTRACT, TWIN, ENVIRONMENT = "contract.json", "twin/twin.json", "environment/environment.json"
OBJECTIVE, MACHINE, PROFILE = "objective.json", "machine/machine.json", "robot/profile.json"


def swapped(rows: list[Any]) -> list[Any]:
    return [rows[1], rows[0], *rows[2:]]


FIELDS: list[tuple[str, tuple[str | int, ...], Any, str]] = [
    (CONTRACT, ("skill",), "other", "contract.json: SK763: skill: is 'other'"),
    (MACHINE, ("skill",), "other", "machine/machine.json: SK763: skill: is 'other'"),
    (ENVIRONMENT, ("skill",), "other", "environment.json: SK763: skill: is 'other'"),
    (CONTRACT, ("robot",), "xarm6_leap", "contract.json: SK763: robot: is 'xarm6_leap'"),
    (TWIN, ("task_type",), "push", "twin.json: SK763: task_type: is not 'grasp'"),
    (OBJECTIVE, ("task_type",), "dance", "SK763: task_type: "),
    (OBJECTIVE, ("task_type",), "kick", "SK763: task_type: "),
    (OBJECTIVE, ("success", "luck"), {"operator": "<", "value": 1}, "success.'luck': is no condition"),
    (ENVIRONMENT, ("twin",), "../../etc/passwd", "environment.json: SK763: twin: is '../../etc/passwd'"),
    (ENVIRONMENT, ("robot",), "/dev/zero", "environment.json: SK763: robot: is"),
    (ENVIRONMENT, ("reference",), "x.npz", "environment.json: SK763: reference: is"),
    (ENVIRONMENT, ("contract",), "x.json", "environment.json: SK763: contract: is"),
    (CONTRACT, ("joints",), swapped, "contract.json: SK763: joints[0]: is not in the order"),
    (CONTRACT, ("joints", 0, "group"), "hand", "joints.'joint_1'.group: is not the profile's"),
    (CONTRACT, ("base",), "floating", "contract.json: SK763: base: is floating"),
    (CONTRACT, ("hand_groups",), [], "contract.json: SK763: hand_groups: are ()"),
    (CONTRACT, ("T_table_robot", 0, 3), 3.0, "reference.npz: SK763: T_table_robot: is another place"),
    (CONTRACT, ("T_camera_table", 0, 0), 2.0, "contract.json: SK763: T_camera_table: is no rotation"),
    (CONTRACT, ("T_camera_table", 3, 0), 1.0, "contract.json: SK763: T_camera_table: is no rotation"),
    (TWIN, ("objects", 0, "T_table_object", 0, 0), -1.0, "objects.box.T_table_object: is no rotation"),
    (TWIN, ("objects", 1, "name"), "box", "twin.json: SK763: objects: has two of one name"),
    (TWIN, ("objects", 1, "name"), "tube", "contract.json: SK763: objects: are"),
    (CONTRACT, ("manipulated",), "tub", "contract.json: SK763: manipulated: is 'tub'"),
    (CONTRACT, ("target",), None, "contract.json: SK763: target: is None; the twin has ['tub']"),
    (TWIN, ("objects", 1, "role"), "manipulated", "contract.json: SK763: manipulated: is 'box'"),
    (ENVIRONMENT, ("physics", "timestep_s"), 0.001, "environment.json: SK763: physics.timestep_s: is not"),
    (CONTRACT, ("policy_rate_hz",), 25.0, "contract.json: SK763: policy_rate_hz: does not divide"),
    (CONTRACT, ("control_rate_hz",), 120.0, "reference.npz: SK763: time_s: does not advance by 0.00833333 s"),
    ("keyframes.json", ("contact",), 10**9, "keyframes.json: SK763: contact: is frame 1000000000 of 60"),
    ("keyframes.json", ("release",), -1, "keyframes.json: SK763: release: is frame -1 of 60"),
    ("keyframes.json", ("fps",), 0.0, "keyframes.json: SK763: fps: is 0"),
    (MACHINE, ("states", 1, "phases"), ["release"], "states.'approach'.phases: are ('release',)"),
    (MACHINE, ("states", 1, "phases"), ["close"], "states: command no 'approach'"),
    (CONTRACT, ("observation", 1, "start"), 7, "observation[1].start: is 7; those before it end at 23"),
    (CONTRACT, ("action", 0, "start"), 1, "action[0].start: is 1"),
    (CONTRACT, ("action", 0, "joints"), ["elbow"], "action[0].joints: name 'elbow'"),
    (CONTRACT, ("observation", 0, "offset"), [0.0], "observation[0]: has not 23 offsets"),
    (CONTRACT, ("observation", 0, "history"), 0, "observation[0]: has not 23 offsets"),
]


@pytest.mark.parametrize(("file", "path", "value", "said"), FIELDS, ids=[said for *_, said in FIELDS])
def test_a_field_that_another_file_contradicts_is_refused(
    small_build: Path, tmp_path: Path, file: str, path: tuple[str | int, ...], value: Any, said: str
) -> None:
    build = copied(small_build, tmp_path)
    with_field(build, file, path, value)
    told = refused(build)
    assert "SK763" in told and said in told, told


def changed(at: Any, value: Any) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        other = array.copy()
        other[at] = value
        return other

    return change


ARRAYS: list[tuple[type[Artifact], dict[str, Callable[[Any], Any]], str]] = [
    (Reference, {"joint_names": lambda n: tuple(swapped(list(n)))}, "reference.npz: SK763: joint_names[0]: is not"),
    (JointMotion, {"joint_names": lambda n: tuple(swapped(list(n)))}, "retargeted.npz: SK763: joint_names[0]: is"),
    (JointMotion, {"T_table_robot": changed((0, 3), 9.0)}, "retargeted.npz: SK763: T_table_robot: is another place"),
    (Reference, {"T_table_manip": changed((5, 0, 0), 3.0)}, "reference.npz: SK763: T_table_manip: is no rotation"),
    (ObjectMotion, {"T_table_object": changed((5, 0, 0), 3.0)}, "object.npz: SK763: T_table_object: is no rotation"),
    (Reference, {"qpos": changed((7, 1), 9.0)}, "qpos[7]: takes joint_2 to 9 rad; its limits are -2."),
    (Reference, {"qpos": changed((7, 1), -9.0)}, "qpos[7]: takes joint_2 to -9 rad"),
    (Reference, {"time_s": changed(7, 0.0)}, "reference.npz: SK763: time_s: does not advance"),
    (Reference, {"phase": changed(0, 3)}, "reference.npz: SK763: phase: is no rising sequence"),
    (Reference, {"phase": changed(-1, 6)}, "reference.npz: SK763: phase: is no rising sequence"),
    (Reference, {"phase": changed(0, -1)}, "reference.npz: SK763: phase: is no rising sequence"),
    (Reference, {n: lambda T: T[:3] for n in ("T_manip_hand", "T_target_hand")}, "T_manip_hand: has not one pose"),
    (JointMotion, {"time_s": changed(7, 0.0)}, "retargeted.npz: SK763: time_s: does not rise"),
    (
        Reference,
        {
            "anchor_index": lambda a: np.array([60]),
            "anchor_name": lambda n: ("x",),
            "anchor_T_table_hand": lambda T: np.eye(4)[None],
        },
        "anchor_index: names a sample that the motion has not",
    ),
]


@pytest.mark.parametrize(("kind", "changes", "said"), ARRAYS, ids=[said for *_, said in ARRAYS])
def test_arrays_that_the_other_files_contradict_are_refused(
    small_build: Path, tmp_path: Path, kind: type[Artifact], changes: dict[str, Callable[[Any], Any]], said: str
) -> None:
    build = copied(small_build, tmp_path)
    with_array(build, kind, **changes)
    told = refused(build)
    assert "SK763" in told and said in told, told


def test_a_motion_of_one_sample_is_none(small_build: Path, tmp_path: Path) -> None:
    build = copied(small_build, tmp_path)
    names = ("time_s", "qpos", "phase", "T_table_manip", "demonstrated_frame")
    with_array(build, Reference, **{name: lambda array: array[:1] for name in names})
    assert "time_s: has 1 samples; expected a motion" in refused(build)
