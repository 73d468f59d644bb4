"""From a valid spec to a resolved one: presets merged, everything in SI units, the origin of every value kept."""
