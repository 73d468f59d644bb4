"""What differs between the rollouts of a protocol, and that each difference is one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.evaluate import protocol as module
from skillc.runtime.evaluate.perturbation import PROTOCOLS, Protocol, perturbations
from skillc.runtime.evaluate.protocol import Trial, trials
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.environment import Variation
from skillc.runtime.sim.variation import WorldVariation


@pytest.fixture(scope="module")
def skill(small_build: Path) -> Skill:
    return Skill.load(small_build)


def drawn(skill: Skill, protocol: Protocol, n: int = 12, seed: int = 0) -> tuple[Trial, ...]:
    return trials(protocol, skill.twin, skill.environment, skill.profile, n, seed)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_equal_seeds_give_equal_trials_and_no_two_trials_are_alike(skill: Skill, protocol: Protocol) -> None:
    first, again, other = drawn(skill, protocol), drawn(skill, protocol), drawn(skill, protocol, seed=1)
    assert [repr(t) for t in first] == [repr(t) for t in again]
    assert len({repr(t) for t in first + other}) == len(first + other)
    assert [repr(t) for t in drawn(skill, protocol, n=3)] == [repr(t) for t in first[:3]], "n does not move the draws"


def test_truth_keeps_places_masses_and_sizes_and_draws_the_rest(skill: Skill) -> None:
    for trial in drawn(skill, "truth"):
        assert not trial.world.mass_scale and not trial.world.size_scale
        for thing in skill.twin.objects:
            np.testing.assert_allclose(trial.world.T_table_object[thing.name], thing.T_table_object)
    worlds = [t.world for t in drawn(skill, "truth")]
    for name in ("solref", "solimp", "tip_friction_scale", "table_friction_scale", "kp_scale"):
        assert len({getattr(w, name) for w in worlds}) > 1, name


def test_truth_with_objects_elsewhere_moves_those_that_the_box_speaks_of_and_keeps_masses(skill: Skill) -> None:
    stranger = replace(skill.twin.manipulated, name="stranger", role="obstacle")
    scene = replace(skill.twin, objects=(*skill.twin.objects, stranger))
    box = tuple(
        Variation(quantity=f"{name}.position.xy", kind="offset", low=-0.05, high=0.05, origin="test:1:1")
        for name in (scene.manipulated.name, "absent")
    )
    environment = replace(skill.environment, test_randomization=box)
    found = trials("truth+test", scene, environment, skill.profile, 12, 0)
    name, stood = scene.manipulated.name, np.asarray(scene.manipulated.T_table_object)
    away = [float(np.abs(t.world.T_table_object[name] - stood)[:2, 3].max()) for t in found]
    assert 0.02 < max(away) <= 0.05 and len(set(away)) == len(found)
    assert all(np.array_equal(t.world.T_table_object["stranger"], stood) for t in found)
    assert not any(t.world.mass_scale for t in found)
    assert len({t.imperfections.latency_s for t in found}) == len(found)


def test_delay_and_noise_are_drawn_wherever_physics_is(skill: Skill) -> None:
    for protocol in ("replay", "test+physics", "truth"):
        found = [t.imperfections for t in drawn(skill, protocol)]
        assert all(0.0 < f.latency_s <= 0.05 for f in found) and len({f.latency_s for f in found}) == len(found)
        assert all(min(f.encoder_noise_rad.values()) > 0.0 for f in found)
        assert len({f.seed for f in found}) == len(found)
        play = [f.backlash_rad["hand"] / np.deg2rad(0.25) for f in found]
        assert all(0.49 < p < 2.03 for p in play) and len(set(play)) == len(found), "0.25 deg in the profile"
        assert all(f.backlash_rad["arm"] == 0.0 for f in found), "strain wave gears"
    for trial in drawn(skill, "test"):
        assert trial.imperfections.latency_s == 0.0 and not any(trial.imperfections.encoder_noise_rad.values())
        assert not any(trial.imperfections.backlash_rad.values())
        assert trial.world.kp_scale == 1.0 and not trial.world.mass_scale


def test_the_robot_stands_at_most_3_mm_and_half_a_degree_from_where_it_should(skill: Skill) -> None:
    Ts = np.array([t.world.T_table_displaced for t in drawn(skill, "replay", n=60)])
    assert 0.0025 < np.abs(Ts[:, :3, 3]).max() <= 0.003
    turned = np.degrees(np.arccos((np.trace(Ts[:, :3, :3], axis1=1, axis2=2) - 1) / 2))
    assert 0.4 < turned.max() <= 0.5 * np.sqrt(3)
    for trial in drawn(skill, "test", n=3):
        np.testing.assert_allclose(trial.world.T_table_displaced, np.eye(4))


def test_test_moves_things_as_the_box_says_and_each_on_its_own(skill: Skill) -> None:
    box = [
        Variation(quantity=f"{name}.{part}", kind="offset", low=-w, high=w, origin="here")
        for name in ("box", "tub")
        for part, w in (("position.xy", 0.05), ("yaw", 0.17))
    ]
    boxed = replace(skill, environment=replace(skill.environment, test_randomization=tuple(box)))
    for protocol in ("test", "test+physics"):
        away = {
            thing.name: np.array(
                [t.world.T_table_object[thing.name][:2, 3] for t in drawn(boxed, protocol, n=60)]
            ) - np.asarray(thing.T_table_object)[:2, 3]
            for thing in skill.twin.objects
        }  # fmt: skip
        for shifts in away.values():
            assert 0.045 < np.abs(shifts).max() <= 0.05
        assert abs(np.corrcoef(away["box"][:, 0], away["tub"][:, 0])[0, 1]) < 0.4


def test_every_row_of_the_table_changes_a_trial(skill: Skill, monkeypatch: pytest.MonkeyPatch) -> None:
    table = perturbations()
    for row in table:
        for protocol in row.ranges:
            if row.ranges[protocol].kind == "box":
                continue
            monkeypatch.setattr(module, "perturbations", lambda gone=row: tuple(p for p in table if p is not gone))
            without = drawn(skill, protocol, n=1)
            monkeypatch.setattr(module, "perturbations", lambda: table)
            assert repr(without) != repr(drawn(skill, protocol, n=1)), f"{row.quantity} of {protocol}"


def test_a_removed_row_moves_no_other_draw(skill: Skill, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = drawn(skill, "replay", n=1)[0]
    table = tuple(p for p in perturbations() if p.quantity != "object.mass")
    monkeypatch.setattr(module, "perturbations", lambda: table)
    less = drawn(skill, "replay", n=1)[0]
    assert repr(replace(whole, world=replace(whole.world, mass_scale={}))) == repr(less)


def test_a_trial_without_anything_drawn_changes_nothing() -> None:
    assert Trial().world == WorldVariation() and Trial().imperfections.latency_s == 0.0
