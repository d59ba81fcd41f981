"""The list as it is to be written: what stands around its rows, and rows made anew."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, Reading
from paper_action.settings import Settings

from .files import line_ending
from .marks import marker_form, note_form
from .opening import Opened
from .table import Row, cells, is_theirs, margin, new_header


class Draft(NamedTuple):
    """The text above a table's header, the header, the rows, the text below them.

    Of the ``columns`` that of abstracts is ``abstract-folded`` where they are folded.
    """

    above: str
    header: str
    rows: Sequence[Row]
    below: str
    columns: Sequence[str]

    @property
    def text(self) -> str:
        """The whole text."""
        inside = "".join(row.text for row in self.rows)
        return self.above + self.header + inside + self.below

    def with_line(self, line: str) -> "Draft":
        """Return the draft with a line above the header, and a blank one below it."""
        ending = line_ending(self.header)
        above = self.above + margin(self.header) + line + ending + ending
        return self._replace(above=above)


def drafted(before: Opened, news: Reading, settings: Settings) -> Draft:
    """Return the list with what was read.

    Papers have rows, records make rows anew, and a note says the cursor. Where there
    is neither a table nor anything to put into one, none is made.
    """
    if not before.table and not news.papers and not news.cursor:
        return Draft(above=before.page.text, header="", rows=(), below="", columns=())

    draft = _framed(before, news.cursor, settings)
    old = _tidied(draft, news.records)
    if len(old) < len(before.rows):
        old = apart(old)
    new = [_row(paper, cells(paper, draft.columns), draft) for paper in news.papers]
    rows = [*new, *old] if settings.order == "newest-first" else [*old, *new]
    return draft._replace(rows=rows)


def _framed(before: Opened, cursor: Cursor | None, settings: Settings) -> Draft:
    """Return the list as it is, but with a table, and a note that says the cursor."""
    above, below = _around(before, cursor, settings)
    columns = _columns(before, settings)
    if before.table:
        header = before.table.header
    else:
        ending = line_ending(above + below)
        header = new_header(columns, ending)
        above += ending
        below = ending + below
        if not before.part:
            above += marker_form("start", settings.section) + ending + ending
            below = ending + marker_form("end", settings.section) + below
    draft = Draft(
        above=above, header=header, rows=before.rows, below=below, columns=columns
    )
    if cursor and not before.note:
        draft = draft.with_line(note_form(cursor, settings.section))
    return draft


def _around(
    before: Opened, cursor: Cursor | None, settings: Settings
) -> tuple[str, str]:
    """Return the texts above and below our table; a note in them says the cursor."""
    text = before.page.text
    table = before.place
    note = before.note
    above = text[: table.start]
    below = text[table.stop :]
    if cursor and note:
        form = note_form(cursor, settings.section)
        if note.start < table.start:
            above = text[: note.start] + form + text[note.end : table.start]
        else:
            below = text[table.stop : note.start] + form + text[note.end :]
    return above, below


def _columns(before: Opened, settings: Settings) -> Sequence[str]:
    """Return the columns of our table, abstracts folded if the settings want it so."""
    columns = before.table.columns if before.table else settings.columns
    if "abstract-folded" not in settings.columns:
        return columns
    return ["abstract-folded" if name == "abstract" else name for name in columns]


def _tidied(draft: Draft, records: Mapping[str, Paper]) -> list[Row]:
    """Return a draft's rows, made anew where a record tells how.

    The others stay byte for byte. A repeat goes unless people wrote something into it
    that the paper's first row does not say.
    """
    rows: list[Row] = []
    said: dict[str, set[str]] = {}  # by paper, in its first row or in a new one
    for row in draft.rows:
        paper = records.get(row.subject)
        if not paper:
            rows.append(row)
            continue
        fresh = cells(paper, draft.columns)
        made = _row(paper, _with_theirs(fresh, row, draft), draft)
        if paper.id not in said:
            said[paper.id] = {"", *fresh, *made.cells}
        elif said[paper.id].issuperset(made.cells):
            continue
        rows.append(row if row.text == made.text else made)
    return rows


def _with_theirs(fresh: Sequence[str], row: Row, draft: Draft) -> list[str]:
    """Return fresh cells, but those of an old row that only people can have filled."""
    old_cells = row.cells[: len(fresh)]  # there may be more, or fewer
    beside = zip_longest(draft.columns, fresh, old_cells, fillvalue="")
    return [old if is_theirs(column, old) else new for column, new, old in beside]


def _row(paper: Paper, its_cells: Sequence[str], draft: Draft) -> Row:
    """Return a paper's row in the table of a draft, as far from the margin as that."""
    inside = " | ".join(its_cells)
    text = f"{margin(draft.header)}| {inside} |{line_ending(draft.header)}"
    return Row(text=text, cells=its_cells, ids=[paper.id], subject=paper.id, line=0)


def apart(rows: Sequence[Row]) -> list[Row]:
    """Return rows that stay apart where others stood between them.

    A row without a last pipe would go on, as a torn one does, to one without a first.
    """
    parted: list[Row] = []
    is_open = False
    for row in rows:
        parted.append(begun(row) if is_open else row)
        text = parted[-1].text.strip()
        is_open = text.startswith("|") and not text.endswith("|")
    return parted


def begun(row: Row) -> Row:
    """Return a row with a pipe at its beginning, so that the one above ends there."""
    inside = row.text.lstrip()
    if inside.startswith("|"):
        return row
    return row._replace(text=f"{margin(row.text)}| {inside}")
