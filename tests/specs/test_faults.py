"""Every row of FAULTS "Spec", the build rows and the command line's is proved by something that exists."""

import ast
import re
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
ROWS: dict[str, str] = yaml.safe_load((HERE / "faults.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS)
def test_the_row_is_proved(row: str, project: Path) -> None:
    proof = ROWS[row]
    if "::" in proof:
        file, _, name = proof.partition("::")
        tree = ast.parse((project / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        return
    assert (HERE / "invalid" / f"{proof}.yaml").is_file()
    text = (HERE / "invalid" / f"{proof}.expected").read_text(encoding="utf-8")
    assert re.match(rf"{proof}\.yaml:\d+:\d+: SK[1-9]\d\d: ", text), "file, line, column and code"
