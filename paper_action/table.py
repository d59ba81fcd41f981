"""The Markdown table in the user's file: found, read, added to.

A file is a list of lines that keep their endings, so that joining them gives back every byte.
Tables are GitHub's (https://github.github.com/gfm/#tables-extension-); rows that an older script
tore over several lines still count as one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from .paper import LINK, ConfigError, Paper, linked_ids
from .text import line, paragraphs

_ALIASES = {
    "author": "authors",
    "paper": "title",
    "publish date": "date",
    "published": "date",
    "url": "link",
    "category": "categories",
    "subjects": "categories",
    "comments": "comment",
}
_LINKING = ("link", "pdf", "id")
_DELIMITER = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?\s*")
_HIDDEN = re.compile(
    # each alternative begins with characters of its own, which makes the search five times as fast
    r"^(?=[ \t\ufeff`~<])(?: {0,3}(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?:.*?^ {0,3}(?P=fence)[`~]*[ \t\r]*$|.*\Z)"
    r"|\ufeff? {0,3}<!--(?!\s*papers:)(?:.*?-->|.*\Z)|(?:(?<=\n\n)|(?<=\n\r\n))(?:(?: {4}| {0,3}\t)[^\n]*\n?)+)"
    r"|<!--(?<!\\<!--)(?!\s*papers:)(?:(?!<!--)[^\n])*?-->"
    r"|`(?<![`\\]`)(?P<code>`*)(?!`)[^\n|]*?(?<!`)`(?P=code)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_MARKER = re.compile(r"\ufeff? {0,3}<!--\s*papers:(start|end)(?:\s+(\S.*?))?\s*-->\s*")
_NO_ROW = re.compile(r"\s*$| {0,3}(?:#{1,6}(?:\s|$)|```|~~~|>|</?[A-Za-z]|<!--|(?:[-+*]|\d{1,9}[.)])\s|[-*_]{3,}\s*$)")
_TORN_LINES = 100


def _folded(paper: Paper) -> str:
    return f"<details><summary>Abstract</summary>{paragraphs(paper.abstract)}</details>"


def _doi(paper: Paper) -> str:
    plausible = re.fullmatch(r"10\.\d{4,9}/[\w./:;-]+", paper.doi, re.ASCII)
    return f"[{line(paper.doi)}](https://doi.org/{paper.doi})" if plausible else line(paper.doi)


_CELLS: dict[str, Callable[[Paper], str]] = {
    "title": lambda paper: line(paper.title),
    "linked-title": lambda paper: f"[{line(paper.title, links=False)}]({paper.url})",
    "link": lambda paper: f"[{paper.url}]({paper.url})",
    "abstract": lambda paper: paragraphs(paper.abstract),
    "abstract-folded": lambda paper: _folded(paper) if paper.abstract else "",
    "authors": lambda paper: ", ".join(map(line, paper.authors)),
    "date": lambda paper: f"{paper.date:%Y-%m-%d}",
    "pdf": lambda paper: f"[pdf](https://arxiv.org/pdf/{paper.id})",
    "categories": lambda paper: line(", ".join(paper.categories)),
    "comment": lambda paper: line(paper.comment),
    "doi": _doi,
    "id": lambda paper: f"[{paper.id}]({paper.url})",
    "": lambda paper: "",  # noqa: ARG005
}
COLUMNS = tuple(name for name in _CELLS if name not in ("", "linked-title"))


@dataclass(frozen=True, slots=True)
class Table:
    """Where a table stands: the line of its header, what its columns are, the lines of each row.

    A column that is not understood has an empty name.
    """

    header: int
    columns: tuple[str, ...]
    rows: tuple[range, ...]

    @property
    def end(self) -> int:
        """Return the line after the last row."""
        return self.rows[-1].stop if self.rows else self.header + 2


@dataclass(slots=True)
class Page:
    """A file taken apart at its table; without a table, ``head`` is empty.

    ``before``, ``head`` and ``after`` are lines, a row may be torn over several; all keep their
    line endings.
    """

    before: list[str]
    head: list[str]
    columns: tuple[str, ...]
    rows: list[str]
    after: list[str]
    eol: str

    def text(self) -> str:
        """Return the file put together, a line ending added where something new follows."""
        parts = [*self.before, *self.head, *self.rows, *self.after]
        ended = [part if part.endswith(("\r", "\n")) else part + self.eol for part in parts[:-1]]
        return "".join([*ended, *parts[-1:]])


def split_lines(text: str) -> list[str]:
    r"""Return the lines with their endings, which are ``\n``, ``\r\n`` and ``\r`` alone."""
    return list(StringIO(text, newline=""))


def split_cells(row: str) -> list[str]:
    r"""Return a row's cells; a pipe behind a backslash is no border."""
    row = re.sub(r"\|(?<!\\\|)$", "", row.strip().removeprefix("|"))
    return [cell.strip() for cell in re.split(r"\|(?<!\\\|)", row)]


def visible(lines: Sequence[str]) -> list[str]:
    """Return the lines without code and HTML comments, which hold no table and no link."""
    text = "".join(lines)
    return split_lines(_HIDDEN.sub(lambda found: re.sub(r"[^\r\n]", "", found[0]), text))


def tables(shown: Sequence[str], within: range) -> Iterator[Table]:
    """Yield the tables that stand within a range of visible lines."""
    at = within.start
    while at + 1 < within.stop:
        names = split_cells(shown[at].lstrip("\ufeff")) if "|" in shown[at] else []
        delimiter = shown[at + 1]
        if names and _DELIMITER.fullmatch(delimiter) and len(split_cells(delimiter)) == len(names):
            words = [" ".join(name.strip("*_` ").lower().split()) for name in names]
            columns = [_ALIASES.get(word, word if word in COLUMNS else "") for word in words]
            rows = tuple(_rows(shown, at + 2, within.stop, len(columns)))
            yield (table := Table(at, tuple(columns), rows))
            at = table.end
        else:
            at += 1


def _rows(shown: Sequence[str], first: int, stop: int, width: int) -> Iterator[range]:
    """Yield the lines of each row up to the first line that is none."""
    while first < stop and not _NO_ROW.match(shown[first]):
        row = range(first, _torn_until(shown, first, stop, width))
        yield row
        first = row.stop


def _torn_until(shown: Sequence[str], first: int, stop: int, width: int) -> int:
    """Return the line after a row, which goes on where an abstract's line breaks tore it."""
    text = shown[first].strip()
    if text[0] != "|" or text[-1] == "|" or len(split_cells(text)) >= width:
        return first + 1
    for number in range(first + 1, min(stop, first + _TORN_LINES)):
        piece = shown[number].strip()
        if piece.startswith("|") or _MARKER.fullmatch(shown[number]):
            break
        text += f" {piece}"
        if piece.endswith("|") and len(split_cells(text)) >= width:
            return number + 1
    return first + 1


def markers(shown: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Return for every section's name its markers: ``start`` or ``end``, and the line."""
    found: dict[str, list[tuple[str, int]]] = {}
    for number, text in enumerate(shown):
        if marker := "papers:" in text and _MARKER.fullmatch(text):
            found.setdefault(" ".join((marker[2] or "").split()), []).append((marker[1], number))
    return found


def place(shown: Sequence[str], section: str) -> range | None:
    """Return the lines between the markers; ConfigError when one has no partner."""
    found = markers(shown).get(section, [])
    if not found:
        return None
    if [kind for kind, _ in found] != ["start", "end"]:
        there = ", ".join(f"papers:{kind} {section}".strip() + f" in line {n + 1}" for kind, n in found)
        raise ConfigError("path", f"markers must be one start and one end, but there is {there}")
    return range(found[0][1] + 1, found[1][1])


def find(shown: Sequence[str], section: str) -> Table | None:
    """Return the table that is ours: between the markers, else the file's first of papers.

    Raises ConfigError when a marker has no partner or the table has no column for a link.
    """
    between = place(shown, section)
    if between is not None:
        table = next(tables(shown, between), None)
        if table and not {"title", *_LINKING} & set(table.columns):
            where = f"the table in line {table.header + 1}"
            raise ConfigError("path", f"{where} has no column Title, Link, PDF or ID to know papers by")
        return table
    theirs = [range(marks[0][1], marks[-1][1]) for marks in markers(shown).values()]
    for table in tables(shown, range(len(shown) if not section else 0)):
        ours = "title" in table.columns and set(_LINKING) & set(table.columns)
        if ours and not any(table.header in taken for taken in theirs):
            return table
    return None


def split(text: str, section: str) -> Page:
    """Take a file apart at its table, or where that would be. Raises ConfigError as ``find``."""
    lines = split_lines(text)
    shown = visible(lines)
    table, eol = find(shown, section), _ending(lines[0]) if lines else ""
    if table:
        rows = ["".join(lines[row.start : row.stop]) for row in table.rows]
        head = lines[table.header : table.header + 2]
        return Page(lines[: table.header], head, table.columns, rows, lines[table.end :], eol or "\n")
    at = (place(shown, section) or range(len(lines))).stop
    return Page(lines[:at], [], (), [], lines[at:], eol or "\n")


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def listed(text: str, section: str, wanted: set[str]) -> set[str]:
    """Return those of the wanted IDs that stand in a link of the text outside an abstract.

    With ``section`` only the lines between its markers count.
    """
    if not wanted or wanted.isdisjoint(linked_ids(text)):
        return set()
    shown = visible(split_lines(text))
    within = (place(shown, section) or range(0)) if section else range(len(shown))
    rows: set[int] = set()
    found: set[str] = set()
    for table in tables(shown, within):
        rows.update(range(table.header, table.end))
        for row in table.rows:
            content = "".join(shown[row.start : row.stop])
            if not wanted.isdisjoint(linked_ids(content)):
                for name, cell in zip(table.columns, cells(content, table.columns), strict=True):
                    found |= linked_ids(cell) if name != "abstract" else set()
    return wanted & found.union(*(linked_ids(shown[n]) for n in within if n not in rows))


def cells(row: str, columns: Sequence[str]) -> list[str]:
    """Return a row's text for each column.

    A row has too many cells where a title or an abstract holds pipes that nobody escaped; the
    cell with the link tells which of the two it was.
    """
    parts = split_cells(row)
    link = next((n for n, name in enumerate(columns) if name in _LINKING), len(columns))
    there = next((n for n, part in enumerate(parts) if n >= link and LINK.search(part)), link)
    surplus = max(0, len(parts) - len(columns))
    shift = min(surplus, there - link) if "title" in columns[:link] else 0
    last = columns.index("abstract") if "abstract" in columns else len(columns) - 1
    found = []
    for number, name in enumerate(columns):
        width = 1 + (shift if name == "title" else 0) + (surplus - shift if number == last else 0)
        found.append(" | ".join(parts[:width]))
        parts = parts[width:]
    return found


def row_id(row: str, columns: Sequence[str]) -> str:
    """Return the ID of the paper that a row is about, empty if it names none."""
    for name, cell in zip(columns, cells(row, columns), strict=True):
        if name in (*_LINKING, "title") and (found := linked_ids(cell)):
            return min(found)
    return ""


def cell(paper: Paper, column: str) -> str:
    """Return the content of one cell."""
    return _CELLS[column](paper)


def head(columns: Sequence[str], eol: str) -> list[str]:
    """Return the two lines at the head of a new table."""
    titles = [name.removesuffix("-folded") for name in columns]
    titles = [name.upper() if name in ("pdf", "doi", "id") else name.capitalize() for name in titles]
    return [f"| {' | '.join(row)} |{eol}" for row in (titles, ["---"] * len(titles))]


def add(page: Page, papers: Sequence[Paper], section: str, columns: Sequence[str], order: str) -> list[str]:
    """Add a row for each paper to the page's table, which is made if missing; return the rows."""
    if papers and not page.head:
        page.head, page.columns, eol = head(columns, page.eol), tuple(columns), page.eol
        if page.after:
            page.before, page.after = [*page.before, eol], [eol, *page.after]
        else:
            start, stop = (f"<!-- papers:{kind} {section}".rstrip() + f" -->{eol}" for kind in ("start", "end"))
            gap = [eol] if page.before and page.before[-1].strip("\ufeff\r\n\t ") else []
            page.before, page.after = [*page.before, *gap, start, eol], [eol, stop]
    names = list(page.columns)
    if "abstract-folded" in columns:
        names = ["abstract-folded" if name == "abstract" else name for name in names]
    if not set(_LINKING) & set(names):  # something must tell which paper a row is about
        names = ["linked-title" if name == "title" else name for name in names]
    new = [f"| {' | '.join(cell(paper, name) for name in names)} |{page.eol}" for paper in papers]
    page.rows = [*page.rows, *new] if order == "append" else [*new, *page.rows]
    return new
