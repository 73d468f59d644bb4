import importlib
import json
import pkgutil
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from skillc.compiler.emit.artifact_schema import ARTIFACTS, file_name, schema_of
from skillc.runtime import formats
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.codec import as_json


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda a: a.FORMAT)
def test_the_published_schema_is_the_one_of_the_dataclass(artifact, project: Path) -> None:
    published = project / "specs" / "schema" / "artifacts" / file_name(artifact)
    assert json.loads(published.read_text()) == schema_of(artifact), "run `python -m tests.regenerate_artifact_schemas`"
    jsonschema.Draft202012Validator.check_schema(schema_of(artifact))


def test_every_format_has_a_schema_and_every_schema_a_format(project: Path) -> None:
    for entry in pkgutil.iter_modules(formats.__path__):
        importlib.import_module(f"skillc.runtime.formats.{entry.name}")
    records = {kind for kind in Artifact.__subclasses__() if kind.__module__.startswith("skillc.")}
    assert records == set(ARTIFACTS)
    assert len({kind.FORMAT for kind in records}) == len({kind.FILE for kind in records}) == len(records)
    present = {p.name for p in (project / "specs" / "schema" / "artifacts").glob("*.json")}
    assert present == {file_name(a) for a in ARTIFACTS}


def test_what_a_build_writes_satisfies_its_schema(small_build: Path) -> None:
    checked = 0
    for artifact in ARTIFACTS:
        file = small_build / artifact.FILE
        if file.exists():
            record = artifact.load(file)
            body = json.loads(file.read_text()) if not artifact.FILE.endswith(".npz") else as_json(record)
            head = {"format": artifact.FORMAT, "version": artifact.VERSION} | body
            jsonschema.validate(head, schema_of(artifact))
            checked += 1
    assert checked >= 5


def test_a_wrong_field_is_refused(small_build: Path) -> None:
    twin = next(a for a in ARTIFACTS if a.FORMAT == "skillc.twin")
    body = json.loads((small_build / "twin" / "twin.json").read_text())
    body["objects"][0]["mass"] = "heavy"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, schema_of(twin))
    assert np.isfinite(twin.VERSION)
