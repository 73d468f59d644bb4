"""Files a model refers to: all of them beside the model, none through a link, a scheme or an upward path."""

import re
from pathlib import Path, PureWindowsPath

from skillc.runtime.formats.files import Folder
from skillc.runtime.robot.model_fault import ModelFault
from skillc.runtime.robot.model_xml import Element

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


def resolve_file(text: str, *, folder: Folder, root: Folder, source: str, line: int) -> Folder | ModelFault:
    """Return the file that `text` names relative to `folder`, or why it may not be read.

    SK873: absolute, upward, or with a scheme (`package://`, `file://`, a drive). SK874: a symbolic link that leaves
    `root`. SK875: no such file.
    """

    def fault(code: str, summary: str, hint: str) -> ModelFault:
        return ModelFault(code=code, summary=summary, file=source, line=line, hint=hint)

    beside = "put the file beside the model and write its relative path"
    windows = PureWindowsPath(text)
    if _SCHEME.match(text) or windows.drive or windows.root or text.startswith("/"):
        return fault("SK873", f"path {text!r}; expected one relative to the model", beside)
    if ".." in windows.parts or "\0" in text:
        return fault("SK873", f"path {text!r} leads upward; expected one below the model", beside)
    path = folder / text.replace("\\", "/")
    try:
        found = path.exists()
    except OSError:  # a name no file can have
        found = False
    if not found:
        return fault("SK875", f"{text!r} does not exist", beside)
    if isinstance(path, Path) and not path.resolve().is_relative_to(Path(str(root)).resolve()):
        return fault("SK874", f"{text!r} is a symbolic link out of the model's folder", "copy the file instead")
    return path


def identity(path: Folder) -> str:
    """Return what is equal for two ways to one file."""
    return str(path.resolve() if isinstance(path, Path) else path)


def asset_folders(mjcf: Element) -> dict[str, str]:
    """Return the folder attribute for each kind of MJCF asset (compiler meshdir, texturedir, assetdir)."""
    folders = {"mesh": "", "texture": "", "hfield": "", "skin": "", "model": ""}
    for element in mjcf.walk():
        if element.tag == "compiler":
            both = element.attributes.get("assetdir")
            if both is not None:
                folders["mesh"] = folders["texture"] = folders["hfield"] = both
            folders["mesh"] = folders["hfield"] = element.attributes.get("meshdir", folders["mesh"])
            folders["texture"] = element.attributes.get("texturedir", folders["texture"])
    return folders
