"""A list in a folder: written, revised and read as the program does."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from paper_action import listing
from paper_action.paper import Cursor, Paper, Reading, Revision
from paper_action.settings import Settings

from .conftest import DATA, arxiv_id, chosen, paper

HEAD = "| Title | Link | Abstract | Authors |\n| --- | --- | --- | --- |\n"
ROW = "| T | [https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0}) | {1} | A. One |\n"
OLD = ROW.format("2504.00001", "x")
NEW = [paper("2504.03184"), paper("2504.03185", title="Two")]
LINE_ENDING = re.compile(r"\r\n?|\n")


def pages(kind: str) -> list[tuple[str, str]]:
    """Return what is said of each file of Markdown of that kind, and its text."""
    text = (DATA / "pages.txt").read_text(encoding="utf-8")
    return re.findall(rf"(?m)^=== (?:{kind}) ?(.*)\n((?:(?!===).*\n)*)", text)


def options(text: str) -> dict[str, str]:
    """Return the settings named in a line like ``order=append; section=a b``."""
    return dict(re.findall("([a-z_]+)=([^;]+)", text))


def put(folder: Path, text: str | bytes, name: str = "README.md") -> Path:
    """Write a file, and the folder that it stands in."""
    file = folder / name
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def get(folder: Path, name: str = "README.md") -> str:
    """Return a file's text with the line endings that it has."""
    return (folder / name).read_bytes().decode()


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by its path."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def settings_of(changes: Mapping[str, object]) -> Settings:
    """Return settings at their defaults but for those that are given."""
    return _read(*((name, str(value)) for name, value in changes.items()))


@cache
def _read(*texts: tuple[str, str]) -> Settings:
    return chosen(**dict(texts))


def listed(folder: Path, text: str = "", **changes: object) -> set[str]:
    """Return the papers that a list has, after a text is written to its file."""
    if text:
        put(folder, text)
    return {*listing.listed(folder, settings_of(changes)).papers}


def was_read(
    papers: list[Paper], *records: Paper, cursor: Cursor | None = None
) -> Reading:
    """Return what a run read: papers, records of rows to tidy, and how far it read."""
    return Reading(
        papers=papers,
        records={record.id: record for record in records},
        entries=len(papers),
        cursor=cursor,
        failures=[],
    )


def revise(
    folder: Path,
    text: str | bytes = "",
    papers: list[Paper] = NEW,
    *records: Paper,
    cursor: Cursor | None = None,
    **changes: object,
) -> Revision:
    """Write a file, if it is given, then change the list as a run does."""
    if text:
        put(folder, text)
    settings = settings_of(changes)
    listing.listed(folder, settings)
    reading = was_read(papers, *records, cursor=cursor)
    return listing.revise(folder, reading, settings)


def ids(text: str) -> list[str]:
    """Return the papers of rows with a link cell of ours, in their order."""
    return re.findall(r"\[https://arxiv\.org/abs/([^]]+)\]", text)


def everywhere(folder: Path) -> list[str]:
    """Return the papers of all rows of all files, sorted."""
    texts = [content.decode(errors="replace") for content in tree(folder).values()]
    return sorted(ids("".join(texts)))


def many(first: int, number: int, month: str = "2504") -> list[Paper]:
    """Return so many papers of a month, each with a row of some 300 bytes."""
    numbers = range(first, first + number)
    return [paper(arxiv_id(n, month), abstract="word " * 40) for n in numbers]
