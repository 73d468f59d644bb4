"""Help is compared as plain text: on GitHub's runners typer would colour it even into a pipe."""

import os

os.environ["_TYPER_FORCE_DISABLE_TERMINAL"] = "1"
