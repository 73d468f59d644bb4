"""What is generated for one spec, byte for byte: `python -m tests.regenerate_golden` after an intended change."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.regenerate_golden import FILES, shortened

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", FILES)
def test_the_generated_file_is_the_golden_one(small_build: Path, name: str) -> None:
    golden = GOLDEN / f"{Path(name).name}.golden"
    assert shortened(small_build / name) == golden.read_text(encoding="utf-8"), "an intended change? regenerate"


def test_generated_python_is_short_parses_and_is_formatted(small_build: Path) -> None:
    file = small_build / "environment" / "env.py"
    text = file.read_text(encoding="utf-8")
    ast.parse(text)
    assert len(text.splitlines()) <= 100
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--line-length", "200", "--check", "--isolated", str(file)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert formatted.returncode == 0, formatted.stdout


def test_every_generated_term_names_the_line_it_was_written_at(small_build: Path) -> None:
    text = (small_build / "environment" / "env.py").read_text(encoding="utf-8")
    terms = [
        line
        for line in text.splitlines()
        if "= total +" in line or "= ended |" in line or line.lstrip().startswith("drawing.")
    ]
    assert len(terms) >= 8 and all(".yaml:" in line.partition("# ")[2] for line in terms)


def test_template_syntax_in_a_spec_stays_text(small_build: Path) -> None:
    text = (small_build / "environment" / "env.py").read_text(encoding="utf-8")
    assert "{{ skill }}" in text.splitlines()[0]
