"""`python -m skillc` runs the same command line as `skillc`."""

from skillc.compiler.cli.main import main

main()
