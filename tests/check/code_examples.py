"""The examples of the code pages, completed to whole specs."""

import re
from pathlib import Path

import yaml

PAGES = Path(__file__).parents[2] / "specs" / "schema" / "codes.yaml"
BASE = {
    "skill": "skill: example\n",
    "language": "language: 1\n",
    "cameras": "cameras: {main: {model: realsense_d455}}\n",
    "scene": "scene: {objects: {apple: {role: manipulated}}}\n",
    "task": "task: {type: lift}\n",
    "hardware": "hardware: kinova_gen3_leap\n",
    "method": "method: video2sim2real\n",
    "deploy": "deploy: {on_fault: {else: hold}}\n",
}


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
