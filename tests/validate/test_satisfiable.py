import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillc.compiler.validate.condition import Compared, Condition, Flag, Joined, parse_condition
from skillc.compiler.validate.satisfiable import ValueSpan, can_fail, can_hold

SIGNALS = {"height": "length", "error": "angle", "ready": "flag"}
RANGES = {"height": ValueSpan(least=0.0, most=2.0), "error": ValueSpan(least=0.0, most=3.2)}


def condition(text: str) -> Condition:
    return parse_condition(text, SIGNALS)


@pytest.mark.parametrize(
    "text",
    [
        "height < 0 m",
        "height > 2 m",
        "height < 1 m and height > 2 m",
        "height < 1 m and height >= 1 m",
        "ready and not ready",
        "not (height < 1 m or height >= 1 m)",
        "height < 0 m or error > 200 deg",
    ],
)
def test_what_excludes_itself_cannot_hold(text: str) -> None:
    assert not can_hold(condition(text), RANGES)


@pytest.mark.parametrize(
    "text", ["height >= 0 m", "height <= 2 m", "ready or not ready", "height < 1 m or height > 50 cm"]
)
def test_what_leaves_nothing_out_cannot_fail(text: str) -> None:
    assert not can_fail(condition(text), RANGES)


@pytest.mark.parametrize(
    "text", ["height <= 0 m", "height < 1 m and error > 1 rad", "ready", "not ready or height > 1 m"]
)
def test_what_depends_on_its_signals_can_do_both(text: str) -> None:
    assert can_hold(condition(text), RANGES) and can_fail(condition(text), RANGES)


def test_a_condition_with_too_many_cases_is_taken_to_be_possible() -> None:
    text = " and ".join(f"(height < {n} m or error < {n} rad)" for n in range(12))
    assert can_hold(condition(text), RANGES)


def holds(found: Condition, values: dict[str, float]) -> bool:
    if isinstance(found, Flag):
        return values[found.signal] > 1.0
    if isinstance(found, Compared):
        value = values[found.signal]
        return {"<": value < found.value, "<=": value <= found.value, ">": value > found.value,
                ">=": value >= found.value}[found.operator]  # fmt: skip
    parts = [holds(part, values) for part in found.parts]
    return not parts[0] if found.operator == "not" else all(parts) if found.operator == "and" else any(parts)


COMPARISONS = st.builds(
    Compared,
    signal=st.sampled_from(["height", "error"]),
    operator=st.sampled_from(["<", "<=", ">", ">="]),
    value=st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0]),
)
CONDITIONS = st.recursive(
    st.one_of(COMPARISONS, st.builds(Flag, signal=st.just("ready"))),
    lambda below: st.one_of(
        st.builds(Joined, operator=st.sampled_from(["and", "or"]), parts=st.tuples(below, below)),
        st.builds(Joined, operator=st.just("not"), parts=st.tuples(below)),
    ),
    max_leaves=6,
)


@given(CONDITIONS, st.floats(0.0, 2.0), st.floats(0.0, 3.2), st.sampled_from([0.0, 2.0]))
def test_a_verdict_is_never_wrong(found: Condition, height: float, error: float, ready: float) -> None:
    if holds(found, {"height": height, "error": error, "ready": ready}):
        assert can_hold(found, RANGES)
    else:
        assert can_fail(found, RANGES)
