"""Our table as it is to be written: what stands around its rows, and rows made anew."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from paper_action.paper import Cursor, Paper
from paper_action.settings import Settings

from .files import line_ending
from .marks import marker_form, note_form
from .opening import Opened
from .table import Row, cells, is_theirs, margin, new_header


class Frame(NamedTuple):
    """The text above a table's header, the header, the text below the rows.

    Of the ``columns`` that of abstracts is ``abstract-folded`` where they are folded.
    """

    above: str
    header: str
    below: str
    columns: Sequence[str]

    def text(self, rows: Iterable[Row]) -> str:
        """Return the whole text with rows in the table."""
        inside = "".join(row.text for row in rows)
        return self.above + self.header + inside + self.below

    def with_line(self, line: str) -> "Frame":
        """Return the frame with a line above the header, and a blank one below it."""
        ending = line_ending(self.header)
        above = self.above + margin(self.header) + line + ending + ending
        return self._replace(above=above)


def frame_of(before: Opened, cursor: Cursor | None, settings: Settings) -> Frame:
    """Return what stands around the rows of our table, or is made to stand there.

    With a cursor the note is made to say it.
    """
    text = before.page.text
    place = before.place
    above = text[: place.start]
    below = text[place.stop :]
    form = note_form(cursor, settings.section) if cursor else ""
    note = before.note
    if form and note and note.end <= place.start:
        above = text[: note.start] + form + text[note.end : place.start]
    elif form and note:
        below = text[place.stop : note.start] + form + text[note.end :]

    if before.table:
        columns = _folded(before.table.columns, settings)
        frame = Frame(above, before.table.header, below, columns)
    else:
        frame = _new_frame(above, below, settings, is_marked=bool(before.part))
    return frame.with_line(form) if form and not note else frame


def _new_frame(above: str, below: str, settings: Settings, *, is_marked: bool) -> Frame:
    """Return the frame of a new table, with markers if there are none yet."""
    ending = line_ending(above + below)
    above += ending
    below = ending + below
    if not is_marked:
        above += marker_form("start", settings.section) + ending + ending
        below = ending + marker_form("end", settings.section) + below
    columns = _folded(settings.columns, settings)
    return Frame(above, new_header(columns, ending), below, columns)


def _folded(columns: Sequence[str], settings: Settings) -> Sequence[str]:
    """Return columns with that of abstracts folded, where the settings want it so."""
    if "abstract-folded" not in settings.columns:
        return columns
    return ["abstract-folded" if name == "abstract" else name for name in columns]


def made_row(paper: Paper, frame: Frame, old_cells: Sequence[str] = ()) -> Row:
    """Return a paper's row in the table of a frame, as far from the margin as that.

    Of an old row's cells those stay that only people can have filled.
    """
    made = cells(paper, frame.columns)
    for number, (column, old) in enumerate(zip(frame.columns, old_cells, strict=False)):
        if is_theirs(column, old):
            made[number] = old
    text = f"{margin(frame.header)}| {' | '.join(made)} |{line_ending(frame.header)}"
    return Row(text=text, cells=made, ids=[paper.id], subject=paper.id, line=0)


def tidied(
    rows: Sequence[Row], records: Mapping[str, Paper], frame: Frame
) -> tuple[list[Row], int]:
    """Return rows made anew where a record tells how, and the number that changed.

    The others stay byte for byte. A repeat goes unless people wrote something into it
    that the paper's first row does not say.
    """
    left: list[Row] = []
    firsts: dict[str, Row] = {}
    changed = 0
    for row in rows:
        paper = records.get(row.subject)
        if not paper:
            left.append(row)
            continue
        made = made_row(paper, frame, old_cells=row.cells)
        first = firsts.setdefault(row.subject, made)
        if made is not first:
            ours = made_row(paper, frame)
            if {*made.cells} <= {"", *ours.cells, *first.cells}:
                changed += 1
                continue
        if made.text.strip() == row.text.strip():
            left.append(row)
        else:
            left.append(made)
            changed += 1
    return left, changed
