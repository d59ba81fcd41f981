"""What a person may have meant otherwise: said in words that tell what to write."""

import re
from collections.abc import Sequence
from itertools import pairwise

from paper_action.paper import ID, LINK

from .marks import Marker, find_comments, is_code, is_marker, marker_form
from .page import Page, is_dashes
from .table import Table, split_cells

# What a marker looks like to somebody who knows other programs.
_NEARLY = re.compile(r"(?i)<!--\s*papers?[\s:._-]*(start|begin|end|stop)\b[^>]*-->")
_UNLINKED = re.compile(rf"(?<![\w./])({ID})(?:v\d+)?(?![\w/])", re.ASCII)


def other_half(marker: Marker) -> str:
    """Return what is to be said of a marker without the other one."""
    form = marker_form(marker.kind, marker.section)
    there = f"{form} in line {marker.line} needs"
    if marker.kind == "start":
        return f"{there} {marker_form('end', marker.section)} below it"
    return f"{there} {marker_form('start', marker.section)} above it"


def nearly_markers(page: Page, section: str, *, with_others: bool) -> list[str]:
    """Return what is to be said of comments that look like our markers and are none.

    Those of other sections look so to somebody who forgot to name the section.
    """
    said: list[str] = []
    for number, line in enumerate(page.lines, start=1):
        for found in _NEARLY.finditer(line.shown):
            kind = "start" if found[1].lower() in {"start", "begin"} else "end"
            is_other = is_marker(line.shown) and not with_others
            if not is_other and not is_code(line.shown, found.start()):
                said.append(
                    f"line {number}: {found[0]} is no marker of this table; write "
                    f"{marker_form(kind, section)} on a line of its own"
                )
    return said


def how_to_choose(section: str) -> str:
    """Return how to say which of a page's tables is meant."""
    start = marker_form("start", section)
    end = marker_form("end", section)
    return (
        "a new table was made, although papers stand elsewhere in the file; "
        f"to have rows in a table of yours, write {start} above and {end} below it"
    )


def unfit_dashes(page: Page, part: range | None = None) -> list[str]:
    """Return what is to be said of headers with too many dashes below, or too few."""
    said: list[str] = []
    for number, (header, dashes) in enumerate(pairwise(page.lines), start=2):
        is_inside = part is None or header.start in part
        if is_inside and "|" in header.shown and is_dashes(dashes.shown):
            names = len(split_cells(header.shown))
            count = len(split_cells(dashes.shown))
            if count != names:
                said.append(
                    f"line {number} has dashes for {count} columns, "
                    f"but the header above it has {names}"
                )
    return said


def missing_dashes(page: Page, part: range) -> list[str]:
    """Return what is to be said of the first line in a part that looks like a row."""
    for number, line in enumerate(page.lines, start=1):
        if line.start in part and line.shown.startswith("|"):
            dashes = " | ".join("---" for _ in split_cells(line.shown))
            return [f"below the header in line {number} | {dashes} | is missing"]
    return []


def unlinked_comments(page: Page) -> list[str]:
    """Return what is to be said of comments that name a paper without a link to it."""
    said: list[str] = []
    for number, comment in find_comments(page):
        found = _UNLINKED.search(LINK.sub("", comment))
        if found and "papers:read" not in comment:
            said.append(
                f"line {number}: the comment names {found[1]} without a link; "
                f"to keep that paper off, write https://arxiv.org/abs/{found[1]}"
            )
    return said


def other_columns(table: Table, columns: Sequence[str]) -> list[str]:
    """Return what is to be said where a table lacks columns that were asked for."""
    names = dict.fromkeys(column.removesuffix("-folded") for column in columns)
    lacking = [name for name in names if name not in table.columns]
    if not lacking:
        return []
    return [
        f"columns: the table in line {table.line} has no {', '.join(lacking)}; "
        "it keeps its own header, which you can edit"
    ]
