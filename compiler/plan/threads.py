"""Linear algebra on one thread: with more, sums are taken in another order and the last bits differ (FAULTS B11)."""

import os
import sys

VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What the linear algebra libraries behind numpy and scipy read when they load."""


def pin() -> None:
    """Set the thread count for this process and its children, over whatever the user's environment says.

    Raises:
        RuntimeError: numpy is loaded already, so that it is too late.
    """
    if "numpy" in sys.modules:
        raise RuntimeError("threads are pinned after numpy was loaded")
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
