"""The comments in a page that are meant for us: markers around a table, and the note."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from paper_action.paper import ID, Cursor, canonical

from .page import Page

# A name may follow; with markers it says which table is meant.
_NAME = r"(\s[^>]*)?"
_MARKER = re.compile(rf" {{0,3}}<!--\s*papers:(start|end){_NAME}-->\s*")
_NOTE = re.compile(rf"<!--\s*papers:read\s+({ID})\s+([0-9-]{{10}}){_NAME}-->")


class Marker(NamedTuple):
    """A line like ``<!-- papers:start NAME -->``: its number, its place in the text."""

    kind: str  # start or end
    name: str
    line: int
    offset: int


class Note(NamedTuple):
    """A comment that says how far arXiv was read, and its place in the text."""

    cursor: Cursor
    place: range


class Comment(NamedTuple):
    """Any comment: the number of its first line, what it says."""

    line: int
    text: str


def marker_form(kind: str, section: str) -> str:
    """Return how a marker is written."""
    words = ["<!--", f"papers:{kind}", section, "-->"]
    return " ".join(word for word in words if word)


def note_form(cursor: Cursor, section: str) -> str:
    """Return how a note is written."""
    words = ["<!-- papers:read", cursor.id, cursor.day.isoformat(), section, "-->"]
    return " ".join(word for word in words if word)


def is_marker(line: str) -> bool:
    """Tell whether a line is a marker."""
    return _MARKER.fullmatch(line) is not None


def is_code(line: str, at: int) -> bool:
    """Tell whether something in a line is code: far from the margin, or in backticks."""
    before = line[:at]
    return before.startswith(("    ", "\t")) or before.count("`") % 2 == 1


def find_markers(page: Page) -> list[Marker]:
    """Return the markers of a page, those of all sections, in their order."""
    markers: list[Marker] = []
    for number, line in enumerate(page.lines, start=1):
        found = _MARKER.fullmatch(line.shown)
        if found:
            name = _one_blank_apart(found[2])
            markers.append(Marker(found[1], name, number, line.start))
    return markers


def part_of(section: str, markers: Sequence[Marker]) -> range | None:
    """Return the part of the text between a section's markers, None without a pair.

    It begins with the first marker and ends before the last one.
    """
    starts = [each for each in markers if (each.kind, each.name) == ("start", section)]
    ends = [each for each in markers if (each.kind, each.name) == ("end", section)]
    if not starts or not ends or ends[-1].offset < starts[0].offset:
        return None
    return range(starts[0].offset, ends[-1].offset)


def find_note(page: Page, section: str, today: date) -> Note | None:
    """Return the note of a section: the first that is valid, wherever it stands.

    One in code or in a table is no note, nor is one that is ahead of today.
    """
    for line in page.lines:
        for found in _NOTE.finditer(line.shown):
            is_ours = _one_blank_apart(found[3]) == section
            if not is_ours or is_code(line.shown, found.start()):
                continue
            start = line.start + found.start()
            cursor = _cursor(found[1], found[2])
            if cursor and not cursor.is_ahead_of(today) and not _in_table(page, start):
                return Note(cursor, range(start, line.start + found.end()))
    return None


def find_comments(page: Page) -> list[Comment]:
    """Return every comment that is closed, but for those that are meant for us."""
    comments: list[Comment] = []
    begin = page.text.find("<!--")
    end = page.text.find("-->", begin)
    while 0 <= begin < end:
        text = page.text[begin + len("<!--") : end]
        if not text.lstrip().startswith("papers:"):
            comments.append(Comment(page.number_at(begin), text))
        begin = page.text.find("<!--", end)
        end = page.text.find("-->", begin)
    return comments


def _cursor(identifier: str, day: str) -> Cursor | None:
    try:
        return Cursor(canonical(identifier), date.fromisoformat(day))
    except ValueError:  # there is no such day
        return None


def _in_table(page: Page, offset: int) -> bool:
    return any(table.start <= offset < table.end for table in page.tables)


def _one_blank_apart(text: str | None) -> str:
    return " ".join((text or "").split())
