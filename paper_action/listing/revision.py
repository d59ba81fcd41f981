"""One topic's list in a folder: which papers it has, and how it changes when others come.

The list is a table in a Markdown file, an archive of pages for its oldest rows, and perhaps a data
file. What is about to be written is read first, as the next run will read it.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence, Set
from functools import cache
from io import StringIO
from pathlib import Path
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import quote

from paper_action.paper import (
    ConfigError,
    Cursor,
    Paper,
    Revision,
    by_age,
    linked_ids,
    month,
)
from paper_action.settings import Settings, located

from . import table
from .table import KEYS, TITLES, Row, Table

_NEEDED = "a column Title, Link, PDF or ID; <!-- papers:start --> above, <!-- papers:end --> below"
_Files = dict[str, bytes]  # paths in the folder, with /, and contents


class State(NamedTuple):
    """What a list says before a run.

    ``papers`` are those already listed, ``untidy`` those whose rows are to be made anew, each once;
    ``cursor`` is how far the list has read.
    """

    papers: Set[str]
    untidy: Sequence[str]
    cursor: Cursor | None


class Change(NamedTuple):
    """What a run brings: papers, arXiv's own records by ID of the rows to tidy, how far it read."""

    papers: Sequence[Paper]
    records: Mapping[str, Paper] = {}
    cursor: Cursor | None = None


def listed(folder: Path, settings: Settings) -> State:
    """Return what the list says.

    Raises ConfigError when the files cannot take rows.
    """
    _data(folder, [], settings)
    ours, _, known = _opened(folder, settings)
    untidy = [
        *dict.fromkeys(row.told for row in ours.rows if row.told and settings.tidy)
    ]
    return State(known, untidy, None)


def revise(folder: Path, change: Change, settings: Settings) -> Revision:
    """Add the papers not listed yet, tidy and archive; read and write the files below a folder.

    Nothing is written in a dry run, nor
    when a ConfigError tells that the next run would not find what this one wrote.
    """
    papers, records, _ = change
    ours, pages, known = _opened(folder, settings)
    old, added = ours.rows, [paper for paper in papers if paper.id not in known]
    warnings, place, had = list[str](), "", len(known)
    if added and not old and ours.papers:
        warnings.append(
            f"papers stand outside the new table; yours would need {_NEEDED}"
        )
    ours.rows = _tidied(ours, records, settings)
    tidied = len({*old} - {*ours.rows})
    new = [_row(ours, paper, settings) for paper in added]
    ours.rows = [*ours.rows, *new] if settings.order == "append" else [*new, *ours.rows]
    count, files = len(ours.rows), _move_oldest(ours, pages, settings, warnings)
    moved = count - len(ours.rows)
    if ours.rows != old:
        again = _read(ours.rewritten(), settings, ours.rows)
        if new:
            first = max(again.text.find(new[0].text), ours.start)
            above = re.findall(r"(?m)^#+[ \t]+(.+?)[# \t\r]*$", again.text[:first])[-1:]
            under = "".join(f", under “{heading}”" for heading in above)
            place = f"{settings.path}, line {again.line(first)}{under}"
        files |= {settings.path: again.text.encode()} | _data(folder, added, settings)
    written = () if settings.dry_run else tuple(files)
    for name in written:
        _write(located(folder, name, "path"), files[name])
    rows, listed = [row.text.strip() for row in new], len(papers) - len(added)
    return Revision(
        files=written,
        added=added,
        rows=rows,
        had=had,
        listed=listed,
        moved=moved,
        tidied=tidied,
        place=place,
        warnings=warnings,
    )


def _write(file: Path, content: bytes) -> None:
    """Replace a file in a single step: whoever looks sees the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.tmp")
    draft.write_bytes(content)
    if file.exists():
        draft.chmod(file.stat().st_mode)
    draft.replace(file)


def _text(folder: Path, name: str, setting: str) -> str:
    """Return a file's text, its last line ended, empty where there is none.

    Raises ConfigError if it cannot be kept.
    """
    file = located(folder, name, setting)
    text = file.read_bytes().decode(errors="surrogateescape") if file.is_file() else ""
    if text.startswith("version https://git-lfs") or re.search("[\udc80-\udcff]", text):
        raise ConfigError(setting, f"{name!r} is not UTF-8 text, or is kept in git-lfs")
    return (
        text if not text or text.endswith(("\r", "\n")) else text + _line_ending(text)
    )


def _line_ending(text: str) -> str:
    return next(re.finditer(r"\r\n?|\n|\Z", text))[0] or "\n"


def _opened(folder: Path, settings: Settings) -> tuple[Table, _Files, set[str]]:
    """Return our table, the archive's pages, whoever made them, and the papers in all of them."""
    file = folder / settings.path
    for other in file.parent.glob("*"):
        if other.name != file.name and other.name.lower() == file.name.lower():
            raise ConfigError(
                "path", f"{settings.path!r} is there as {other.name!r}; write that"
            )
    ours = _read(_text(folder, settings.path, "path") or "# arXiv papers\n", settings)
    pages = sorted(
        page for page in (folder / settings.folder).rglob("*.md") if page.is_file()
    )
    names = [page.relative_to(folder).as_posix() for page in pages]
    archive = {name: located(folder, name, "archive").read_bytes() for name in names}
    return ours, archive, ours.papers.union(*map(_papers_of, archive.values()))


@cache  # a run reads the archive twice
def _papers_of(page: bytes) -> set[str]:
    return table.read(page.decode(errors="replace")).papers


def _read(text: str, settings: Settings, rows: Sequence[Row] | None = None) -> Table:
    """Return our table in a text, as the next run finds it.

    Where there is none, it is made, in memory: between its markers, else in new ones at the end;
    but not in a text that is about to be written, with these rows. Raises ConfigError if it takes
    no rows or has lost a paper.
    """
    found = ours = table.read(text, settings.section)
    if rows is None and not found.columns:
        made, name = (
            f"\n{table.head(settings.columns)}\n",
            f" {settings.section}".rstrip(),
        )
        if found.start == len(text):
            made = f"\n<!-- papers:start{name} -->\n{made}<!-- papers:end{name} -->\n"
        made = made.replace("\n", _line_ending(text))
        ours = table.read(
            text[: found.start] + made + text[found.start :], settings.section
        )
    lost = {row.ids[0] for row in rows or () if row.ids}.difference(
        *(row.ids for row in ours.rows)
    )
    if lost or not (KEYS | TITLES) & {*ours.columns}:
        why = [
            f"; line {found.line(at)} leaves a fence or comment open"
            for at in found.unclosed
        ]
        what = f"the table in line {found.line(found.start)} of {settings.path} takes no rows"
        raise ConfigError("path", f"{what}: it needs {_NEEDED}{''.join(why)}")
    return ours


def _row(ours: Table, paper: Paper, settings: Settings, old: Sequence[str] = ()) -> Row:
    """Return a paper's row, as far from the margin as the header.

    Of an old row's cells stay those of columns that are not understood, and a title or link that
    leads elsewhere, too (code, a badge).
    """
    cells = table.cells(
        paper, ours.columns, folded="abstract-folded" in settings.columns
    )
    for number, (column, cell) in enumerate(zip(ours.columns, old, strict=False)):
        if not column or (
            column in KEYS | TITLES and len(linked_ids(cell)) < cell.count("://")
        ):
            cells[number] = cell
    margin = " " * (len(ours.header) - len(ours.header.lstrip(" ")))
    return Row(
        f"{margin}| {' | '.join(cells)} |{_line_ending(ours.header)}", cells, [paper.id]
    )


def _tidied(ours: Table, records: Mapping[str, Paper], settings: Settings) -> list[Row]:
    """Return the rows, made anew from arXiv's records where columns of ours allow it.

    A repeat goes only where the first row says the same, whatever people wrote beside it.
    """
    rows, firsts = list[Row](), dict[str, Row]()
    for row in ours.rows:
        paper = records.get(row.told)
        made = _row(ours, paper, settings, row.cells) if paper else row
        first = firsts.setdefault(row.told, made) if paper else made
        if first is made or {*made.cells} - {"", *first.cells}:
            rows.append(row if made.text.strip() == row.text.strip() else made)
    return rows


def _move_oldest(
    ours: Table, archive: _Files, settings: Settings, warnings: list[str]
) -> _Files:
    """Move the oldest rows until the file is well under its limit; return the pages they go to.

    A file that is hardly more than other text gets a warning instead.
    """
    limit, size, pages = (
        settings.max_bytes,
        len(ours.rewritten().encode()),
        dict(archive),
    )
    oldest = sorted(
        (row for row in ours.rows if row.ids), key=lambda row: by_age(row.ids[0])
    )
    around = size - sum(len(row.text.encode()) for row in oldest)
    if 0 < limit < size and around > limit * 9 // 10:
        warnings.append(
            f"max-bytes: {settings.path} has {around} bytes without its rows"
        )
    elif 0 < limit < size:
        moved = set()
        for row in oldest:
            if size > (around + 3 * limit) // 4:
                size -= _archived(row, ours, pages, settings)
                moved.add(row)
        ours.rows = [row for row in ours.rows if row not in moved]
        to, eol = (
            quote(relpath(settings.folder, dirname(settings.path))),
            _line_ending(ours.header),
        )
        if (link := f"[archive]({to}/)") not in ours.text:
            ours.header = f"{eol}Older papers: {link}{eol}{eol}{ours.header}"
    return {name: page for name, page in pages.items() if page != archive.get(name)}


def _archived(row: Row, ours: Table, pages: _Files, settings: Settings) -> int:
    """Put a row at the end of its month's first page, perhaps a new one, that takes it.

    It begins as ours do, a row still ends it, and it does not grow over the limit.
    """
    when, eol, line = month(row.ids[0]), _line_ending(ours.header), row.text.encode()
    begin = f"# arXiv papers of {when:%B %Y}{eol}{eol}{ours.header}".encode()
    for number in range(1, len(pages) + 2):  # one of these names is free
        name = f"{settings.folder}/{when:%Y-%m}-{number}".removesuffix("-1") + ".md"
        page = pages.get(name, begin)
        whole = page.startswith(begin) and page.endswith(f"|{eol}".encode())
        if page == begin or (whole and len(page) + len(line) <= settings.max_bytes):
            pages[name] = page + line
            break
    return len(line)


def _data(folder: Path, papers: Sequence[Paper], settings: Settings) -> _Files:
    """Return the data file with papers added at its end; raise ConfigError for a bad header."""
    if not settings.data_file:
        return {}
    text = _text(folder, settings.data_file, "data-file")
    out, eol = StringIO(newline=""), _line_ending(text)
    records = [table.record(paper) for paper in papers]
    if settings.data_file.lower().endswith(".jsonl"):
        out.writelines(json.dumps(each, ensure_ascii=False) + eol for each in records)
    else:
        text = text or ",".join(table.FIELDS) + eol
        names = next(
            csv.reader(text[:50_000].lstrip("\ufeff").splitlines(keepends=True))
        )
        if names.count("id") != 1:
            raise ConfigError(
                "data-file", f"{settings.data_file!r} needs a header with one `id`"
            )
        writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator=eol)
        for each in records:
            joined = {name: "; ".join(each[name]) for name in ("authors", "categories")}
            writer.writerow(each | joined)
    return {settings.data_file: (text + out.getvalue()).encode()} if papers else {}
