"""A list's files: text that is read whole, and files that are replaced all at once."""

import os
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path, PurePosixPath
from shutil import copymode

from paper_action.paper import ConfigError
from paper_action.places import located


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, each with its ending: CR LF, LF or CR."""
    return list(StringIO(text, newline=""))


def line_ending(text: str) -> str:
    """Return how the first line of a text ends; a line feed where none does."""
    found = re.search(r"\r\n?|\n", text)
    return found[0] if found else "\n"


def read_text(folder: Path, name: str, setting: str) -> str:
    """Return a file's text, its last line ended; nothing where there is no file.

    Raises ConfigError if it is no text that could be written back as it was.
    """
    _check_capitals(folder, name, setting)
    file = located(folder, name, setting)
    if not file.is_file():
        return ""
    content = file.read_bytes()
    if content.startswith(b"version https://git-lfs"):
        raise ConfigError(
            setting, f"{name!r} is kept in git-lfs; keep it in git itself"
        )
    text = content.decode(errors="replace")
    # ASCII in UTF-16 is valid UTF-8, but has a NUL at every letter.
    if text.encode() != content or "\0" in text:
        raise ConfigError(setting, f"{name!r} is not UTF-8 text; save it as UTF-8")
    if text and not text.endswith(("\r", "\n")):
        text += line_ending(text)
    return text


def _check_capitals(folder: Path, name: str, setting: str) -> None:
    """Raise ConfigError if a path is there, but in other capitals.

    Some file systems would find it all the same, and git on others would not.
    """
    place = folder
    for part in PurePosixPath(name).parts:
        names = [entry.name for entry in place.glob("*")]
        alike = [other for other in names if other.lower() == part.lower()]
        if alike and part not in alike:
            raise ConfigError(setting, f"{part!r} is there as {alike[0]!r}; write that")
        place /= part


def replace_all(folder: Path, files: Mapping[str, str]) -> None:
    """Replace the texts of files, links followed, of none before all are written.

    Each is written beside its place first, under a name that nobody can foresee. So
    whoever looks at a file sees the old one or the new one, and what is written is
    taken away whatever happens.
    """
    places: dict[Path, Path] = {}
    try:
        for name, text in files.items():
            place = located(folder, name, "path")
            beside = place.with_name(f".{os.urandom(16).hex()}.tmp")
            places[beside] = place
            _write_beside(place, beside, text)
        for beside, place in places.items():
            beside.replace(place)
    finally:
        for beside in places:
            beside.unlink(missing_ok=True)


def _write_beside(place: Path, beside: Path, text: str) -> None:
    """Write what is to become a file; it gets the mode that the file has."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with beside.open("xb") as file:
        if place.exists():
            copymode(place, beside)
        file.write(text.encode(errors="surrogateescape"))
