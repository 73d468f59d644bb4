"""What a single word given to `skillc explain` means: a code, a stage, a preset, a key of the language, a term."""

import re
from difflib import get_close_matches
from pathlib import Path

from skillc.compiler.explain import code, preset, registered, stage, term
from skillc.compiler.resolve.own_robot import PROFILE, is_folder


class UnknownSubject(LookupError):
    """Nothing has this name; `hint` says what comes near."""

    def __init__(self, name: str, hint: str) -> None:
        """Keep the name and what to try instead."""
        super().__init__(name)
        self.name, self.hint = name, hint


def explain(name: str) -> str:
    """Return what is known about a code, a stage, a preset or a word of the language, as text.

    Raises:
        UnknownSubject: nothing has this name.
    """
    if re.fullmatch(r"SK\d{3}", name.upper()):
        page = code.page(name.upper())
        if page is None:
            near = get_close_matches(name.upper(), code.codes(), n=3)
            raise UnknownSubject(name, f"codes near it: {', '.join(near)}" if near else "docs/codes.md lists all codes")
        return page
    if is_folder(name) and (Path(name) / PROFILE).is_file():
        return preset.own_robot_as_text(Path(name))
    found: list[str] = []
    if name in stage.stage_names():
        found.append(stage.as_text(name))
    found += [preset.as_text(kind, name) for kind in preset.preset_kinds(name)]
    terms = registered.found(name)
    found += [registered.as_text(kind, one) for kind, one in terms]
    exact = term.key(name) if "." in name else None
    said = tuple(one.meaning.rstrip(".") for _, one in terms)
    for other in [exact] if exact else term.terms(name):
        if not (said and other.description.startswith(said)):
            found.append(term.as_text(other))
    if not found:
        known = [*stage.stage_names(), *preset.all_names(), *term.names()]
        near = get_close_matches(name, known, n=1)
        raise UnknownSubject(name, f"did you mean {near[0]}?" if near else "give a spec and a path for a value")
    return "\n\n".join(found)
