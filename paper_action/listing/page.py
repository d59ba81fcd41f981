"""A page of Markdown, read once: its lines, its tables, and the papers that it lists.

Where Markdown is hard to tell, the reading counts that neither loses a paper nor lists
it twice; whoever writes a page reads it again (https://github.github.com/gfm/).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from paper_action.paper import linked_ids

from .files import split_lines
from .table import Row, Table, columns_of, read_row, split_cells

# How a line of code begins, unless it stands in an item of a list.
INDENT = re.compile(r" {4}| {0,3}\t")
_ITEM = r"(?:[-+*]|[0-9]{1,9}[.)])(?:\s+|$)"  # of a list
# What begins code or a comment of several lines; either may stand in an item.
_OPENER = re.compile(
    rf"\s*(?:{_ITEM})*"
    r"(`{3,}(?=[^`]*$)|~{3,}|<!--(?!.*-->))"
)
_DASHES = re.compile(":?-+:?")  # below the name of a column
# How any other line begins that ends a table.
_NO_ROW = re.compile(
    rf"\s*$|\|\s*$|>|{_ITEM}"  # nothing, a lone pipe, a quote, an item
    r"|#{1,6}(?:\s|$)|<[A-Za-z/!?]"  # a heading, HTML
    r"|(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$"  # a rule across the page
)
_BYTE_ORDER_MARK = "\ufeff"


class Line(NamedTuple):
    """A line of a page: its number, its offset, its text, and what is to be read of it.

    ``text`` has the line's ending. ``shown`` has none; it is empty where code or a long
    comment hides the line.
    """

    number: int  # counted from 1
    start: int
    text: str
    shown: str


class Page(NamedTuple):
    """A text and what was found in it; a part of it is a range of offsets.

    ``unclosed`` is the number of the line that begins a block of code or a comment
    that nothing ends, so that it hides what follows; 0 where there is none.
    """

    text: str
    lines: Sequence[Line]
    tables: Sequence[Table]
    unclosed: int

    def number_at(self, offset: int) -> int:
        """Return the number of the line at an offset, counted from 1."""
        return bisect_right(self.lines, offset, key=lambda line: line.start)

    def is_table(self, offset: int) -> bool:
        """Tell whether a table stands at an offset."""
        begun = self._count_before(offset + 1)
        return begun > 0 and offset < self.tables[begun - 1].end

    def tables_in(self, part: range) -> Sequence[Table]:
        """Return the tables in a part of the text."""
        first = self._count_before(part.start)
        return self.tables[first : self._count_before(part.stop)]

    def _count_before(self, offset: int) -> int:
        """Return how many tables start before an offset."""
        return bisect_left(self.tables, offset, key=lambda table: table.start)

    @property
    def whole(self) -> range:
        """All of the text."""
        return range(len(self.text))

    def papers(self, part: range) -> set[str]:
        """Return the papers that a part of the text lists: where its links lead.

        Of the links in a table's rows those count that the row says it lists.
        """
        papers: set[str] = set()
        outside: list[str] = []  # the texts between the rows of the tables
        start = part.start
        for table in self.tables_in(part):
            outside.append(self.text[start : table.rows_start])
            start = table.end
            for row in table.rows:
                papers.update(row.ids)
        outside.append(self.text[start : part.stop])
        return papers.union(linked_ids("\n".join(outside)))


def read_page(text: str) -> Page:
    """Read a text."""
    lines, unclosed = _read_lines(text)
    tables: list[Table] = []
    at = 0
    while at + 1 < len(lines):
        columns = _columns_at(lines, at)
        if columns:
            table, at = _read_table(lines, at, columns)
            tables.append(table)
        else:
            at += 1
    return Page(text=text, lines=lines, tables=tables, unclosed=unclosed)


def is_dashes(line: str) -> bool:
    """Tell whether a line may stand below a header, like ``|---|:-:|``.

    Dashes alone make the line above a heading of the page.
    """
    if "-" not in line or line.strip("|:- \t") or INDENT.match(line):
        return False
    return "|" in line or ":" in line


def _read_lines(text: str) -> tuple[list[Line], int]:
    """Return the lines, and the number of the one that hides all that follows, or 0."""
    lines: list[Line] = []
    start = len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0
    opener = ""  # what began the code or the comment that hides a line
    opened = 0
    for number, written in enumerate(split_lines(text[start:]), start=1):
        content = written.rstrip("\r\n")
        shown = ""
        if not opener:
            opener = _opener(content)
            opened = number
            shown = "" if opener else content
        elif _closes(content, opener):
            opener = ""
        lines.append(Line(number=number, start=start, text=written, shown=shown))
        start += len(written)
    return lines, opened if opener else 0


def _opener(line: str) -> str:
    """Return what begins code or a comment of several lines in a line, if any does."""
    found = _OPENER.match(line)
    return found[1] if found else ""


def _closes(line: str, opener: str) -> bool:
    """Tell whether a line ends what an opener began."""
    if opener == "<!--":
        return "-->" in line
    content = line.strip()
    return content.startswith(opener) and not content.strip(opener[0])


def _columns_at(lines: Sequence[Line], at: int) -> list[str]:
    """Return the columns of the table whose header stands in a line, if one does."""
    header = lines[at].shown
    below = lines[at + 1].shown
    if "|" not in header or not is_dashes(below):
        return []
    dashes = split_cells(below)
    columns = columns_of(header)
    is_header = len(columns) == len(dashes) and all(map(_DASHES.fullmatch, dashes))
    return columns if is_header else []


def _read_table(
    lines: Sequence[Line], at: int, columns: Sequence[str]
) -> tuple[Table, int]:
    """Return the table whose header stands in a line, and the line behind its rows."""
    rows: list[Row] = []
    below = at + 2
    while below < len(lines) and _is_row(lines[below].shown):
        end = _row_end(lines, below)
        texts = [line.text for line in lines[below:end]]
        rows.append(read_row(texts, columns, lines[below].number))
        below = end
    last = lines[below - 1]
    table = Table(
        start=lines[at].start,
        end=last.start + len(last.text),
        line=lines[at].number,
        header=lines[at].text + lines[at + 1].text,
        columns=columns,
        rows=rows,
    )
    return table, below


def _is_row(line: str) -> bool:
    """Tell whether a line goes on with a table."""
    return not INDENT.match(line) and not _NO_ROW.match(line.lstrip(" "))


def _row_end(lines: Sequence[Line], at: int) -> int:
    """Return the line behind a row.

    A row begins with a pipe that line breaks tore goes on to the line that ends with
    a pipe, unless something else begins before.
    """
    below = at + 1
    first = lines[at].shown.strip()
    if not first.startswith("|") or first.endswith("|"):
        return below
    for last in range(below, len(lines)):
        line = lines[last].shown.strip()
        if not line or line.startswith(("|", "<!--")):
            return below
        if line.endswith("|"):
            return last + 1
    return below
