"""Planning must not pay for what only running needs."""

import subprocess
import sys

import pytest

from skillc.compiler.plan.code import code_digests, library_versions

HEAVY = ("numpy", "scipy", "mujoco", "matplotlib", "cv2", "trimesh", "mink")


def test_importing_every_stage_loads_no_numerical_library() -> None:
    program = (
        "import sys; from skillc.compiler.pipeline.catalog import stages; stages(); "
        f"print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("    from skillc.runtime.geometry import se3", "runtime/geometry/se3.py"),
        ("    from skillc.runtime.geometry.se3 import exp", "runtime/geometry/se3.py"),
        ("    import skillc.runtime.geometry.se3 as poses", "runtime/geometry/se3.py"),
        ("    from skillc.runtime.geometry import (\n        se3,\n    )", "runtime/geometry/se3.py"),
    ],
)
def test_imports_inside_functions_belong_to_the_code(tmp_path, monkeypatch, line: str, file: str) -> None:
    package = tmp_path / "late_stage_code"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "part.py").write_text(f"def run():\n{line}\n\n    import mujoco\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = code_digests(("late_stage_code.part",))
    assert file in found
    assert {"mujoco", "numpy"} <= set(library_versions(("late_stage_code.part",)))


def test_what_a_stage_imports_while_it_runs_is_in_its_fingerprint() -> None:
    code = ("skillc.compiler.stages.demonstration.hands",)
    assert {"runtime/perception/hand/motion.py", "runtime/formats/object_motion.py"} <= set(code_digests(code))
    assert {"mujoco", "numpy", "scipy"} <= set(library_versions(code))
