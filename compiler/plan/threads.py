"""Linear algebra on one thread: with more, sums are taken in another order and the last bits differ (FAULTS B11)."""

import os
import sys
import warnings

VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What the linear algebra libraries behind numpy and scipy read when they load."""


def pin_or_warn() -> None:
    """Pin where that is still possible, else warn whoever called the caller that last bits may differ."""
    if "numpy" not in sys.modules:
        pin()
    elif any(os.environ.get(variable) != "1" for variable in VARIABLES):
        warnings.warn(
            "numpy was imported before the build: numbers may differ in their last bits from those of `skillc build`; "
            f"build before numpy is imported, or set {', '.join(VARIABLES)} to 1",
            stacklevel=3,
        )


def pin() -> None:
    """Set the thread count for this process and its children, over whatever the user's environment says.

    Raises:
        RuntimeError: numpy is loaded already, so that it is too late.
    """
    if "numpy" in sys.modules:
        raise RuntimeError("threads are pinned after numpy was loaded")
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
