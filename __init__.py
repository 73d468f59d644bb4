"""skillc: a declarative compiler for dexterous robot skills."""

__version__ = "0.1.0"
