"""The examples of the code pages, completed to whole specs."""

import re
from functools import cache
from pathlib import Path

import yaml

from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec

PAGES = Path(__file__).parents[2] / "specs" / "schema" / "codes.yaml"
BASE = {
    "skill": "skill: example\n",
    "language": "language: 1\n",
    "cameras": (
        "cameras: {main: {model: realsense_d455, calibration: {tag: tagStandard41h12, id: 0, size: 53.3 mm}}}\n"
    ),
    "scene": "scene: {objects: {apple: {role: manipulated}}}\n",
    "task": "task: {type: lift}\n",
    "hardware": "hardware: kinova_gen3_leap\n",
    "method": "method: video2sim2real\n",
    "deploy": "deploy: {on_fault: {else: hold}}\n",
}

MODEL = """<mujoco>
<option timestep="0.002"/>
<worldbody>
<body name="a">
<joint name="j" axis="0 0 1" range="-1 1"/>
<inertial mass="1" pos="0 0 0" diaginertia="1 1 1"/>
<geom name="g" size="0.1"/>
</body>
</worldbody>
<actuator>
<position name="p" joint="j" kp="5" ctrlrange="-1 1"/>
</actuator>
</mujoco>
"""
THING = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"
"""The mesh thing.obj beside the model."""


@cache
def pages() -> dict[str, dict[str, str]]:
    """Return every page by code."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(PAGES.read_text(encoding="utf-8"))
    return loaded


def completed(example: str) -> str:
    """Put the sections an example leaves out before it, and real characters in place of ‹U+XXXX›."""
    text = re.sub("‹U\\+([0-9A-F]{4})›", lambda match: chr(int(match[1], 16)), example)
    written = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    if "skill" in written or not written:
        return text
    return "".join(section for key, section in BASE.items() if key not in written) + text


def spec_of(code: str, which: str) -> ResolvedSpec:
    """Return the spec of a page's `wrong` or `right` example."""
    return require_spec(completed(pages()[code][which]).encode(), f"{code}.yaml")[0]


def model_with(fragment: str) -> str:
    """Put a fragment of MJCF in place of the line of the same element, a new element first, a DOCTYPE before all."""
    fragment = fragment.rstrip("\n")
    if fragment.startswith("<!"):
        return f"{fragment}\n{MODEL}"
    start = fragment.split()[0]
    lines = MODEL.splitlines()
    if not any(line.startswith(start + " ") for line in lines):
        return MODEL.replace("<mujoco>", f"<mujoco>\n{fragment}")
    return "\n".join(fragment if line.startswith(start + " ") else line for line in lines)
