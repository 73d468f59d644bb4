"""Lengths that a primitive does not have are keys without effect."""

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.load import load_bytes

SPEC = """\
skill: example
language: 1
cameras: {{main: {{model: realsense_d455, calibration: {{tag: tagStandard41h12, id: 0, size: 53.3 mm}}}}}}
scene: {{objects: {{it: {{role: manipulated, asset: {asset}}}}}}}
task: {{type: lift}}
hardware: kinova_gen3_leap
method: video2sim2real
deploy: {{on_fault: {{else: hold}}}}
"""


@pytest.mark.parametrize(
    ("asset", "key"),
    [
        ("{primitive: sphere, radius: 3 cm, height: 5 cm}", "height"),
        ("{primitive: box, radius: 3 cm}", "radius"),
        ("{primitive: cylinder, size: [1 cm, 2 cm, 3 cm]}", "size"),
        ("{primitive: cylinder, radius: 3 cm .. 4 cm, height: 9 cm}", ""),
    ],
)
def test_a_primitive_has_its_own_lengths_only(asset: str, key: str) -> None:
    found = check_tree(load_bytes(SPEC.format(asset=asset).encode(), "spec.yaml"), None).diagnostics
    errors = [(d.code, d.path) for d in found if d.severity == "error"]
    assert errors == ([("SK209", f"scene.objects.it.asset.{key}")] if key else [])
