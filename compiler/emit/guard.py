"""Guards as text, for people: what runs is the expression itself."""

from skillc.runtime.formats.machine import AnyOf, Expression, Negated, SignalComparison


def text_of(guard: Expression) -> str:
    """Return a guard as a condition of the language, with parentheses where `and`, `or` and `not` need them."""
    if isinstance(guard, SignalComparison):
        return f"{guard.signal} {guard.op} {guard.value:g}"
    if isinstance(guard, Negated):
        inner = text_of(guard.not_)
        return f"not {inner}" if isinstance(guard.not_, SignalComparison) else f"not ({inner})"
    if isinstance(guard, AnyOf):
        return " or ".join(text_of(part) for part in guard.any)
    return " and ".join(f"({text_of(part)})" if isinstance(part, AnyOf) else text_of(part) for part in guard.all)
