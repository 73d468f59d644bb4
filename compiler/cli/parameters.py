"""Parameters that several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

from typer import Argument, Option

from skillc.compiler.cli import complete

Spec: TypeAlias = Annotated[
    Path, Argument(metavar="SPEC", help="The spec, a YAML file.", autocompletion=complete.specs)
]
Specs: TypeAlias = Annotated[list[Path], Argument(metavar="SPEC", help="Spec files.", autocompletion=complete.specs)]
Out: TypeAlias = Annotated[Path | None, Option(help="Build folder; default build/<skill> beside the spec.")]
Data: TypeAlias = Annotated[Path | None, Option(help="Folder with recordings, besides the spec's; or SKILLC_DATA.")]
Until: TypeAlias = Annotated[
    str | None, Option(help="Last stage to run, with all it needs.", autocompletion=complete.stages)
]
Draft: TypeAlias = Annotated[bool, Option("--draft", help="Allow `lost` values and what is not implemented.")]
