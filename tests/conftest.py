"""Where test data lies. Recordings and vendor models are not part of the project; tests needing them skip."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.small_build", "tests.push_build"]

PROJECT = Path(__file__).resolve().parents[1]


def _shared(name: str) -> Path:
    root = Path(os.environ.get("SKILLC_TEST_DATA", PROJECT.parent / "shared")) / name
    if not root.is_dir():
        pytest.skip(f"test data {name}/ is not beside the checkout (set SKILLC_TEST_DATA)")
    return root


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real recordings with ground truth."""
    return _shared("recordings")


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of vendor robot models."""
    return _shared("models")


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout."""
    return PROJECT
