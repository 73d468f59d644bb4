"""`skillc COMMAND`: the compiler's commands and the runtime's, through the runtime's dispatcher."""

import sys
from typing import NoReturn

from skillc.runtime.cli.main import PACKAGES as RUNTIME_PACKAGES
from skillc.runtime.cli.main import dispatch, leave

PACKAGES = ("skillc.compiler.cli", *RUNTIME_PACKAGES)


def main() -> NoReturn:
    """Run the command line on `sys.argv` and exit."""
    leave(dispatch(sys.argv[1:], PACKAGES, "skillc"))
