"""`skill.lock`: what a build was made from and the digest of every file it made."""

from collections.abc import Mapping
from dataclasses import dataclass

from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class StageLock:
    """One stage of the build."""

    fingerprint: str
    """Of everything its outputs depend on."""
    outputs: str
    """Digest of its outputs."""


@dataclass(frozen=True, kw_only=True)
class SkillLock(Artifact, name="lock", file="skill.lock"):
    """Everything that went in and came out. Two builds with equal locks are equal byte for byte."""

    tool: str
    """Version of skillc."""
    skill: str
    spec: str
    """Digest of the spec's text."""
    inputs: Mapping[str, str]
    """Input file, relative path -> digest."""
    libraries: Mapping[str, str]
    """Distribution -> version, and the Python version."""
    extensions: Mapping[str, str]
    """Installed extension package -> version and digest of its code."""
    stages: Mapping[str, StageLock]
    outputs: Mapping[str, str]
    """Every other file of the build folder that the build made, relative path -> digest."""
