"""The material table: densities, wall thicknesses, friction and restitution, read from `specs/materials.yaml`."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

_UNITS = {"kg/m^3": 1.0, "mm": 1e-3, "N": 1.0, "": 1.0}


@dataclass(frozen=True, kw_only=True)
class Material:
    """Numbers of one material, SI."""

    density: float
    """kg/m^3 of the solid."""
    bulk: float
    """kg/m^3 of a closed thing with its contents."""
    wall: float
    """m, of a vessel."""
    friction: float
    restitution: float
    squeeze: float
    """N, largest force of one finger on it."""


@dataclass(frozen=True, kw_only=True)
class MaterialTable:
    """All materials and the rules that go with them."""

    materials: dict[str, Material]
    solid_slab: float
    """Cardboard blocks flatter than this share of their shorter side are solid."""
    mass_sigma: float
    """Relative."""
    table_friction: float

    def named(self, name: str) -> Material:
        """Return the material, `other` for a name that is not in the table."""
        return self.materials.get(name, self.materials["other"])

    def squeeze_on(self, material: str, written: float | None) -> float:
        """Return the largest force (N) of one finger on a thing: what is written about it, else its material's."""
        return self.named(material).squeeze if written is None else written


@cache
def load_materials() -> MaterialTable:
    """Return the table that ships with the package."""
    text = (resources.files("skillc.specs") / "materials.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    rules = {key: _number(entry) for key, entry in data["rules"].items()}
    return MaterialTable(
        materials={
            name: Material(**{key: _number(entry) for key, entry in row.items()})
            for name, row in data["materials"].items()
        },
        solid_slab=rules["solid_slab"],
        mass_sigma=rules["mass_sigma"],
        table_friction=rules["table_friction"],
    )


def _number(entry: dict[str, Any]) -> float:
    number, _, unit = str(entry["value"]).partition(" ")
    return float(number) * _UNITS[unit]
