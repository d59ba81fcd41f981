r"""Tables of papers in Markdown: read once, into rows that know their cells and their papers.

A paper is listed where a link leads to it. Where Markdown is hard to tell, the reading counts that
neither loses a paper nor repeats one; whoever writes a file reads the result again. The tables are
GitHub's (https://github.github.com/gfm/#tables-extension-).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from paper_action.paper import Paper, linked_ids
from paper_action.text import line, linked, paragraphs, plain, split_paragraphs

# The columns of addresses, and of titles, which are links where there is none of those.
KEYS, TITLES = {"link", "pdf", "id"}, {"title", "title+authors"}
# What programs get of a paper.
FIELDS = "id title abstract authors categories date url announce_type".split()
# What a name in a header means, and what it wears there: HTML, images, targets, :emoji:, entities.
_NAMES = dict(
    re.findall("(.*): (.*)", Path(__file__).with_name("headers.txt").read_text("utf-8"))
)
_DRESS = re.compile(r"(?:<[^<>]*>|(?:!\[[^][]*)?\]\([^()]*\)|:\w+:|&#?\w+;|[\W_])+")

# Patterns see a file with a line feed put before its first line and the other line endings made
# one. So a line begins with its line feed, and the same place in the file is that line, ended.
_FENCE = r"(`{3,}(?=[^`\n]*$)|~{3,}).*?(?:\n[ \t]*\1[`~]*[ \t]*$|(\Z))"
_COMMENT = r"<!--(?!\s*papers:).*?(?:-->|(\Z))"
_ITEM = r"(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*"
_HIDDEN = re.compile(rf"(?ms)\n[ \t]*{_ITEM}(?:{_FENCE}|{_COMMENT})")
_MARKER = re.compile(r"(?m)\n {0,3}<!--\s*papers:(?:start|end)\b([^>\n]*)-->[ \t]*$")
# No row: code, a heading, a quote, HTML, an item of a list, a line across, a lone pipe.
_BLOCK = (
    r"\t|#{1,6}\s|>|<[A-Za-z/!?]|(?:[-+*]|\d{1,9}[.)])\s|(?:[-*_][ \t]*){3,}$|\|[ \t]*$"
)
# Where line breaks tore a row, it goes on up to the line that ends with a pipe.
_TORN = r"[ \t]*\|(?:[^|\n]++|\|(?![ \t]*$)|\n(?![ \t]*(?:\||<!--|$)))*+\|[ \t]*$"
_ROW = re.compile(
    rf"(?m)\n(?![ \t]*$| {{4}}| {{0,3}}(?:{_BLOCK}))(?:.*\|[ \t]*$|{_TORN}|.*)"
)
_DELIMITER = re.compile(r"(?m)\n {0,3}(?=\S)\|?(?:[ \t]*:?-+:?[ \t]*(?:\||$))+[ \t]*$")

_CELLS: dict[str, Callable[[Paper], str]] = {
    "title": lambda paper: line(paper.title),
    "linked-title": lambda paper: linked(paper.title, paper.url),
    "link": lambda paper: f"[{paper.url}]({paper.url})",
    "abstract": lambda paper: paragraphs(paper.abstract),
    "abstract-folded": lambda paper: (
        paper.abstract and _FOLD.format(paragraphs(paper.abstract))
    ),
    "authors": lambda paper: ", ".join(map(line, paper.authors)),
    "date": lambda paper: f"{paper.date:%Y-%m-%d}",
    "pdf": lambda paper: f"[pdf](https://arxiv.org/pdf/{paper.id})",
    "categories": lambda paper: line(", ".join(paper.categories)),
    "comment": lambda paper: line(paper.comment),
    "doi": lambda paper: paper.doi and line(f"https://doi.org/{paper.doi}"),
    "id": lambda paper: f"[{paper.id}]({paper.url})",
}
_FOLD = "<details><summary>Abstract</summary>{}</details>"


class Row:
    """A row: its text with the line endings, its cells, the papers it lists, its own one first.

    ``told`` is its own paper where columns of ours tell it, so that the row can be made anew.
    """

    def __init__(
        self, text: str, cells: list[str], ids: list[str], told: str = ""
    ) -> None:
        self.text, self.cells, self.ids, self.told = text, cells, ids, told


class Table:
    """A table in a text, from offset ``start`` to ``stop``, and the papers that the text lists.

    A column that is not understood has an empty name; without columns, a table could be made there.
    ``unclosed`` has the offset of a fence or a comment that hides the end of the text.
    """

    def __init__(self, text: str, unclosed: list[int], start: int, stop: int) -> None:
        self.text, self.unclosed, self.start, self.stop = text, unclosed, start, stop
        self.papers, self.header = set[str](), text[start:stop]
        self.columns, self.rows = tuple[str, ...](), list[Row]()

    def rewritten(self) -> str:
        """Return the text with the table as it is now."""
        rows = "".join(row.text for row in self.rows)
        return self.text[: self.start] + self.header + rows + self.text[self.stop :]

    def line(self, offset: int) -> int:
        """Return the number of the line at an offset, counted from 1."""
        return len(re.findall(r"\r\n?|\n", self.text[:offset])) + 1


def cells(paper: Paper, columns: Sequence[str], *, folded: bool) -> list[str]:
    """Return the cells of a paper's row, empty where a column is not understood.

    ``folded`` hides the abstract until it is clicked.
    """
    special = {"abstract": "abstract-folded"} if folded else {}
    special |= (
        {} if KEYS & set(columns) else {name: f"linked-{name}" for name in TITLES}
    )
    parts = [special.get(column, column).split("+") for column in columns]
    return [
        "<br>".join(_CELLS[name](paper) for name in names if name) for names in parts
    ]


def record(paper: Paper) -> dict[str, str | list[str]]:
    """Return a paper as programs get it: plain text, the paragraphs of the abstract apart."""
    abstract = "\n\n".join(map(plain, split_paragraphs(paper.abstract)))
    texts = {
        "title": plain(paper.title),
        "abstract": abstract,
        "date": paper.date.isoformat(),
    }
    lists = {"authors": [*map(plain, paper.names)], "categories": [*paper.categories]}
    return {name: getattr(paper, name) for name in FIELDS} | texts | lists


def head(columns: Sequence[str]) -> str:
    """Return the two lines at the head of a new table."""
    names = [
        name.upper() if len(name) < 4 else name.split("-")[0].title()
        for name in columns
    ]
    return f"| {' | '.join(names)} |\n|{' --- |' * len(names)}\n"


def _split(text: str) -> list[str]:
    """Return a row's cells; a pipe behind a backslash is no border."""
    text = text.strip().replace("\\|", "\0").removeprefix("|").removesuffix("|")
    return [content.replace("\0", "\\|").strip() for content in text.split("|")]


def _columns(header: str, delimiter: str) -> tuple[str, ...]:
    """Return what each name in a header means, whatever dress it wears; nothing if it is none."""
    words = [_DRESS.sub(" ", name).strip() for name in _split(header.lower())]
    meant = _NAMES | ({"paper": "link"} if "title" in words else {})
    fits = len(_split(delimiter)) == len(words)
    return tuple(meant.get(word, "") for word in words) if fits else ()


def _row(text: str, lines: Sequence[str], columns: Sequence[str]) -> Row:
    """Read a row, of which every link counts but those of an abstract, an address column's first.

    Where line breaks tore it, or it has too many cells, the first one does; and with too many,
    nothing tells which paper it is about, unless every column is ours.
    """
    cells = _split(" ".join(map(str.strip, lines)))
    pairs = sorted(
        zip(columns, cells, strict=False), key=lambda pair: pair[0] not in KEYS
    )
    counted = " ".join(content for column, content in pairs if column != "abstract")
    telling = " ".join(content for column, content in pairs if column in KEYS | TITLES)
    crowded = len(cells) > len(columns)
    ids = linked_ids(text)[:1] if crowded or len(lines) > 1 else linked_ids(counted)
    told = ids[:1] == linked_ids(telling)[:1] and not (crowded and "" in columns)
    return Row(text, cells, ids, ids[0] if ids and told else "")


def _tables(page: Table, shape: str, part: range) -> Iterator[Table]:
    """Yield the tables in a part of a page, and put the papers that it lists into the page's.

    A link lists its paper wherever it stands, but in a row's abstract.
    """
    text, papers, stop = page.text, page.papers, part.start
    for found in _DELIMITER.finditer(shape, part.start, part.stop):
        start, body = shape.rfind("\n", 0, found.start()), found.end()
        header = shape[start : found.start()]
        if start >= stop and "|" in header and (columns := _columns(header, found[0])):
            papers.update(linked_ids(text[stop:body]))
            table = Table(text, page.unclosed, start, body)
            table.papers, table.columns = papers, columns
            while line := _ROW.match(shape, table.stop):
                written, table.stop = text[table.stop : line.end()], line.end()
                table.rows.append(_row(written, line[0][1:].split("\n"), columns))
                papers.update(table.rows[-1].ids)
            stop = table.stop
            yield table
    papers.update(linked_ids(text[stop : part.stop]))


def read(text: str, section: str = "") -> Table:
    """Read a file once: ours is the table between the markers, else the file's first of papers.

    Of several below its heading, it is the one with the most papers. With a section, only what
    stands between its markers is listed, and every HTML comment.
    """
    shape = re.sub(
        "^\ufeff?", r"\g<0>\n", text.replace("\r\n", " \n").replace("\r", "\n")
    )
    unclosed = [
        found.start() for found in _HIDDEN.finditer(shape) if "" in found.groups()
    ]
    shape = _HIDDEN.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), shape)
    spans: dict[str, range] = {}  # from a section's first marker to its last
    for found in _MARKER.finditer(shape):
        name, at = " ".join(found[1].split()), found.start()
        spans[name] = range(spans[name].start if name in spans else at, at)
    span = spans.get(section, range(len(text), len(text)))
    page = Table(text, unclosed, span.stop, span.stop)
    fit = [*_tables(page, shape, span if section else range(len(shape)))]
    if section:
        page.papers.update(linked_ids("".join(re.findall("(?s)<!--.*?-->", text))))
    elif "" in spans:
        fit = [table for table in fit if table.start in span]
    else:
        free = [
            table
            for table in fit
            if not any(table.start in taken for taken in spans.values())
        ]
        fit = [table for table in free if TITLES & {*table.columns}]
        fit = [
            each
            for each in fit
            if KEYS & {*each.columns} or any(row.ids for row in each.rows)
        ]
    near = [table for table in fit if shape.find("\n#", fit[0].start, table.start) < 0]
    return max(
        near, key=lambda table: sum(bool(row.ids) for row in table.rows), default=page
    )
