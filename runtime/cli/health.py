"""What this machine has of what skillc needs, and how to get the rest."""

import ctypes.util
import importlib.metadata
import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from typing import Literal

import skillc
from skillc.runtime.cli.extras import EXTRAS, install
from skillc.runtime.estimators import environment
from skillc.runtime.estimators.catalog import CATALOG
from skillc.runtime.formats import extension

Verdict = Literal["ok", "missing", "optional"]

LIBRARIES = {
    "EGL": ("headless rendering", "libegl1 libegl-mesa0"),
    "GL": ("headless rendering", "libgl1 libgl1-mesa-dri"),
    "usb-1.0": ("RealSense cameras", "libusb-1.0-0"),
}
"""System library -> (what for, Debian packages)."""

LEAST_FREE_BYTES = 2_000_000_000
"""A build with its cache and one estimator stays below this (ours: four example builds and MediaPipe take 0.6 GB)."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at."""

    group: str
    name: str
    verdict: Verdict
    """missing = `build` or `run` cannot work without it; optional = something else needs it."""
    found: str
    """Version or place, or "" ."""
    remedy: str
    """The command that gets it, or ""."""


def checkup() -> tuple[Check, ...]:
    """Look at everything; imports none of the packages and writes nothing."""
    return (*_python(), *_packages(), *_libraries(), *_estimators(), *_extensions(), *_disk())


def _python() -> list[Check]:
    good = (3, 11) <= sys.version_info[:2] < (3, 13)
    return [
        Check(
            group="system",
            name="python",
            verdict="ok" if good else "missing",
            found=f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            remedy="" if good else "use Python 3.11 or 3.12",
        ),
        Check(group="system", name="skillc", verdict="ok", found=skillc.__version__, remedy=""),
    ]


def _packages() -> list[Check]:
    checks: list[Check] = []
    try:
        requirements = importlib.metadata.requires("skillc") or []
    except importlib.metadata.PackageNotFoundError:
        return [Check(group="packages", name="skillc", verdict="missing", found="", remedy="pip install skillc")]
    for requirement in requirements:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        extra = re.search(r'extra == "(\w+)"', requirement)
        group = extra.group(1) if extra else ""
        if group == "dev" or name == "skillc":
            continue
        version = _version(name)
        remedy = install(group) if group else f"pip install '{requirement}'"
        absent: Verdict = "missing" if group in ("", "build") else "optional"
        purpose = EXTRAS[group].purpose if group in EXTRAS else group
        checks.append(
            Check(
                group=f"packages [{group}]: {purpose}" if group else "packages",
                name=name,
                verdict="ok" if version else absent,
                found=version,
                remedy="" if version else remedy,
            )
        )
    return checks


def _libraries() -> list[Check]:
    checks = []
    for name, (purpose, packages) in LIBRARIES.items():
        found = ctypes.util.find_library(name)
        remedy = "" if found else f"sudo apt-get install {packages}"
        verdict: Verdict = "ok" if found else "optional"
        checks.append(
            Check(group=f"libraries for {purpose}", name=name, verdict=verdict, found=found or "", remedy=remedy)
        )
    return checks


def _estimators() -> list[Check]:
    checks = []
    for estimator in CATALOG.values():
        wanted = environment.remedy(estimator)
        checks.append(
            Check(
                group="estimators",
                name=estimator.name,
                verdict="optional" if wanted else "ok",
                found="" if wanted else str(environment.python(estimator)),
                remedy=f"estimator {estimator.name}: {wanted}" if wanted else "",
            )
        )
    return checks


def _extensions() -> list[Check]:
    groups: tuple[extension.Group, ...] = (
        "skillc.terms", "skillc.stages", "skillc.estimators", "skillc.drivers",
    )  # fmt: skip
    return [
        Check(group="extensions", name=name, verdict="ok", found=group, remedy="")
        for group in groups
        for name in extension.names(group)
    ]


def _disk() -> list[Check]:
    folder = environment.cache_folder()
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(place).free
    enough = free >= LEAST_FREE_BYTES
    return [
        Check(
            group="disk",
            name=str(folder),
            verdict="ok" if enough and os.access(place, os.W_OK) else "missing",
            found=f"{free / 1e9:.1f} GB free",
            remedy="" if enough else f"free {LEAST_FREE_BYTES / 1e9:.0f} GB there, or set XDG_CACHE_HOME",
        )
    ]


def as_table(checks: tuple[Check, ...]) -> str:
    """Return the checks as text, grouped, each remedy below what it is for."""
    lines: list[str] = []
    group = ""
    for check in checks:
        if check.group != group:
            lines += ["", check.group] if lines else [check.group]
            group = check.group
        mark = {"ok": "ok", "missing": "MISSING", "optional": "absent"}[check.verdict]
        lines.append(f"  {mark:<8} {check.name:<26} {check.found}".rstrip())
    wanted = list(dict.fromkeys(c.remedy for c in checks if c.remedy))
    if wanted:
        lines += ["", "to get what is not there:", *(f"  {remedy}" for remedy in wanted)]
    return "\n".join(lines)


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""
