"""Training configs: the policies of the resolved spec as YAML, SI, with the source of every number beside it."""

from collections.abc import Iterator, Mapping

from skillc.compiler.emit.quote import yaml_quoted
from skillc.compiler.resolve.resolved import JSON


def training_config(skill: str, name: str, policy: Mapping[str, JSON], sources: Mapping[str, str]) -> str:
    """Return the text of `training/<name>.yaml`.

    Args:
        skill: name of the skill.
        name: name of the policy.
        policy: its resolved settings.
        sources: dotted spec path -> `source:` of the preset; missing or "" where the spec itself wrote the value.
    """
    head = [
        "# Generated from the spec; change the spec, not this file. Values are SI.",
        "format: skillc.training",
        "version: 1",
        f"skill: {yaml_quoted(skill)}",
        f"policy: {yaml_quoted(name)}",
        "environment: ../environment/environment.json",
        "contract: ../contract.json",
    ]
    return "\n".join([*head, *_lines(policy, f"policies.{name}", sources, "")]) + "\n"


def _lines(node: Mapping[str, JSON], path: str, sources: Mapping[str, str], indent: str) -> Iterator[str]:
    for key, value in node.items():
        here = f"{path}.{key}"
        if isinstance(value, Mapping) and here not in sources:
            yield f"{indent}{yaml_quoted(key)}:"
            yield from _lines(value, here, sources, indent + "  ")
            continue
        source = sources.get(here, "")
        comment = f"  # {_one_line(source)}" if source else ""
        yield f"{indent}{yaml_quoted(key)}: {yaml_quoted(value)}{comment}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
