"""Keys of somebody who makes bundles, and a bundle of the small build."""

from pathlib import Path

import pytest

from skillc.runtime.bundle.keys import Keys
from skillc.runtime.bundle.pack import bundle


@pytest.fixture(scope="session")
def keys_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    Keys(folder=folder).make("lab")
    return folder


@pytest.fixture
def keys(keys_made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """A trust store of this test alone, in place of the user's."""
    keys = Keys(folder=tmp_path / "config")
    own = Keys(folder=keys_made)
    keys.folder.mkdir()
    (keys.folder / "own.key").write_bytes((own.folder / "own.key").read_bytes())
    keys.trust("lab", own.own().public_key().public_bytes_raw().hex())
    monkeypatch.setenv("SKILLC_CONFIG", str(keys.folder))
    return keys


@pytest.fixture(scope="session")
def bundled(small_build: Path, keys_made: Path) -> bytes:
    keys = Keys(folder=keys_made)
    return bundle(small_build, keys.own(), release=3, licences={"robot": "BSD-3-Clause"}, keys=keys)
