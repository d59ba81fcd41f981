"""Comments in a page that are meant for us: markers around a table, and the note."""

import re
from datetime import date
from typing import NamedTuple

from paper_action.paper import ID, Cursor, canonical

from .page import INDENT, Page

_NAME = r"(|\s[^<>]*)"  # of a section, if there are several
MARKER = re.compile(rf" {{0,3}}<!--\s*papers:(start|end){_NAME}-->\s*")
_NOTE = re.compile(rf"<!--\s*papers:read\s+({ID})\s+([0-9-]{{10}}){_NAME}-->")


class Marker(NamedTuple):
    """A line like ``<!-- papers:start NAME -->``, and where it starts in the text."""

    kind: str  # start or end
    start: int


class Note(NamedTuple):
    """A comment that says how far arXiv was read, and where it stands in the text."""

    cursor: Cursor
    start: int
    end: int


def marker_form(kind: str, section: str) -> str:
    """Return how a marker is written."""
    return f"<!-- papers:{kind} {section}".rstrip() + " -->"


def note_form(cursor: Cursor, section: str) -> str:
    """Return how a note is written."""
    return f"<!-- papers:read {cursor.id} {cursor.day} {section}".rstrip() + " -->"


def is_code(line: str, at: int) -> bool:
    """Tell whether a place in a line is code: far from the margin, or in backticks."""
    before = line[:at]
    is_quoted = len(re.findall("`+", before)) % 2 == 1
    return is_quoted or INDENT.match(before) is not None


def find_markers(page: Page) -> dict[str, list[Marker]]:
    """Return the markers of a page by their section, in their order."""
    markers: dict[str, list[Marker]] = {}
    for line in page.lines:
        found = MARKER.fullmatch(line.shown)
        if found:
            own = markers.setdefault(_section(found[2]), [])
            own.append(Marker(found[1], line.start))
    return markers


def find_parts(page: Page) -> dict[str, range]:
    """Return the parts of the text between markers by their section.

    That of a section without a pair is empty.
    """
    parts: dict[str, range] = {}
    for section, own in find_markers(page).items():
        is_pair = own[0].kind == "start" and own[-1].kind == "end"
        parts[section] = range(own[0].start, own[-1].start) if is_pair else range(0)
    return parts


def find_note(page: Page, section: str, today: date) -> Note | None:
    """Return the note of a section: the first that is valid, wherever it stands.

    One in code or in a table is no note, nor is one that is ahead of today.
    """
    for line in page.lines:
        for found in _NOTE.finditer(line.shown):
            cursor = _cursor(found[1], found[2])
            if not cursor or cursor.is_ahead_of(today) or _section(found[3]) != section:
                continue
            start = line.start + found.start()
            if not is_code(line.shown, found.start()) and not page.is_table(start):
                return Note(cursor, start, line.start + found.end())
    return None


def find_comments(page: Page) -> list[tuple[int, str]]:
    """Return the comments of a page, each with the number of its first line."""
    comments: list[tuple[int, str]] = []
    end = 0
    while True:
        start = page.text.find("<!--", end)
        end = page.text.find("-->", start)
        if start < 0 or end < 0:
            return comments
        comments.append((page.number_at(start), page.text[start:end]))


def _section(words: str) -> str:
    return " ".join(words.split())


def _cursor(identifier: str, day: str) -> Cursor | None:
    try:
        return Cursor(canonical(identifier), date.fromisoformat(day))
    except ValueError:  # there is no such day
        return None
