"""Which estimator a spec chooses, made ready to be asked."""

from collections.abc import Callable

from skillc.runtime.estimators import environment
from skillc.runtime.estimators.catalog import BUILT_IN, CATALOG, Estimator, names
from skillc.runtime.perception.recording.faults import InputFault


def chosen(task: str, name: str) -> Estimator | None:
    """Return the estimator `name` of `task`; None for the built-in one.

    Raises:
        InputFault: SK831 when there is none of that name.
    """
    if name not in names(task):
        raise InputFault("SK831", f"no estimator {name!r} of {task}", f"use one of {', '.join(names(task))}")
    return None if name == BUILT_IN[task] else CATALOG[name]


def ready(task: str, name: str, announce: Callable[[str], None]) -> Estimator | None:
    """Return the estimator `name` of `task`, its environment in place; None for the built-in one.

    Raises:
        InputFault: SK831 when there is none of that name or it cannot be installed; SK835 when its environment,
            weights or key are missing.
    """
    found = chosen(task, name)
    if found is not None:
        environment.prepare(found, announce)
    return found
