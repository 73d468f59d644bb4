"""Numbers that no skill may have are refused, whoever wrote them; SK764 for limits and sizes, SK765 for the machine."""

from pathlib import Path
from typing import Any

import pytest

from skillc.runtime.bundle.bounds import FILLING, OBJECT, PHYSICS, PROTOCOL, RATES, SAFETY, SQUEEZE, TABLE
from skillc.runtime.bundle.load import load
from tests.bundle.edited_build import copied, refused, with_field

pytestmark = pytest.mark.slow

CONTRACT, TWIN, MACHINE = "contract.json", "twin/twin.json", "machine/machine.json"
JOINT = ("joints", 0)
OBJECTS = ("objects", 0)
STATE = ("states", 1)
LOOSE: list[tuple[str, tuple[str | int, ...], Any, str]] = [
    (CONTRACT, (*JOINT, "speed"), lambda old: old * 100, "'joint_1'.speed: is"),
    (CONTRACT, (*JOINT, "acceleration"), 1e9, "acceleration: is 1e+09"),
    (CONTRACT, (*JOINT, "jerk"), 0, "jerk: is 0; expected more than 0"),
    (CONTRACT, (*JOINT, "effort"), -1, "effort: is -1"),
    (CONTRACT, (*JOINT, "lower"), -100, "lower: -100 .."),
    (CONTRACT, (*JOINT, "upper"), 100, "lower: "),
    (CONTRACT, (*JOINT, "upper"), -100, "lower: "),
    (CONTRACT, (*JOINT, "home"), 50, "home: is 50, outside"),
    (CONTRACT, (*JOINT, "kp"), 1e6, "kp: is 1e+06, not the robot's own"),
    (CONTRACT, (*JOINT, "kv"), 0, "kv: is 0, not the robot's own"),
    (CONTRACT, (*JOINT, "name"), "another", "'another': is no joint of the robot's profile"),
    (CONTRACT, ("image_size",), [0, 720], "image_size: is (0, 720)"),
    (CONTRACT, ("camera_matrix", 0, 0), -582.0, "camera_matrix: has a focal length"),
    (TWIN, ("objects",), [], "objects: are 0; expected 1 .. 64"),
    (TWIN, ("objects",), lambda old: old * 40, "objects: are 80; expected 1 .. 64"),
    (TWIN, (*OBJECTS, "name"), "../box", "is no name"),
    (TWIN, (*OBJECTS, "name"), "b" * 65, "is no name"),
    (TWIN, (*OBJECTS, "inertia"), [1e-5, 1e-5, 1.0], "inertia: is that of no body"),
    (TWIN, (*OBJECTS, "T_table_object", 0, 3), 1e300, "T_table_object: is more than 100 m away"),
    (TWIN, (*OBJECTS, "shape", "wall_m"), -1, "shape: has more than"),
    (TWIN, (*OBJECTS, "shape", "profile_m"), [[0.1, 0.1]] * 201, "shape: has more than 200 rings"),
    (TWIN, (*OBJECTS, "shape", "kind"), "revolve", "shape.profile_m: has fewer than two points"),
    (TWIN, (*OBJECTS, "shape", "kind"), "mesh", "shape.parts: are 0; expected 1 .. 256"),
    (TWIN, (*OBJECTS, "shape", "parts"), ["x.obj"] * 257, "shape.parts: are 257"),
    ("environment/environment.json", ("settle_s",), 1e6, "settle_s: is 1e+06"),
]
UNSOUND: list[tuple[tuple[str | int, ...], Any, str]] = [
    ((*STATE, "timeout_s"), 1e300, "'approach'.timeout_s: is 1e+300; expected 0 .. 600"),
    ((*STATE, "timeout_s"), -1, "may wait for ever"),
    ((*STATE, "max_entries"), 500, "max_entries: is 500"),
    ((*STATE, "transitions", 0, "dwell_s"), 1e300, "transitions.dwell_s: is 1e+300"),
    ((*STATE, "on_fault", "object_lost", "attempts"), 10**6, "on_fault.object_lost.attempts: is 1e+06"),
    ((*STATE, "on_fault", "arm_feedback", "stop_after_s"), 1e9, "on_fault.arm_feedback.stop_after_s: is 1e+09"),
    ((*STATE, "on_fault", "arm_fault"), {"kind": "goto", "target": "nowhere"}, "leads to 'nowhere'"),
    ((*STATE, "transitions", 0, "target"), "nowhere", "leads to 'nowhere', which does not exist"),
    ((*STATE, "transitions", 0, "guard"), {"signal": "mood", "op": "<", "value": 1.0}, "unknown signal 'mood'"),
    (("initial",), "nowhere", "there is no state 'nowhere'"),
    (("states",), lambda old: old * 20, "are more than 64"),
    ((*STATE, "transitions"), lambda old: old * 65, "have more transitions"),
]


def test_a_build_is_inside_all_bounds(small_build: Path) -> None:
    load(small_build, locked=True)


@pytest.mark.parametrize(("file", "path", "value", "said"), LOOSE, ids=[said for *_, said in LOOSE])
def test_a_number_that_no_skill_may_have_is_refused(
    small_build: Path, tmp_path: Path, file: str, path: tuple[str | int, ...], value: Any, said: str
) -> None:
    build = copied(small_build, tmp_path)
    with_field(build, file, path, value)
    told = refused(build)
    assert told.startswith(f"{file}: SK764: ") and said in told


TABLES = [
    *((CONTRACT, ("safety", name), bounds) for name, bounds in SAFETY.items()),
    *((CONTRACT, (name,), bounds) for name, bounds in RATES.items()),
    *(("environment/environment.json", ("physics", name), bounds) for name, bounds in PHYSICS.items()),
    *((TWIN, (name,), bounds) for name, bounds in TABLE.items()),
    *((TWIN, (*OBJECTS, name), bounds) for name, bounds in OBJECT.items()),
    *(("objective.json", (name,), bounds) for name, bounds in SQUEEZE.items()),
    *(("objective.json", ("protocol", name), bounds) for name, bounds in PROTOCOL.items()),
]


@pytest.mark.parametrize(("file", "path", "bounds"), TABLES, ids=[str(path[-1]) for _, path, _ in TABLES])
def test_every_bound_of_the_tables_holds_on_both_sides(
    small_build: Path, tmp_path: Path, file: str, path: tuple[str | int, ...], bounds: tuple[float, float]
) -> None:
    for number, outside in enumerate((bounds[0] - 1, bounds[1] * 2 + 1)):
        build = copied(small_build, tmp_path / str(number))
        with_field(build, file, path, lambda old, wrong=outside: [wrong] * len(old) if isinstance(old, list) else wrong)
        told = refused(build)
        assert told.startswith(f"{file}: SK764: ") and f"{path[-1]}: is {outside:g}" in told


@pytest.mark.parametrize(("path", "value", "said"), UNSOUND, ids=[said for *_, said in UNSOUND])
def test_a_machine_that_is_unsound_or_waits_too_long_is_refused(
    small_build: Path, tmp_path: Path, path: tuple[str | int, ...], value: Any, said: str
) -> None:
    build = copied(small_build, tmp_path)
    with_field(build, MACHINE, path, value)
    told = refused(build)
    assert told.startswith(f"{MACHINE}: SK765: ") and said in told


def test_states_that_may_each_wait_may_not_all_wait(small_build: Path, tmp_path: Path) -> None:
    build = copied(small_build, tmp_path)
    for state in (0, 1, 2):
        with_field(build, MACHINE, ("states", state, "timeout_s"), 600)
    assert "s with all their entries; at most 3600 are run" in refused(build)


def test_a_motion_of_hours_is_refused(small_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillc.runtime.bundle.bounds.MOST_SAMPLES", 10)
    assert "motion/reference.npz: SK764: time_s: has 60 samples of 10" in refused(copied(small_build, tmp_path))


@pytest.mark.parametrize("name", FILLING)
def test_a_filling_that_nobody_can_simulate_is_refused(small_build: Path, tmp_path: Path, name: str) -> None:
    for number, outside in enumerate((-1, 10**6)):
        build = copied(small_build, tmp_path / str(number))
        filling = {"number": 10, "radius": 0.01, "density": 1000.0, "friction": 0.5, name: outside}
        with_field(build, "objective.json", ("filling",), filling)
        assert f"objective.json: SK764: filling.{name}: is {outside:g}" in refused(build)
