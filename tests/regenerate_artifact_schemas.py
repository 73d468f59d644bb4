"""Writes `specs/schema/artifacts/*.json`: `python -m tests.regenerate_artifact_schemas`."""

import json
from pathlib import Path

from skillc.compiler.emit.artifact_schema import ARTIFACTS, file_name, schema_of

FOLDER = Path(__file__).parent.parent / "specs" / "schema" / "artifacts"


def main() -> None:
    """Write every schema and remove those of formats that are gone."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for artifact in ARTIFACTS:
        text = json.dumps(schema_of(artifact), indent=1, ensure_ascii=False) + "\n"
        (FOLDER / file_name(artifact)).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
