"""What a person may have meant otherwise: said in words that tell what to write."""

import re
from collections.abc import Sequence
from itertools import pairwise

from paper_action.paper import ID, LINK, counted
from paper_action.settings import TELLING

from .marks import Marker, find_comments, find_markers, is_code, marker_form
from .page import Page, is_dashes
from .table import Table, columns_of, split_cells

# What a marker looks like to somebody who knows other programs.
_NEARLY = re.compile(r"(?i)<!--\s*papers?[\s:._-]*(start|begin|end|stop)\b[^>]*-->")
# An ID behind a slash is one in an address that is no link, as it lacks its https.
_UNLINKED = re.compile(
    rf"(?:(?<![\w./])|(?<=/abs/)|(?<=/pdf/))({ID})(?:v\d+)?(?![\w/])", re.ASCII
)


def other_half(page: Page, marker: Marker, section: str) -> str:
    """Return what is to be said of a section's marker without the other one."""
    kind = "end" if marker.kind == "start" else "start"
    where = "below" if marker.kind == "start" else "above"
    form = marker_form(kind, section)
    own = marker_form(marker.kind, section)
    said = f"{own} in line {marker.line} needs {form} {where} it"
    for number, line in enumerate(page.lines, start=1):
        if not line.shown and line.text.strip() == form:
            said += f"; line {number} has one in code or a comment that begins before"
    return said


def nearly_markers(page: Page, section: str, *, with_others: bool) -> list[str]:
    """Return what is to be said of comments that look like our markers and are none.

    Those of other sections look so to somebody who forgot to name the section.
    """
    said: list[str] = []
    others: dict[int, str] = {}
    for other, markers in find_markers(page).items():
        others |= {marker.line: other for marker in markers}
    for number, line in enumerate(page.lines, start=1):
        if number in others and not with_others:
            continue
        for found in _NEARLY.finditer(line.shown):
            if is_code(line.shown, found.start()):
                continue
            kind = "start" if found[1].lower() in {"start", "begin"} else "end"
            form = marker_form(kind, section)
            what = _what_to_write(found[0], form, others.get(number, ""))
            said.append(f"line {number}: {found[0]} is no marker of this table; {what}")
    return said


def _what_to_write(written: str, form: str, section: str) -> str:
    """Return what to do about a marker that is none, or that of another section."""
    if written == form:
        return "write it on a line of its own"
    chosen = f"set section to {section}, or " if section else ""
    return f"{chosen}write {form} on a line of its own"


def how_to_choose(section: str) -> str:
    """Return how to say which of a page's tables is meant."""
    start = marker_form("start", section)
    end = marker_form("end", section)
    return (
        "a new table was made, although papers stand elsewhere in the file; "
        f"to have rows in a table of yours, write {start} above and {end} below it"
    )


def unfit_headers(page: Page, part: range) -> list[str]:
    """Return what is to be said of headers without a line of dashes that fits.

    Those between our markers count, or where there are none those of the whole page.
    """
    return _unfit_dashes(page, part) or _missing_dashes(page, part)


def _unfit_dashes(page: Page, part: range) -> list[str]:
    """Return what is to be said of too many dashes below a header, or too few."""
    said: list[str] = []
    for number, (header, dashes) in enumerate(pairwise(page.lines), start=2):
        if part and header.start not in part:
            continue
        if "|" not in header.shown or not is_dashes(dashes.shown):
            continue
        names = len(split_cells(header.shown))
        count = len(split_cells(dashes.shown))
        if count != names:
            said.append(
                f"line {number} has dashes for {counted(count, 'column')}, "
                f"but the header above it has {names}"
            )
    return said


def _missing_dashes(page: Page, part: range) -> list[str]:
    """Return what is to be said of the first line that was to be a header.

    Between markers that is any row, elsewhere one that names a paper's column.
    """
    for number, line in enumerate(page.lines, start=1):
        if not line.shown.startswith("|") or page.is_table(line.start):
            continue
        is_meant = line.start in part
        if not part:
            is_meant = not TELLING.isdisjoint(columns_of(line.shown))
        if is_meant:
            dashes = " | ".join("---" for _ in split_cells(line.shown))
            return [
                f"line {number} is no header of a table; write | {dashes} | below it"
            ]
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
    """Return what is to be said where a table's columns are not those asked for."""
    names = list(dict.fromkeys(column.removesuffix("-folded") for column in columns))
    if names == table.columns:
        return []
    lacking = [name for name in names if name not in table.columns]
    what = (
        f"has no {', '.join(lacking)}" if lacking else "has others, or in other order"
    )
    return [
        f"columns: the table in line {table.line} {what}; "
        "it keeps its own header, which you can edit"
    ]
