"""`python -m skillc.runtime` runs the commands that need no compiler."""

from skillc.runtime.cli.main import main

main()
