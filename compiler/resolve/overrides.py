"""What a spec changes about its presets must exist there and be of the same kind."""

from difflib import get_close_matches

from skillc.compiler.resolve.merged import Clash, Leaf, Merged
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Mapping, Path, SourceTree, Span, path_text

OPEN = {("hardware", "limits"), ("hardware", "placement"), ("method", "pipeline")}
"""What a spec may write though the preset has it not; its form is checked by the schema."""
IDENTITY: dict[Path, str] = {
    ("method", "name"): "it says which method this is",
    ("hardware", "name"): "it says which robot this is",
    ("hardware", "folder"): "it says where the robot lies",
    ("hardware", "mjcf"): "the profile's numbers are those of its model",
}
"""What no spec changes, with the reason."""


def unknown_settings(tree: SourceTree, preset: Merged, at: Path) -> list[Diagnostic]:
    """Report keys of `method:` or `hardware:` overrides that the preset does not have (SK312)."""
    node = tree.at(at)
    if not isinstance(node, Mapping) or not isinstance(preset, dict):
        return []
    return _unknown(node, preset, at)


def _unknown(node: Mapping, preset: dict[str, Merged], at: Path) -> list[Diagnostic]:
    findings: list[Diagnostic] = []
    for key, entry in node.entries.items():
        path = (*at, key)
        if path in OPEN or (len(at) == 1 and key == "extends"):
            continue
        if path == ("method", "defaults"):
            findings.append(_own_section(path, entry.key.span))
        elif path in IDENTITY:
            findings.append(_fixed(path, entry.key.span))
        elif key not in preset:
            findings.append(_no_such_setting(key, preset, path, entry.key.span))
        elif isinstance(entry.value, Mapping) and isinstance(preset[key], dict):
            below = preset[key]
            assert isinstance(below, dict)
            findings += _unknown(entry.value, below, path)
    return findings


def _own_section(path: Path, span: Span) -> Diagnostic:
    return Diagnostic(
        code="SK312",
        summary="method.defaults cannot be changed here",
        detail="it holds what the method says about the spec's own sections",
        hint="write the value in its own section, e.g. under rewards or policies",
        path=path_text(path),
        spans=(span,),
    )


def _fixed(path: Path, span: Span) -> Diagnostic:
    return Diagnostic(
        code="SK312",
        summary=f"{path_text(path)} cannot be changed here",
        detail=IDENTITY[path],
        hint="extend another preset, or bring a robot of your own"
        if path[0] == "hardware"
        else "extend another preset",
        path=path_text(path),
        spans=(span,),
    )


def _no_such_setting(key: str, preset: dict[str, Merged], path: Path, span: Span) -> Diagnostic:
    near = get_close_matches(key, preset, n=1)
    group = path_text(path[:-1])
    return Diagnostic(
        code="SK312",
        summary=f"{group} has no setting {key!r}",
        detail=f"settings there: {', '.join(preset)}",
        hint=f"write {near[0]}" if near else "",
        path=path_text(path),
        spans=(span,),
    )


def clash_diagnostics(tree: SourceTree, clashes: list[Clash]) -> list[Diagnostic]:
    """Report overrides of another dimension (SK410) or shape (SK230), at the spec's line where there is one."""
    return [_dimension(c, c.under, c.over) if c.under and c.over else _shape(tree, c) for c in clashes]


def lost_numbers(tree: SourceTree, resolved: ResolvedSpec) -> list[Diagnostic]:
    """Report, at the line that names the preset, how many of its numbers are lost (SK411)."""
    lost = [path for path, origins in resolved.origins.items() if origins[-1].source.startswith("lost:")]
    open_paths: dict[str, list[str]] = {"method": [], "hardware": []}
    for path in lost:
        if resolved.origins[path][-1].file != tree.file:
            open_paths["hardware" if path.startswith("hardware.") else "method"].append(path)
    findings = []
    for section, paths in open_paths.items():
        if paths:
            name = resolved.section(section).get("name", "")
            shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
            findings.append(
                Diagnostic(
                    code="SK411",
                    summary=f"{section} {name} leaves {len(paths)} numbers open that its source does not print",
                    detail=shown,
                    hint="check it as a draft with --draft, or give the numbers in the spec",
                    path=section,
                    spans=(tree.value_span((section,)),),
                )
            )
    return findings


def _dimension(clash: Clash, under: Leaf, over: Leaf) -> Diagnostic:
    was, written = under.origins[-1], over.origins[-1].text
    source = f", {was.source}" if was.source else ""
    return Diagnostic(
        code="SK410",
        summary=f"{path_text(clash.path)} is {_a(under.dimension)}, but {written} is {_a(over.dimension)}",
        detail=f"the preset has {was.text or under.value} ({was.file}:{was.line}{source})",
        hint=f"write it like {was.text}" if was.text else "",
        path=path_text(clash.path),
        spans=(over.span, under.span),
    )


def _shape(tree: SourceTree, clash: Clash) -> Diagnostic:
    leaf = clash.over or clash.under
    # A group of settings has no place of its own in a layer; the spec knows where it is.
    written = (tree.value_span(clash.path),) if tree.at(clash.path) is not None else ()
    spans = (*written, *(found.span for found in (clash.over, clash.under) if found and found.span not in written))
    kinds = ("a group of settings", "one value")
    below, above = kinds if clash.over else kinds[::-1]
    return Diagnostic(
        code="SK230",
        summary=f"{path_text(clash.path)} is {below} in the preset, but {above} here",
        detail=f"the value: {leaf.origins[-1].text}" if leaf else "",
        path=path_text(clash.path),
        spans=spans,
    )


def _a(dimension: str) -> str:
    return f"{'an' if dimension[:1] in 'aeiou' else 'a'} {dimension}"
