"""What a person may have meant otherwise: said in words that tell what to write."""

import re
from collections.abc import Sequence
from itertools import pairwise

from paper_action.paper import ID, LINK

from .marks import Marker, find_comments, is_code, is_marker, marker_form
from .page import Page, is_dashes
from .table import Table, split_cells

# What a marker looks like to somebody who knows other programs.
_NEARLY_MARKER = re.compile(
    r"<!--\s*papers?[\s:._-]*(start|begin|end|stop)\b[^>]*-->", re.IGNORECASE
)
_UNLINKED = re.compile(rf"(?<![\w./]){ID}(?![\w/])", re.ASCII)
_KINDS = {"begin": "start", "stop": "end"}


def nearly_markers(page: Page, section: str) -> list[str]:
    """Return what is to be said of each comment that looks like a marker and is none."""
    said: list[str] = []
    for number, line in enumerate(page.lines, start=1):
        if is_marker(line.shown):
            continue
        for found in _NEARLY_MARKER.finditer(line.shown):
            kind = found[1].lower()
            form = marker_form(_KINDS.get(kind, kind), section)
            if not is_code(line.shown, found.start()):
                what = f"line {number}: {found[0]} is no marker where and as it stands"
                said.append(f"{what}; write {form} on a line of its own")
    return said


def other_markers(markers: Sequence[Marker], section: str) -> list[str]:
    """Return what is to be said of the first marker, which is another section's."""
    for marker in markers[:1]:
        there = marker_form(marker.kind, marker.name)
        setting = f"the setting section {marker.name}" if marker.name else "no section"
        return [
            f"line {marker.line}: {there} is the marker of another table; write "
            f"{marker_form(marker.kind, section)}, or choose {setting}"
        ]
    return []


def how_to_choose(section: str) -> str:
    """Return how to say which of a page's tables is meant."""
    start = marker_form("start", section)
    end = marker_form("end", section)
    return (
        "a new table was made, although papers stand elsewhere in the file; "
        f"to have rows in a table of yours, write {start} above and {end} below it"
    )


def unfit_dashes(page: Page, part: range | None = None) -> list[str]:
    """Return what is to be said of headers whose dashes are too many or too few."""
    said: list[str] = []
    for number, (header, dashes) in enumerate(pairwise(page.lines), start=2):
        is_header = "|" in header.shown and (part is None or header.start in part)
        if is_header and is_dashes(dashes.shown):
            names = len(split_cells(header.shown))
            count = len(split_cells(dashes.shown))
            if count != names:
                said.append(
                    f"line {number} has dashes for {count} columns, "
                    f"but the header above it has {names}"
                )
    return said


def missing_dashes(page: Page, part: range) -> list[str]:
    """Return what is to be said of the first row in a part that stands in no table."""
    for number, line in enumerate(page.lines, start=1):
        if line.start in part and line.shown.lstrip().startswith("|"):
            dashes = "|" + " --- |" * len(split_cells(line.shown))
            return [f"below the header in line {number}, {dashes} is missing"]
    return []


def unlinked_comments(page: Page) -> list[str]:
    """Return what is to be said of comments that name a paper without a link to it."""
    said: list[str] = []
    for comment in find_comments(page):
        found = _UNLINKED.search(LINK.sub("", comment.text))
        if found:
            said.append(
                f"line {comment.line}: the comment names {found[0]} without a link; "
                f"to keep that paper off, write https://arxiv.org/abs/{found[0]}"
            )
    return said


def other_columns(table: Table, columns: Sequence[str]) -> list[str]:
    """Return what is to be said where a table lacks columns that were asked for."""
    lacking = [
        column
        for column in columns
        if column.removesuffix("-folded") not in table.columns
    ]
    if not lacking:
        return []
    return [
        f"columns: the table in line {table.line} has no {', '.join(lacking)}; "
        "it keeps its own header, which you can edit"
    ]
