"""One topic's list: opened, revised on paper, checked, and only then written.

The list is a table in a Markdown file, an archive of pages for its oldest rows, and
perhaps a data file. What is about to be written is read first, as the next run will
read it, so that no list can grow by the same papers day after day.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, Revision
from paper_action.settings import Settings

from . import advice
from .archive import Move, archive_link, move_oldest, papers_of
from .data_file import check_data_file, extended
from .files import replace_all
from .frame import Frame, frame_of
from .marks import Note, find_markers, find_note, note_form, part_of
from .opening import Opened, commented_papers, opened, refusal
from .page import Page, read_page
from .place import Gap, find_place
from .table import Row, Table
from .tidy import row_of, tidied

# A note that is older moves without new rows too: from its day on the query API is asked.
_NOTE_AGE = timedelta(days=21)


class State(NamedTuple):
    """What a list says before a run.

    ``papers`` are those already listed, ``untidy`` those whose rows are to be made anew,
    each once; ``cursor`` is how far the list has read.
    """

    papers: Set[str]
    untidy: Sequence[str]
    cursor: Cursor | None


class Change(NamedTuple):
    """What a run brings: papers, records of the rows to tidy by ID, how far it read."""

    papers: Sequence[Paper]
    records: Mapping[str, Paper] = {}
    cursor: Cursor | None = None


class _Plan(NamedTuple):
    """What is to become of a list; ``new`` are the rows of the papers added."""

    frame: Frame
    added: Sequence[Paper]
    new: Sequence[Row]
    move: Move
    tidied: int
    cursor: Cursor | None

    @property
    def is_change(self) -> bool:
        return bool(self.new or self.move.moved or self.tidied or self.cursor)

    @property
    def text(self) -> str:
        return self.frame.text(self.move.staying)


class _Checked(NamedTuple):
    """The page that is about to be written, read as the next run will read it."""

    page: Page
    table: Table


def listed(folder: Path, settings: Settings) -> State:
    """Return what the list says.

    Raises ConfigError when the files cannot take rows.
    """
    check_data_file(folder, settings)
    before = opened(folder, settings)
    untidy: list[str] = []
    if settings.tidy:
        told = [row.told for row in before.rows if row.told]
        untidy = list(dict.fromkeys(told))
    cursor = before.note.cursor if before.note else None
    return State(papers=before.papers, untidy=untidy, cursor=cursor)


def revise(folder: Path, change: Change, settings: Settings) -> Revision:
    """Add the papers not listed yet, tidy and archive; write the files below a folder.

    Nothing is written in a dry run, nor when a ConfigError tells that the next run
    would not find what this one wrote.
    """
    before = opened(folder, settings)
    plan = _planned(before, change, settings)
    files: dict[str, bytes] = {}
    place = ""
    if plan.is_change:
        after = _checked(plan, settings)
        place = _place(after, plan.new, settings)
        files = _files(folder, plan, settings)
    if settings.dry_run:
        files = {}
    replace_all(folder, files)
    return Revision(
        files=tuple(files),
        added=plan.added,
        rows=[row.text.strip() for row in plan.new],
        had=len(before.papers),
        listed=len(change.papers) - len(plan.added),
        moved=len(plan.move.moved),
        tidied=plan.tidied,
        place=place,
        made_file=before.is_new and bool(files),
        cursor=plan.cursor if files else None,
        notes=_notes(before, settings),
        warnings=[*_warnings(before, plan, settings), *plan.move.warnings],
    )


def _planned(before: Opened, change: Change, settings: Settings) -> _Plan:
    """Return what a change makes of a list."""
    added = [paper for paper in change.papers if paper.id not in before.papers]
    cursor = _next_note(before.note, change.cursor, settings, rows_come=bool(added))
    renewed = note_form(cursor, settings.section) if cursor else ""
    frame = frame_of(before.page, before.place, before.note, renewed, settings)

    tidy = tidied(before.rows, change.records, frame, settings)
    new = [row_of(paper, frame, settings) for paper in added]
    rows = [*tidy.rows, *new]
    if settings.order == "newest-first":
        rows = [*new, *tidy.rows]

    move = move_oldest(rows, frame, before.archive, settings)
    link = archive_link(settings)
    if move.moved and link not in before.page.text:
        frame = frame.with_blank().with_line(f"Older papers: {link}")
    return _Plan(
        frame=frame, added=added, new=new, move=move, tidied=tidy.changed, cursor=cursor
    )


def _next_note(
    note: Note | None, read: Cursor | None, settings: Settings, *, rows_come: bool
) -> Cursor | None:
    """Return what the note is to say, None where it is to stay as it is.

    It never goes back: another run may have written it meanwhile.
    """
    if not read or not note:
        return read
    is_old = settings.now.date() - note.cursor.day > _NOTE_AGE
    if note.cursor.precedes(read.id) and (rows_come or is_old):
        return read
    return None


def _checked(plan: _Plan, settings: Settings) -> _Checked:
    """Read what is about to be written; ConfigError if the next run would not find it.

    That is our table with its rows, the papers that moved, and the note.
    """
    page = read_page(plan.text)
    table = find_place(page, settings.section, find_markers(page))
    line = page.number_at(len(plan.frame.above))
    why = f"the table in line {line} would not be found again"
    if isinstance(table, Gap):
        raise refusal(
            f"{why}; it needs a column Title, Link, PDF or ID", page, settings
        )

    found = set[str]().union(*(row.ids for row in table.rows))
    staying = {row.ids[0] for row in plan.move.staying if row.ids}
    archived = papers_of(plan.move.pages)
    moved = {row.ids[0] for row in plan.move.moved}
    if not staying <= found or not moved <= archived:
        raise refusal(f"{why} with all its rows", page, settings)

    note = find_note(page, settings.section, settings.now.date())
    if plan.cursor and (not note or note.cursor != plan.cursor):
        raise refusal(f"{why} with the note above it", page, settings)
    return _Checked(page, table)


def _files(folder: Path, plan: _Plan, settings: Settings) -> dict[str, bytes]:
    """Return the files to write; what rows leave is written after what they enter."""
    files = dict(plan.move.pages)
    if settings.data_file and plan.added:
        files[settings.data_file] = extended(folder, plan.added, settings)
    files[settings.path] = plan.text.encode()
    return files


def _place(after: _Checked, new: Sequence[Row], settings: Settings) -> str:
    """Return where the new rows begin, for people: file, line and heading."""
    if not new:
        return ""
    texts = {row.text for row in new}
    lines = [row.line for row in after.table.rows if row.text in texts]
    line = min(lines, default=after.table.line)
    place = f"{settings.path}, line {line}"
    heading = after.page.heading_above(line)
    return f"{place}, under “{heading}”" if heading else place


def _warnings(before: Opened, plan: _Plan, settings: Settings) -> list[str]:
    """Return what to warn of where nobody said with markers which table is meant."""
    page = before.page
    if part_of(settings.section, before.markers):
        return []
    said = advice.nearly_markers(page, settings.section)
    if isinstance(before.place, Gap):
        said += advice.other_markers(before.markers, settings.section)
        said += advice.unfit_dashes(page)
        if plan.is_change and page.papers() - commented_papers(page):
            said.append(advice.how_to_choose(settings.section))
    return [f"{settings.path}: {text}" for text in said]


def _notes(before: Opened, settings: Settings) -> list[str]:
    """Return what is worth a line in the log."""
    said = advice.unlinked_comments(before.page)
    if isinstance(before.place, Table):
        said += advice.other_columns(before.place, settings.columns)
    return said
