"""skillc: a declarative compiler for dexterous robot skills.

`check`, `resolve` and `build` turn a spec into a skill, `load`, `evaluate` and `environment` use one. Each is imported
when it is first asked for: `import skillc` alone loads nothing. docs/python.md shows them together.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skillc.compiler.check.build_skill import build_skill as build
    from skillc.compiler.check.check import check_file as check
    from skillc.compiler.resolve.front_end import resolve_file as resolve
    from skillc.compiler.source.diagnostic import SourceError
    from skillc.runtime.env.gymnasium_vector import SkillVectorEnv as environment
    from skillc.runtime.evaluate.judge import judge as evaluate
    from skillc.runtime.evaluate.skill import load_skill as load

__version__ = "0.1.0"
__all__ = ["SourceError", "build", "check", "environment", "evaluate", "load", "resolve"]

_PLACES = {
    "SourceError": "compiler.source.diagnostic:SourceError",
    "build": "compiler.check.build_skill:build_skill",
    "check": "compiler.check.check:check_file",
    "environment": "runtime.env.gymnasium_vector:SkillVectorEnv",
    "evaluate": "runtime.evaluate.judge:judge",
    "load": "runtime.evaluate.skill:load_skill",
    "resolve": "compiler.resolve.front_end:resolve_file",
}
"""Public name -> where it lives."""


if not TYPE_CHECKING:  # A type checker reads the imports above instead.

    def __getattr__(name: str) -> Any:
        """Import a public name (PEP 562)."""
        if name not in _PLACES:
            raise AttributeError(f"module 'skillc' has no attribute {name!r}")
        from importlib import import_module

        module, _, attribute = _PLACES[name].partition(":")
        found = globals()[name] = getattr(import_module(f"skillc.{module}"), attribute)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
