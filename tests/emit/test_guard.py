"""Guards as text: read by Python, it says what the expression says."""

from hypothesis import given
from hypothesis import strategies as st

from skillc.compiler.emit.guard import text_of
from skillc.runtime.formats.machine import AllOf, AnyOf, Expression, Negated, SignalComparison
from skillc.runtime.machine.guard import holds

COMPARISONS = st.builds(
    SignalComparison,
    signal=st.sampled_from(["hand_force", "object_height"]),
    op=st.sampled_from(["<", "<=", ">", ">=", "=="]),
    value=st.sampled_from([0.0, 1.0, 0.02]),
)
GUARDS = st.recursive(
    COMPARISONS,
    lambda parts: st.one_of(
        st.builds(AllOf, all=st.tuples(parts, parts)),
        st.builds(AnyOf, any=st.tuples(parts, parts)),
        st.builds(Negated, not_=parts),
    ),
    max_leaves=6,
)


@given(GUARDS, st.sampled_from([0.0, 0.02, 0.5, 1.0, 2.0]), st.sampled_from([0.0, 0.02, 1.0]))
def test_the_text_means_what_the_guard_means(guard: Expression, force: float, height: float) -> None:
    signals = {"hand_force": force, "object_height": height}
    assert bool(eval(text_of(guard), {"__builtins__": {}}, signals)) == holds(guard, signals)


def test_parentheses_stand_only_where_they_are_needed() -> None:
    a = SignalComparison(signal="hand_force", op=">", value=1.0)
    b = SignalComparison(signal="object_height", op="<", value=0.02)
    assert text_of(AllOf(all=(a, Negated(not_=b)))) == "hand_force > 1 and not object_height < 0.02"
    assert text_of(AllOf(all=(AnyOf(any=(a, b)), a))) == "(hand_force > 1 or object_height < 0.02) and hand_force > 1"
    assert text_of(AnyOf(any=(a, AllOf(all=(a, b))))) == "hand_force > 1 or hand_force > 1 and object_height < 0.02"
    assert text_of(Negated(not_=AnyOf(any=(a, b)))) == "not (hand_force > 1 or object_height < 0.02)"
