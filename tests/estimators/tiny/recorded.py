"""The recorded answers of the stand-in models."""

import os
from typing import Any

import numpy as np


def answers() -> dict[str, Any]:
    """Return the arrays of the file that SKILLC_RECORDED names."""
    with np.load(os.environ["SKILLC_RECORDED"], allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}
