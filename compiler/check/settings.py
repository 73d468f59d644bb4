"""The settings pass: settings of a method fit each other, the control rate and the limits of the deployment.

What one setting may be alone is in `specs/schema/settings.v1.json` and was judged with the structure. Here is what
needs the merged values: a lower end above its upper end, clocks that do not fit, limits that let through what the
protocol counts as unsafe.
"""

from collections.abc import Iterator

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.tree import Mapping, Path, path_text
from skillc.compiler.validate.settings import settings

_WHOLE = 1e-6
"""How far a ratio of rates may be from a whole number; rates are written with a few digits."""
_CONTROL: Path = ("deploy", "rates", "control")
_SIMULATED: Path = ("method", "simulation", "control_rate_hz")
_STEP: Path = ("method", "simulation", "timestep_s")
_FORCE: Path = ("deploy", "limits", "contact_force")


def check_settings(placed: Placed) -> list[Diagnostic]:
    """Check settings against each other and against what the spec deploys."""
    # A preset's own settings are held to the same in its tests; the schema is read only for specs that change some.
    changed = isinstance(placed.tree.at(("method",)), Mapping)
    order = [*_ends(placed), *_ascending(placed)] if changed else []
    return [*order, *_clocks(placed), *_unsafe(placed)]


def _value(placed: Placed, path: Path) -> JSON:
    try:
        return placed.resolved.at(path_text(path))
    except KeyError:
        return None


def _ends(placed: Placed) -> Iterator[Diagnostic]:
    """Report a lower end above its upper end."""
    for setting in settings():
        lower: Path = ("method", *setting.path)
        upper: Path = (*lower[:-1], setting.not_above)
        if not setting.not_above:
            continue
        low, high = _value(placed, lower), _value(placed, upper)
        lows, highs = (value if isinstance(value, list) else [value] for value in (low, high))
        if len(lows) != len(highs) or not all(isinstance(v, (int, float)) for v in (*lows, *highs)):
            continue
        if any(a > b for a, b in zip(lows, highs, strict=True)):
            yield placed.error(
                "SK430",
                *_written_first(placed, lower, upper),
                what=f"`{lower[-1]}` is above `{upper[-1]}`: {_shown(low)} and {_shown(high)}",
                detail="a lower end is not above its upper end",
                hint="change one of the two",
            )


def _ascending(placed: Placed) -> Iterator[Diagnostic]:
    for setting in settings():
        path: Path = ("method", *setting.path)
        value = _value(placed, path) if setting.ascending else None
        if isinstance(value, list) and value != sorted(value):
            yield placed.error(
                "SK430",
                path,
                what=f"`{path[-1]}` runs downwards: {_shown(value)}",
                detail="the lower end comes first",
                hint=f"write {_shown(sorted(value))}",
            )


def _shown(value: JSON) -> str:
    return f"[{', '.join(f'{v:g}' for v in value)}]" if isinstance(value, list) else f"{value:g}"


def _written_first(placed: Placed, *paths: Path) -> tuple[Path, ...]:
    """Order paths so that what the spec itself writes is blamed."""
    return tuple(sorted(paths, key=lambda path: placed.tree.at(path) is None))


def _clocks(placed: Placed) -> Iterator[Diagnostic]:
    """Report commands at another rate than the simulation's, and steps that do not fill a command."""
    simulated, commanded = placed.number(path_text(_SIMULATED)), placed.number(path_text(_CONTROL))
    if simulated is None or not simulated > 0.0:
        return
    if commanded is not None and abs(commanded - simulated) > _WHOLE * simulated:
        yield placed.error(
            "SK431",
            *_written_first(placed, _SIMULATED, _CONTROL),
            what=f"the robot is commanded at {format_si(commanded, 'frequency')}, the simulation at"
            f" {format_si(simulated, 'frequency')}",
            detail="what is rehearsed and trained is what runs",
            hint="write the same rate under `deploy: {rates: {control: ...}}` and"
            " `method: {simulation: {control_rate_hz: ...}}`",
        )
    step = placed.number(path_text(_STEP))
    ratio = 1.0 / (simulated * step) if step is not None and step > 0.0 else 1.0
    if abs(ratio - round(ratio)) > _WHOLE * ratio or ratio < 1.0 - _WHOLE:
        assert step is not None
        steps = max(1, round(ratio))
        yield placed.error(
            "SK431",
            *_written_first(placed, _STEP, _SIMULATED),
            what=f"{ratio:.3g} steps of {format_si(step, 'time')} fill a command at"
            f" {format_si(simulated, 'frequency')}",
            detail="a command is held for whole steps",
            hint=f"write `timestep_s: {1.0 / (simulated * steps):.10g} s`",
        )


def _unsafe(placed: Placed) -> Iterator[Diagnostic]:
    """Report limits that let through what the protocol counts as unsafe."""
    unsafe = placed.number("method.protocol.unsafe_force")
    protocol: Path = ("method", "protocol", "unsafe_force")
    for path in (
        _FORCE,
        ("hardware", "limits", "contact_force"),
        ("method", "stages", "contract", "safety", "contact_force"),
    ):
        limit = placed.number(path_text(path))
        if limit is not None and unsafe is not None and limit > unsafe:
            yield placed.error(
                "SK432",
                *_written_first(placed, path, protocol),
                what=f"the limit {format_si(limit, 'force')} lets through contacts that count as unsafe",
                detail=f"the protocol counts more than {format_si(unsafe, 'force')} as unsafe",
                hint=f"write {format_si(unsafe, 'force')} or less",
            )
