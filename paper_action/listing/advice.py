"""What a person may have meant otherwise: said in words that tell what to write."""

import re
from collections.abc import Sequence

from paper_action.paper import ID, LINK
from paper_action.settings import TELLING

from .marks import MARKER, find_comments, find_markers, is_code, marker_form
from .page import Page, is_dashes
from .table import Table, columns_of

# What a marker looks like to somebody who knows other programs.
_NEARLY = re.compile(r"(?i)<!--\s*papers?[\s:._-]*(start|begin|end|stop)\b([^<>]*)-->")
_UNLINKED = re.compile(rf"(?<![\w.])({ID})(?:v\d+)?(?![\w/])", re.ASCII)


def other_half(page: Page, section: str) -> str:
    """Return what is to be said of a section's markers that are no pair."""
    own = find_markers(page)[section]
    start = marker_form("start", section)
    end = marker_form("end", section)
    where = "outside of code and of other comments"
    if own[0].kind == "end":
        line = page.number_at(own[0].start)
        return f"{end} in line {line} needs {start} above it, {where}"
    line = page.number_at(own[-1].start)
    return f"{start} in line {line} needs {end} below it, {where}"


def nearly_markers(page: Page, section: str, *, with_others: bool) -> list[str]:
    """Return what is to be said of comments that look like our markers and are none.

    Those of other sections look so to somebody who forgot to name the section.
    """
    said: list[str] = []
    for number, line in enumerate(page.lines, start=1):
        if MARKER.fullmatch(line.shown) and not with_others:
            continue
        for found in _NEARLY.finditer(line.shown):
            if is_code(line.shown, found.start()):
                continue
            kind = "start" if found[1].lower() in {"start", "begin"} else "end"
            form = marker_form(kind, section)
            what = "it" if form == found[0] else form
            name = found[2].strip()
            chosen = "" if name in {"", section} else f"set section to {name}, or "
            said.append(
                f"line {number}: {found[0]} is no marker of this table; "
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
    """Return what is to be said of the first line that was to be a header, if any was.

    Between markers that is any row, elsewhere one that names a paper's column. It
    begins with a pipe, or has dashes below it that do not fit.
    """
    for number, line in enumerate(page.lines, start=1):
        header = line.shown
        below = "".join(each.shown for each in page.lines[number : number + 1])
        is_row = header.startswith("|") or ("|" in header and is_dashes(below))
        if not is_row or page.is_table(line.start):
            continue
        columns = columns_of(header)
        names_paper = not TELLING.isdisjoint(columns)
        if line.start in part or (names_paper and not part):
            dashes = " | ".join("---" for _ in columns)
            return (
                f"line {number} is no header of a table; "
                f"the dashes below it have to be | {dashes} |"
            )
    return ""


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
