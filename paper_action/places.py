"""The real places of files: below the checkout, and not where git keeps its own."""

from os.path import realpath  # Path's own raises for some names
from pathlib import Path

from .paper import ConfigError


def located(root: Path, name: str, setting: str) -> Path:
    """Return the real place of a file below ``root``, links followed.

    Raises ConfigError if it lies outside, or where git keeps what is its own.
    """
    top = Path(realpath(root))
    target = Path(realpath(top / name))
    if not target.is_relative_to(top):
        raise ConfigError(
            setting, f"{name!r} leads out of the checkout; write a place in it"
        )
    parts = [part.lower() for part in target.relative_to(top).parts]
    if ".git" in parts:
        raise ConfigError(setting, f"{name!r} leads into .git; write another folder")
    return target
