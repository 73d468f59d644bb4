"""Make the key that signs bundles, and say whose bundles may run here."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument

from skillc.runtime.cli.failures import InputError


def command(
    action: Annotated[
        Literal["make", "trust", "forget", "list"], Argument(metavar="ACTION", help="make, trust, forget or list.")
    ],
    name: Annotated[str, Argument(metavar="NAME", help="What the key is called here.")] = "",
    file: Annotated[Path | None, Argument(metavar="FILE", help="trust: its public key, NAME.pub.")] = None,
) -> int:
    """Keep keys in ~/.config/skillc: `make NAME` your own, `trust NAME FILE` and `forget NAME` others', `list` all."""
    from skillc.runtime.bundle.keys import Keys, public_key

    keys = Keys.of_user()
    if (action == "list") != (not name) or (action == "trust") != (file is not None):
        raise InputError(f"`keys {action}` takes {_ARGUMENTS[action]}", "for example `skillc keys trust anna anna.pub`")
    try:
        if action == "make":
            print(f"ed25519 {keys.make(name)}\ngive {keys.folder / 'trusted' / name}.pub to whom your bundles are for")
        elif action == "trust" and file is not None:
            keys.trust(name, public_key(file))
        elif action == "forget":
            keys.forget(name)
        else:
            for key, called in keys.trusted().items():
                print(f"{called}  ed25519 {key}")
    except FileExistsError as reason:
        hint = "bundles signed with it would no longer be yours; move the file away to make another"
        raise InputError(f"{reason.filename} is there already", hint) from reason
    except FileNotFoundError as reason:
        raise InputError(f"no key {name!r} is trusted", "`skillc keys list` names those that are") from reason
    except ValueError as reason:
        raise InputError(str(reason)) from reason
    return 0


_ARGUMENTS = {"make": "a NAME", "trust": "a NAME and a FILE", "forget": "a NAME", "list": "nothing more"}
