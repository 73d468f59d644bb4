import pytest

from skillc.runtime.evaluate.scoring import Scoring
from skillc.runtime.formats.records import FormatError

PROTOCOL = {"rollouts": 10, "test_scenes": 50, "unsafe_force": 20.0, "settled_distance": 0.005}


def test_the_methods_numbers_are_used_and_others_of_its_protocol_left_alone() -> None:
    scoring = Scoring.read(PROTOCOL | {"rollouts": 4, "lift_height": 0.1})
    assert (scoring.unsafe_force, scoring.settled_distance) == (20.0, 0.005)
    assert [scoring.count(p) for p in ("replay", "truth", "test", "test+physics")] == [4, 4, 50, 50]


def test_a_method_without_a_number_is_refused_by_name() -> None:
    with pytest.raises(FormatError, match=r"method\.protocol.*unsafe_force"):
        Scoring.read({key: value for key, value in PROTOCOL.items() if key != "unsafe_force"})
