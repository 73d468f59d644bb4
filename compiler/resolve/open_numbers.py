"""The shipped numbers that no paper gives: ours with their reasons, and lost ones, as one page."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from skillc.compiler.resolve.merged import is_sourced
from skillc.compiler.resolve.value import converted
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, SourceTree, path_text

FOLDERS = ("methods", "tasks", "hardware", "skills")
KINDS = {
    "ours": "ours: chosen here, with the reason",
    "lost": "lost: the paper uses it, its text here does not give it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of a shipped file."""

    file: str
    """Below `specs/`."""
    line: int
    path: str
    text: str
    """As written."""
    source: str
    """Empty if it has none."""

    @property
    def kind(self) -> str:
        """`ours`, `lost`, or `paper` for a place in a publication."""
        head = self.source.partition(":")[0].strip()
        return head if head in KINDS else "paper"


def shipped_files() -> Iterator[tuple[str, SourceTree]]:
    """Yield every shipped YAML file with its name below `specs/`, sorted."""
    for folder in FOLDERS:
        root = files("skillc.specs").joinpath(folder)
        for name, entry in sorted(_yaml_files(root, folder)):
            yield name, load_bytes(entry.read_bytes(), f"specs/{name}")


def numbers(name: str, tree: SourceTree) -> Iterator[Number]:
    """Yield every number and measure of a file, and every value written with a source."""
    for path, node, source in _scalars(tree.root, (), None):
        if source is not None or converted(node)[1] not in ("text", "switch", "nothing"):
            yield Number(file=name, line=node.span.line, path=path_text(path), text=node.text, source=source or "")


def as_markdown() -> str:
    """Return the page `docs/open-numbers.md`."""
    found = [number for name, tree in shipped_files() for number in numbers(name, tree)]
    lines = [
        "# Open numbers",
        "",
        "Written from the shipped presets and specs by `make docs`; do not edit.",
        "",
        f"{sum(n.kind == 'paper' and bool(n.source) for n in found)} numbers come from a publication, "
        f"{sum(n.kind == 'ours' for n in found)} are ours, {sum(n.kind == 'lost' for n in found)} are lost.",
    ]
    for kind, title in KINDS.items():
        lines += ["", f"## {title[0].upper()}{title[1:]}"]
        for file in dict.fromkeys(n.file for n in found if n.kind == kind):
            lines += ["", f"### `specs/{file}`", "", "| number | value | why |", "|---|---|---|"]
            lines += [_row(n) for n in found if n.file == file and n.kind == kind]
    return "\n".join(lines) + "\n"


def _row(number: Number) -> str:
    why = number.source.partition(":")[2].strip().replace("|", "\\|")
    value = "" if number.kind == "lost" else number.text.replace("|", "\\|")
    return f"| `{number.path}` | {value} | {why} |"


def _yaml_files(root: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    if not root.is_dir():
        return
    for entry in root.iterdir():
        if entry.is_dir():
            yield from _yaml_files(entry, f"{name}/{entry.name}")
        elif entry.name.endswith(".yaml"):
            yield f"{name}/{entry.name}", entry


def _scalars(node: Node, path: Path, source: str | None) -> Iterator[tuple[Path, Scalar, str | None]]:
    """Yield scalars with the source they are written under; a sourced list is one number, shown by its items."""
    if isinstance(node, Mapping):
        if is_sourced(node):
            where = node.entries.get("source")
            text = where.value.text if where and isinstance(where.value, Scalar) else ""
            value = node.entries["value"].value
            if isinstance(value, Scalar):
                yield path, value, text
            else:
                yield path, Scalar(_shown(value), _shown(value), True, value.span), text
            return
        for key, entry in node.entries.items():
            yield from _scalars(entry.value, (*path, key), source)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _scalars(item, (*path, index), source)
    else:
        yield path, node, source


def _shown(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return ", ".join(_shown(item) for item in node.items)
    return ", ".join(f"{key} {_shown(entry.value)}" for key, entry in node.entries.items())
