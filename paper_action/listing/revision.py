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
from .archive import Move, Pages, move_oldest, papers_of, read_archive
from .data_file import extended, read_data_file
from .files import read_text, replace_all
from .frame import frame_of, made_row, tidied
from .marks import Note
from .opening import NEEDED, Opened, opened, refusal

_NEW_FILE = "# arXiv papers\n"
# A note that is older moves without new rows too: the query API is asked from it on.
_NOTE_AGE = timedelta(days=21)


class State(NamedTuple):
    """What a list says before a run.

    ``papers`` are those already listed, ``untidy`` those whose rows are to be made
    anew, each once; ``cursor`` is how far the list has read.
    """

    papers: Set[str]
    untidy: Sequence[str]
    cursor: Cursor | None


class Change(NamedTuple):
    """What a run brings: papers, records of rows to tidy by ID, how far it read."""

    papers: Sequence[Paper]
    records: Mapping[str, Paper] = {}
    cursor: Cursor | None = None


class _Draft(NamedTuple):
    """What is to become of a list, and what is then to be said of it.

    With a ``cursor`` the note is to say that.
    """

    move: Move
    cursor: Cursor | None
    revision: Revision

    @property
    def is_change(self) -> bool:
        done = self.revision
        return bool(done.added or done.moved or done.tidied or self.cursor)


def listed(folder: Path, settings: Settings) -> State:
    """Return what the list says.

    Raises ConfigError when the files cannot take rows.
    """
    read_data_file(folder, settings)
    before = _read(folder, settings)
    untidy: list[str] = []
    if settings.tidy:
        subjects = [row.subject for row in before.rows if row.subject]
        untidy = list(dict.fromkeys(subjects))
    return State(
        papers=before.papers | papers_of(read_archive(folder, settings)),
        untidy=untidy,
        cursor=before.note.cursor if before.note else None,
    )


def revise(folder: Path, change: Change, settings: Settings) -> Revision:
    """Add the papers not listed yet, tidy and archive; write the files below a folder.

    Nothing is written in a dry run, nor when a ConfigError tells that the next run
    would not find what this one wrote.
    """
    data = read_data_file(folder, settings)
    before = _read(folder, settings)
    is_new = not (folder / settings.path).exists()
    draft = _drafted(before, read_archive(folder, settings), change, settings)
    done = draft.revision._replace(
        notes=_notes(before, settings), warnings=_warnings(before, draft, settings)
    )
    if not draft.is_change:
        return done

    after = _read_again(draft, settings)
    done = done._replace(place=_place(after, done.added, settings))
    if settings.dry_run:
        return done

    files = {**draft.move.pages, settings.path: draft.move.text}
    if done.added and settings.data_file:
        files[settings.data_file] = extended(data, done.added, settings)
    replace_all(folder, files)
    return done._replace(files=tuple(files), made_file=is_new)


def _read(folder: Path, settings: Settings) -> Opened:
    text = read_text(folder, settings.path, "path")
    return opened(text or _NEW_FILE, settings)


def _drafted(
    before: Opened, archive: Pages, change: Change, settings: Settings
) -> _Draft:
    """Return what a change makes of a list."""
    known = before.papers | papers_of(archive)
    added = [paper for paper in change.papers if paper.id not in known]
    cursor = _next_note(before.note, change.cursor, settings, rows_come=bool(added))
    frame = frame_of(before, cursor, settings)

    old, changed = tidied(before.rows, change.records, frame)
    new = [made_row(paper, frame) for paper in added]
    rows = [*new, *old] if settings.order == "newest-first" else [*old, *new]
    move = move_oldest(rows, frame, archive, settings)
    revision = Revision(
        added=added,
        rows=[row.text.strip() for row in new],
        had=len(known),
        listed=len(change.papers) - len(added),
        moved=len(move.moved),
        tidied=changed,
    )
    return _Draft(move, cursor, revision)


def _next_note(
    note: Note | None, read: Cursor | None, settings: Settings, *, rows_come: bool
) -> Cursor | None:
    """Return what the note is to say, None where it is to stay as it is.

    It never goes back: another run may have written it meanwhile.
    """
    if not read or not note:
        return read
    if read.precedes(note.cursor.id):
        return None
    is_old = settings.today - note.cursor.day > _NOTE_AGE
    return read if rows_come or is_old else None


def _read_again(draft: _Draft, settings: Settings) -> Opened:
    """Read what is about to be written; ConfigError if the next run would not find it.

    That is our table where it was put, its rows, the papers that moved, and the note.
    """
    after = opened(draft.move.text, settings)
    start = len(draft.move.frame.above)
    is_there = after.table is not None and after.table.start == start

    rows = [*draft.move.staying, *draft.move.moved]
    written = {row.ids[0] for row in rows if row.ids}
    found = papers_of(draft.move.pages)
    for row in after.rows:
        found.update(row.ids)

    cursor = after.note.cursor if after.note else None
    is_noted = draft.cursor in {None, cursor}
    if is_there and is_noted and written <= found:
        return after
    line = after.page.number_at(start)
    why = f"the table in line {line} would not be found again with its rows"
    raise refusal(f"{why}; {NEEDED}", after.page, settings)


def _place(after: Opened, added: Sequence[Paper], settings: Settings) -> str:
    """Return where the first of the new rows stands, for people: file and line."""
    if not added or not after.table:
        return ""
    ids = {paper.id for paper in added}
    lines = [row.line for row in after.rows if not ids.isdisjoint(row.ids[:1])]
    line = min(lines, default=after.table.line)
    return f"{settings.path}, line {line}"


def _warnings(before: Opened, draft: _Draft, settings: Settings) -> list[str]:
    """Return what a person should know of the file, or may have meant otherwise."""
    said = [*before.warnings, *draft.move.warnings]
    return [f"{settings.path}: {text}" for text in said]


def _notes(before: Opened, settings: Settings) -> list[str]:
    """Return what is worth a line in the log."""
    said = advice.unlinked_comments(before.page)
    if before.table:
        said += advice.other_columns(before.table, settings.columns)
    return [f"{settings.path}: {text}" for text in said]
