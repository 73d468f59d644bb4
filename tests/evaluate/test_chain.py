"""Skills follow one another where robot, limits, table and places agree, and are refused in words where they do not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skillc.runtime.evaluate.chain import ChainRefused, chained, run_chain
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.environment import Variation
from skillc.runtime.formats.reference import PHASES
from tests.machine.kinematic import machine


def within(offset_m: float) -> dict[str, dict[str, float | str]]:
    return {"final_offset": {"operator": "<", "value": offset_m}}


@pytest.fixture(scope="module")
def skill(small_build: Path) -> Skill:
    """A skill that closes the hand above a box, and succeeds if the box is then 15 cm from its target, as before."""
    return replace(Skill.load(small_build), machine=machine(), success=within(0.16))


def moved(skill: Skill, name: str, by: float, **changes: Any) -> Skill:
    """Return the skill with one object elsewhere."""
    objects = []
    for thing in skill.twin.objects:
        T = np.array(thing.T_table_object)
        T[0, 3] += by
        objects.append(replace(thing, T_table_object=T, **changes) if thing.name == name else thing)
    return replace(skill, name="next", twin=replace(skill.twin, objects=tuple(objects)))


def turned(skill: Skill, joint: int, by: float) -> Skill:
    """Return the skill with a motion that begins and stays elsewhere."""
    qpos = skill.reference.qpos.copy()
    qpos[:, joint] += by
    return replace(skill, name="next", reference=replace(skill.reference, qpos=qpos))


def refusal(first: Skill, then: Skill) -> str:
    with pytest.raises(ChainRefused) as raised:
        chained([first, then])
    assert raised.value.hint
    return str(raised.value)


def test_the_next_motion_begins_where_the_last_ends_within_all_limits(skill: Skill) -> None:
    first, then = chained([skill, turned(skill, 6, 0.4)])
    assert first is skill
    way = len(then.reference.qpos) - len(skill.reference.qpos)
    np.testing.assert_array_equal(then.reference.qpos[0], skill.reference.qpos[-1])
    assert way > 20 and set(then.reference.phase[:way]) == {PHASES.index("approach")}
    rate, joints = then.contract.control_rate_hz, then.contract.joints
    for order, name in enumerate(("speed", "acceleration", "jerk"), start=1):
        used = np.abs(np.diff(then.reference.qpos[: way + 1], n=order, axis=0)) * rate**order
        assert np.all(used <= [getattr(joint, name) for joint in joints])
    assert then.machine.state("approach").timeout_s >= 2 * way / rate


def test_each_is_run_where_the_one_before_left_its_objects(skill: Skill) -> None:
    chain = chained([skill, moved(skill, "tub", 0.01)])
    links = list(run_chain(chain))
    assert [link.outcome.success for link in links] == [True, True], links[-1].outcome
    at = [link.run.log.T_table_target[0, 0, 3] for link in links]
    assert at[1] == pytest.approx(at[0], abs=2e-3), "not where its own twin has it"
    np.testing.assert_allclose(links[1].run.log.q_command[0], skill.reference.qpos[-1], atol=1e-9)


def test_what_follows_a_failure_is_not_begun(skill: Skill) -> None:
    impossible = replace(skill, success=within(0.01))
    links = list(run_chain(chained([impossible, skill])))
    assert [link.outcome.success for link in links] == [False]


def test_objects_are_looked_at_again_before_the_next_begins(skill: Skill) -> None:
    chain = chained([skill, skill])
    with pytest.raises(ChainRefused, match=r"SK742: .*tub is left 50 mm"):
        list(run_chain([moved(skill, "tub", -0.05), chain[1]]))


def test_another_robot_order_rate_limit_or_place_is_refused(skill: Skill) -> None:
    contract = skill.contract
    T = np.array(contract.T_table_robot)
    T[0, 3] += 0.02
    slower = (replace(contract.joints[0], speed=0.1), *contract.joints[1:])
    for changes, told in (
        ({"robot": "another"}, "not the same robot: kinova_gen3_leap and another"),
        ({"joints": contract.joints[::-1]}, "not the same order of the joints"),
        ({"control_rate_hz": 30.0}, "not the same control rate: 60.0 and 30.0"),
        ({"policy_rate_hz": 30.0}, "not the same policy rate"),
        ({"timestep_s": 0.001}, "not the same time step"),
        ({"joints": slower}, "not the same joints' limits"),
        ({"safety": replace(contract.safety, contact_force_n=30.0)}, "not the same safety limits"),
        ({"T_table_robot": T}, "the robot's base is 20 mm"),
    ):
        other = replace(skill, name="next", contract=replace(contract, **changes))  # type: ignore[arg-type]
        said = refusal(skill, other)
        assert said.startswith("SK741: next cannot follow lift-a-box: ") and told in said


def test_an_object_elsewhere_unknown_or_of_another_size_is_refused(skill: Skill) -> None:
    assert "SK742" in (said := refusal(skill, moved(skill, "tub", 0.05))) and "tub is left 50 mm from" in said
    assert "box is 30 mm larger" in refusal(skill, moved(skill, "box", 0.0, size_m=(0.08, 0.06, 0.08)))
    alone = replace(skill, name="next", twin=replace(skill.twin, objects=skill.twin.objects[:1]))
    for pair in ((skill, alone), (alone, skill)):
        assert "tub stands on the table of one of them only" in refusal(*pair)


def test_an_object_may_stand_where_the_next_skill_is_tested(skill: Skill) -> None:
    chained([skill, moved(skill, "box", 0.015)])
    assert "box is left 25 mm" in refusal(skill, moved(skill, "box", 0.025))
    tested = Variation(quantity="box.position.xy", kind="offset", low=-0.03, high=0.03, origin="lift.yaml:1:1")
    environment = replace(skill.environment, test_randomization=(tested,))
    chained([skill, replace(moved(skill, "box", 0.025), environment=environment)])


def test_where_the_object_ends_counts_and_not_where_it_was(skill: Skill) -> None:
    poses = np.array(skill.reference.T_table_manip)
    poses[-1, 0, 3] += 0.1
    carries = replace(skill, reference=replace(skill.reference, T_table_manip=poses))
    assert "box is left 100 mm" in refusal(carries, replace(skill, name="next"))
    chained([carries, moved(skill, "box", 0.1)])


def test_a_hand_that_still_holds_something_is_refused(skill: Skill) -> None:
    said = refusal(replace(skill, task_type="lift"), replace(skill, name="next"))
    assert said == "SK743: next cannot follow lift-a-box: box is still in the hand"


def test_a_way_through_the_table_is_refused(skill: Skill) -> None:
    said = refusal(skill, turned(skill, 1, 1.2))
    assert "SK744" in said and "comes within" in said
