"""Comments in a page that are meant for us: markers around a table, and the note."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from paper_action.paper import ID, Cursor, canonical

from .page import INDENT, Page

# From a backtick to those that end the code, or to the line's end. A pattern that has
# this as its first alternative takes code as a whole, so that the others find nothing
# in it.
CODE = r"`+[^`]*`*"
_NAME = r"(|\s[^<>]*)"  # of a section, if there are several
MARKER = re.compile(rf" {{0,3}}<!--\s*papers:(start|end){_NAME}-->\s*")
_NOTE = re.compile(
    rf"{CODE}|<!--\s*papers:read\s+((?a:{ID}))\s+([0-9-]{{10}}){_NAME}-->"
)


class Marker(NamedTuple):
    """A line like ``<!-- papers:start NAME -->``: its number, and its offset."""

    kind: str  # start or end
    line: int
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


def outside_code(comment: re.Pattern[str], line: str) -> list[re.Match[str]]:
    """Return the comments of a kind in a line that are not code: indented or quoted.

    The first alternative of the pattern is CODE, and its first group is in the comment.
    """
    if "<!--" not in line or INDENT.match(line):
        return []
    return [found for found in comment.finditer(line) if found[1]]


def find_markers(page: Page) -> dict[str, list[Marker]]:
    """Return the markers of a page by their section, in their order."""
    markers: dict[str, list[Marker]] = {}
    for line in page.lines:
        found = MARKER.fullmatch(line.shown)
        if found:
            own = markers.setdefault(_section(found[2]), [])
            own.append(Marker(kind=found[1], line=line.number, start=line.start))
    return markers


def parts_between(markers: Mapping[str, Sequence[Marker]]) -> dict[str, range]:
    """Return the part of the text between each pair of markers by its section."""
    parts: dict[str, range] = {}
    for section, own in markers.items():
        first = own[0]
        last = own[-1]
        if first.kind == "start" and last.kind == "end":
            parts[section] = range(first.start, last.start)
    return parts


def find_note(page: Page, section: str, today: date) -> Note | None:
    """Return the note of a section: the first that is valid, wherever it stands.

    One in code or in a table is no note, nor is one that is ahead of today.
    """
    for line in page.lines:
        for found in outside_code(_NOTE, line.shown):
            if _section(found[3]) != section or page.is_table(line.start):
                continue
            cursor = _cursor(found[1], found[2])
            if cursor and not cursor.is_ahead_of(today):
                start = line.start + found.start()
                end = line.start + found.end()
                return Note(cursor=cursor, start=start, end=end)
    return None


def find_comments(page: Page) -> list[tuple[int, str]]:
    """Return the comments of a page, each with the number of its first line."""
    comments: list[tuple[int, str]] = []
    start = page.text.find("<!--")
    while start >= 0:
        end = page.text.find("-->", start)
        if end < 0:  # it is none, nor is what follows
            break
        comments.append((page.number_at(start), page.text[start:end]))
        start = page.text.find("<!--", end)
    return comments


def _section(words: str) -> str:
    return " ".join(words.split())


def _cursor(identifier: str, day: str) -> Cursor | None:
    try:
        return Cursor(canonical(identifier), date.fromisoformat(day))
    except ValueError:  # there is no such day
        return None
