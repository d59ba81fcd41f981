"""What a person may have meant otherwise: said in words that tell what to write."""

import re
from collections.abc import Iterator, Sequence

from paper_action.paper import ID, LINK
from paper_action.settings import TELLING

from .marks import CODE, MARKER, Marker, find_comments, marker_form, outside_code
from .page import Line, Page, is_dashes
from .table import Table, columns_of

# What a marker looks like to somebody who knows other programs.
_NEARLY = re.compile(
    rf"(?i){CODE}|<!--\s*papers?[\s:._-]*(start|begin|end|stop)\b([^<>]*)-->"
)
_UNLINKED = re.compile(rf"(?<![\w.])({ID})(?:v\d+)?(?![\w/])", re.ASCII)


def half_a_pair(page: Page, own: Sequence[Marker], section: str) -> str:
    """Return what is to be said of a section's markers that are no pair."""
    start = marker_form("start", section)
    end = marker_form("end", section)
    if own[0].kind == "end":
        missing = f"{end} in line {own[0].line} needs {start} above it"
    else:
        missing = f"{start} in line {own[-1].line} needs {end} below it"
    said = [f"{missing}, outside of code and of other comments"]
    return "; ".join(said + nearly_markers(page, section))


def nearly_markers(page: Page, section: str) -> list[str]:
    """Return what is to be said of comments that look like markers and are none."""
    lines = [line for line in page.lines if not MARKER.fullmatch(line.shown)]
    return _how_to_mark(lines, section)


def nearly_or_other_markers(page: Page, section: str) -> list[str]:
    """Return the same, and what is to be said of the markers of other sections.

    Somebody may have forgotten to name the section.
    """
    return _how_to_mark(page.lines, section)


def _how_to_mark(lines: Sequence[Line], section: str) -> list[str]:
    """Return how to make markers of a section of what looks like them in lines."""
    said: list[str] = []
    for line in lines:
        for found in outside_code(_NEARLY, line.shown):
            kind = "start" if found[1].lower() in {"start", "begin"} else "end"
            form = marker_form(kind, section)
            what = "it" if form == found[0] else form
            name = found[2].strip()
            chosen = "" if name in {"", section} else f"set section to {name}, or "
            said.append(
                f"line {line.number}: {found[0]} is no marker of this table; "
                f"{chosen}write {what} on a line of its own"
            )
    return said


def how_to_choose(section: str) -> str:
    """Return how to say which of a page's tables is meant."""
    start = marker_form("start", section)
    end = marker_form("end", section)
    return (
        "rows go to a new table, although papers stand elsewhere in the file; "
        f"to have them in a table of yours, write {start} above and {end} below it"
    )


def unfit_header(page: Page, part: range) -> str:
    """Return what is to be said of the first row of no table in a part, if any."""
    for line in _stray_rows(page):
        if line.start in part:
            return _unfit(line)
    return ""


def unfit_header_of_papers(page: Page) -> str:
    """Return the same of the first on the page that names a column of papers."""
    for line in _stray_rows(page):
        if not TELLING.isdisjoint(columns_of(line.shown)):
            return _unfit(line)
    return ""


def _stray_rows(page: Page) -> Iterator[Line]:
    """Give the lines that were to be rows, perhaps the header, but are in no table.

    They begin with a pipe, or have dashes below them.
    """
    below = [line.shown for line in page.lines[1:]]
    below.append("")
    for line, line_below in zip(page.lines, below, strict=True):
        is_row = line.shown.startswith("|")
        is_header = "|" in line.shown and is_dashes(line_below)
        if (is_row or is_header) and not page.is_table(line.start):
            yield line


def _unfit(header: Line) -> str:
    dashes = " | ".join("---" for _ in columns_of(header.shown))
    return (
        f"line {header.number} is no header of a table; "
        f"the dashes below it have to be | {dashes} |"
    )


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
    names = [column.removesuffix("-folded") for column in columns]
    if names == table.columns:
        return []
    return [
        f"columns: the table in line {table.line} keeps its own header, "
        f"which is not {', '.join(names)}; you can edit it"
    ]
