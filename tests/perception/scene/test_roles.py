import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.perception.scene.roles import Ambiguous, RoleSettings, Wanted, assign

SETTINGS = RoleSettings(vacated_sigmas=4.0, vacated_least=0.1, ambiguity=0.5)
APPLE, PLATE = Wanted(name="apple", role="manipulated"), Wanted(name="plate", role="target")


def blob(x: int, y: int) -> BoolArray:
    mask = np.zeros((100, 200), bool)
    mask[y - 10 : y + 10, x - 10 : x + 10] = True
    return mask


MASKS = [blob(30, 50), blob(100, 50), blob(170, 50)]


def test_what_moves_is_manipulated_and_the_target_is_nearest_its_final_place() -> None:
    found = assign([PLATE, APPLE], MASKS, np.array([0.0, 0.9, 0.02]), np.array([160.0, 52.0]), SETTINGS)
    assert found["apple"].index == 1 and found["plate"].index == 2
    assert found["apple"].confidence > 0.9


def test_what_pours_beside_a_large_thing_means_it_and_not_a_small_one_a_little_nearer() -> None:
    pan = np.zeros((400, 600), bool)
    pan[200:360, 300:560] = True
    cup = np.zeros((400, 600), bool)
    cup[20:50, 380:410] = True
    jar = np.zeros((400, 600), bool)
    jar[150:200, 50:80] = True
    # 90 px above the pan, 60 px from the cup: a jar held in the air shows above the place it is over.
    found = assign([PLATE, APPLE], [jar, cup, pan], np.array([0.9, 0.0, 0.0]), np.array([395.0, 110.0]), SETTINGS)
    assert found["plate"].index == 2
    near = assign([PLATE, APPLE], [jar, cup, pan], np.array([0.9, 0.0, 0.0]), np.array([395.0, 60.0]), SETTINGS)
    assert near["plate"].index == 1


def test_two_moving_things_are_ambiguous_and_both_are_named() -> None:
    with pytest.raises(Ambiguous) as caught:
        assign([APPLE], MASKS, np.array([0.0, 0.9, 0.8]), None, SETTINGS)
    assert caught.value.candidates == (1, 2)


def test_nothing_moving_is_an_error() -> None:
    with pytest.raises(Ambiguous, match="nothing on the table moves"):
        assign([APPLE], MASKS, np.zeros(3), None, SETTINGS)


def test_a_pixel_in_the_spec_decides() -> None:
    hinted = Wanted(name="apple", role="manipulated", at=(30.0, 50.0))
    assert assign([hinted], MASKS, np.array([0.0, 0.9, 0.8]), None, SETTINGS)["apple"].index == 0


def test_a_box_in_the_spec_decides() -> None:
    hinted = Wanted(name="apple", role="manipulated", box=(155.0, 35.0, 30.0, 30.0))
    assert assign([hinted], MASKS, np.array([0.0, 0.9, 0.8]), None, SETTINGS)["apple"].index == 2


def test_a_pixel_on_bare_table_is_an_error() -> None:
    hinted = Wanted(name="apple", role="manipulated", at=(65.0, 50.0))
    with pytest.raises(Ambiguous, match="nothing stands out"):
        assign([hinted], MASKS, np.zeros(3), None, SETTINGS)
