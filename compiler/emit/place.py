"""Where a value of an artifact was written, as short text."""

import os.path

from skillc.compiler.resolve.resolved import ResolvedSpec


def place(spec: ResolvedSpec, path: str) -> str:
    """Return `file:line:column` of the place that decides the value at `path`; "" if nothing wrote it.

    The spec appears by its file name alone, so that its folder does not show in what is built. A section is placed at
    its first value.
    """
    found = spec.origins.get(path)
    if not found:
        heads = (f"{path}.", f"{path}[")
        below = (places for p, places in spec.origins.items() if p.startswith(heads))
        found = next(below, ())
    if not found:
        return ""
    origin = found[-1]
    file = os.path.basename(spec.spec_file) if origin.file == spec.spec_file else origin.file
    return f"{file}:{origin.line}:{origin.column}"
