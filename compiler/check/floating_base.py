"""The base pass: terms of a floating base need one.

A base that is bolted to the table has no velocity to observe, no path to follow and no feet to lift.
"""

from collections.abc import Iterator, Mapping

from skillc.compiler.check.place import Placed
from skillc.compiler.source import tree
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path
from skillc.runtime.formats.extension import ExtensionError
from skillc.runtime.terms import catalog
from skillc.runtime.terms.observations import OBSERVATIONS
from skillc.runtime.terms.rewards import REWARDS
from skillc.runtime.terms.term import Term
from skillc.runtime.terms.terminations import TERMINATIONS


def check_floating_base(placed: Placed) -> list[Diagnostic]:
    """Report every term of a floating base on a robot whose base is fixed."""
    hardware = placed.resolved.section("hardware")
    if hardware.get("base") != "fixed":
        return []
    return [
        placed.error(
            "SK613",
            path,
            what=f"`{term.name}` is about a floating base, and the base of {hardware.get('name')} is fixed",
            detail=term.meaning,
            hint="delete the line, or take a robot with a floating base",
        )
        for path, term in _terms(placed)
        if term.floating and placed.tree.at(path) is not None
    ]


def _terms(placed: Placed) -> Iterator[tuple[Path, Term]]:
    """Yield the terms that the spec names, with their places; those of installed packages say nothing of bases."""
    yield from _named(placed, ("rewards",), REWARDS)
    yield from _policies(placed)
    yield from _drawn(placed, ("randomization",))
    for name in _keys(placed, ("evaluation",)):
        yield from _drawn(placed, ("evaluation", name))


def _policies(placed: Placed) -> Iterator[tuple[Path, Term]]:
    for name, policy in placed.resolved.section("policies").items():
        if not isinstance(policy, Mapping):
            continue
        own: Path = ("policies", name)
        yield from _named(placed, (*own, "rewards"), REWARDS)
        yield from _named(placed, (*own, "terminate"), TERMINATIONS)
        yield from _drawn(placed, (*own, "randomization"))
        for key in ("observe", "privileged"):
            terms = policy.get(key)
            for index, entry in enumerate(terms if isinstance(terms, list) else ()):
                term = OBSERVATIONS.get(str(entry.get("term") if isinstance(entry, Mapping) else entry))
                if term is not None:
                    yield (*own, key, index), term


def _named(placed: Placed, path: Path, known: Mapping[str, Term]) -> Iterator[tuple[Path, Term]]:
    for name in _keys(placed, path):
        if name in known:
            yield (*path, name), known[name]


def _drawn(placed: Placed, path: Path) -> Iterator[tuple[Path, Term]]:
    for key in _keys(placed, path):
        try:
            yield (*path, key), catalog.quantity(key)
        except (catalog.UnknownTerm, ExtensionError):
            continue


def _keys(placed: Placed, path: Path) -> list[str]:
    node = placed.tree.at(path)
    return [str(key) for key in node.entries] if isinstance(node, tree.Mapping) else []
