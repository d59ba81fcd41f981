"""One topic's list in a folder: which papers it has, and how it changes when others come.

The list is a table in a Markdown file, an archive of pages for its oldest rows, and perhaps a data
file. What is about to be written is read first, as the next run will read it.
"""

import csv
import json
import posixpath
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from urllib.parse import quote

from . import table
from .paper import ConfigError, Paper, Revision, by_age, linked_ids, month
from .settings import Settings, located
from .table import KEYS, TITLES, Page, Row, Table

_NEEDED = "a column Title, Link, PDF or ID; <!-- papers:start --> above, <!-- papers:end --> below"
_Files = dict[str, bytes]  # paths in the folder, with /, and contents


def listed(folder: Path, settings: Settings) -> set[str]:
    """Return every paper already listed; raise ConfigError when the files cannot take rows."""
    _data(folder, [], settings)
    return _known(_opened(folder, settings), _archive(folder, settings))


def named(folder: Path, settings: Settings) -> list[str]:
    """Return the papers whose rows are to be made anew, each once; none but to tidy."""
    rows = _opened(folder, settings).ours.rows if settings.tidy else []
    return list(dict.fromkeys(row.ids[0] for row in rows if row.told))


def revise(
    folder: Path, papers: Sequence[Paper], settings: Settings, records: Mapping[str, Paper] = {}
) -> Revision:
    """Add the papers not listed yet, tidy and archive; read and write the files below a folder.

    ``records`` are arXiv's own, by ID, of the rows to tidy. Nothing is written in a dry run, nor
    when a ConfigError tells that the next run would not find what this one wrote.
    """
    page, archive = _opened(folder, settings), _archive(folder, settings)
    ours, old, known = page.ours, page.ours.rows, _known(page, archive)
    added = [paper for paper in papers if paper.id not in known]
    revision = Revision(added=added, had=len(known), listed=len(papers) - len(added))
    if added and not old and page.papers:
        revision.warnings.append(f"papers stand outside the new table; yours would need {_NEEDED}")
    ours.rows = _tidied(ours, records, settings)
    revision.tidied = len({*old} - {*ours.rows})
    new = [_row(ours, paper, settings) for paper in added]
    revision.rows = [row.text.strip() for row in new]
    ours.rows = [*ours.rows, *new] if settings.order == "append" else [*new, *ours.rows]
    files = _move_oldest(page, archive, settings, revision)
    if ours.rows != old:
        text = ours.put_into(page.text)
        again = table.read(text, settings.section)
        _check(again, settings, ours.rows)
        if new:
            first = max(text.find(new[0].text), ours.start)
            above = re.findall(r"(?m)^#+[ \t]+(.+?)[# \t\r]*$", text[:first])[-1:]
            under = "".join(f", under “{heading}”" for heading in above)
            revision.place = f"{settings.path}, line {again.line(first)}{under}"
        files |= {settings.path: text.encode()} | _data(folder, added, settings)
    revision.files = () if settings.dry_run else tuple(files)
    for name in revision.files:
        _write(located(folder, name, "path"), files[name])
    return revision


def _write(file: Path, content: bytes) -> None:
    """Replace a file in a single step: whoever looks sees the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.tmp")
    draft.write_bytes(content)
    if file.exists():
        shutil.copymode(file, draft)
    draft.replace(file)


def _text(folder: Path, name: str, setting: str) -> str:
    """Return a file's text, its last line ended, empty where there is none.

    Raises ConfigError if it cannot be kept.
    """
    file = located(folder, name, setting)
    text = file.read_bytes().decode(errors="surrogateescape") if file.is_file() else ""
    if text.startswith("version https://git-lfs") or re.search("[\udc80-\udcff]", text):
        raise ConfigError(setting, f"{name!r} is not UTF-8 text, or is kept in git-lfs")
    return text if not text or text.endswith(("\r", "\n")) else text + _line_ending(text)


def _line_ending(text: str) -> str:
    return next(re.finditer(r"\r\n?|\n|\Z", text))[0] or "\n"


def _opened(folder: Path, settings: Settings) -> Page:
    """Return the file, our table made, in memory, where there is none.

    It is made between its markers, else in new ones at the end.
    """
    file = folder / settings.path
    for other in file.parent.glob("*"):
        if other.name != file.name and other.name.lower() == file.name.lower():
            raise ConfigError("path", f"{settings.path!r} is there as {other.name!r}; write that")
    page = table.read(_text(folder, settings.path, "path") or "# arXiv papers\n", settings.section)
    if not page.ours.columns and not page.unclosed:
        eol, name = _line_ending(page.text), f" {settings.section}".rstrip()
        before, after = page.text[: page.ours.start], page.text[page.ours.start :]
        made = f"{eol}{table.head(settings.columns, eol)}{eol}"
        if not after:
            made = f"{eol}<!-- papers:start{name} -->{eol}{made}<!-- papers:end{name} -->{eol}"
        page = table.read(before + made + after, settings.section)
    _check(page, settings)
    return page


def _check(page: Page, settings: Settings, rows: Sequence[Row] = ()) -> None:
    """Raise ConfigError unless our table, as the next run finds it, takes rows and has these."""
    has = {identifier for row in page.ours.rows for identifier in row.ids}
    lost = {row.ids[0] for row in rows if row.ids} - has
    if lost or not (KEYS | TITLES) & set(page.ours.columns):
        lines = (page.line(at) for at in page.unclosed)
        why = "".join(f"; line {line} opens a fence or a comment, never closed" for line in lines)
        what = f"the table in line {page.line(page.ours.start)} of {settings.path} takes no rows"
        raise ConfigError("path", f"{what}: it needs {_NEEDED}{why}")


def _archive(folder: Path, settings: Settings) -> _Files:
    """Return the archive's pages, whoever made them."""
    pages = sorted((folder / settings.folder).rglob("*.md"))
    names = [page.relative_to(folder).as_posix() for page in pages if page.is_file()]
    return {name: located(folder, name, "archive").read_bytes() for name in names}


def _known(page: Page, archive: _Files) -> set[str]:
    return page.papers.union(*map(_papers_of, archive.values()))


@cache  # a run reads the archive twice
def _papers_of(page: bytes) -> set[str]:
    return table.read(page.decode(errors="replace")).papers


def _row(ours: Table, paper: Paper, settings: Settings, old: Sequence[str] = ()) -> Row:
    """Return a paper's row, as far from the margin as the header.

    Of an old row's cells stay those of columns that are not understood, and a title or link that
    leads elsewhere, too (code, a badge).
    """
    cells = table.cells(paper, ours.columns, folded="abstract-folded" in settings.columns)
    for number, (column, cell) in enumerate(zip(ours.columns, old, strict=False)):
        leads = column in KEYS | TITLES and len(linked_ids(cell)) < cell.count("://")
        if leads or not column:
            cells[number] = cell
    margin = " " * (len(ours.header) - len(ours.header.lstrip(" ")))
    return Row(f"{margin}| {' | '.join(cells)} |{_line_ending(ours.header)}", cells, [paper.id])


def _tidied(ours: Table, records: Mapping[str, Paper], settings: Settings) -> list[Row]:
    """Return the rows, made anew from arXiv's records where columns of ours allow it.

    A repeat goes only where the first row says the same, whatever people wrote beside it.
    """
    rows, firsts = list[Row](), dict[str, Row]()
    for row in ours.rows:
        paper = records.get(row.ids[0]) if row.told else None
        made = _row(ours, paper, settings, row.cells) if paper else row
        first = firsts.setdefault(paper.id, made) if paper else made
        if first is made or {*made.cells} - {"", *first.cells}:
            rows.append(row if made.text.strip() == row.text.strip() else made)
    return rows


def _move_oldest(page: Page, archive: _Files, settings: Settings, revision: Revision) -> _Files:
    """Move the oldest rows until the file is well under its limit; return the pages they go to.

    A file that is hardly more than other text gets a warning instead.
    """
    ours, limit = page.ours, settings.max_bytes
    size = len(ours.put_into(page.text).encode())
    lines = {row: row.text.encode() for row in ours.rows if row.ids}
    around = size - sum(map(len, lines.values()))
    if not limit or size <= limit:
        return {}
    if around > limit * 9 // 10:
        revision.warnings.append(f"max-bytes: {settings.path} has {around} bytes without its rows")
        return {}
    pages, stay = dict(archive), sorted(lines, key=lambda row: by_age(row.ids[0]), reverse=True)
    while size > (around + 3 * limit) // 4:
        row = stay.pop()
        pages[_page_for(row, ours, pages, settings)] += lines[row]
        size -= len(lines[row])
    moved = {*lines}.difference(stay)
    revision.moved = len(moved)
    ours.rows = [row for row in ours.rows if row not in moved]
    to = posixpath.relpath(settings.folder, posixpath.dirname(settings.path) or ".")
    if (link := f"[archive]({quote(to)}/)") not in page.text:
        above = ["", f"Older papers: {link}", "", ours.header]
        ours.header = _line_ending(ours.header).join(above)
    return {name: page for name, page in pages.items() if page != archive.get(name)}


def _page_for(row: Row, ours: Table, pages: _Files, settings: Settings) -> str:
    """Return the name of the month's first page, perhaps a new one, that takes a row at its end.

    It begins as ours do, a row still ends it, and it does not grow over the limit.
    """
    when, eol = month(row.ids[0]), _line_ending(ours.header)
    title = f"# arXiv papers of {date.fromisoformat(f'{when}-01'):%B %Y}"
    begin = f"{title}{eol}{eol}{ours.header}".encode()
    number, name = 1, f"{settings.folder}/{when}.md"
    while (page := pages.setdefault(name, begin)) != begin:
        made = page.startswith(begin) and page.endswith(f"|{eol}".encode())
        if made and len(page) + len(row.text.encode()) <= settings.max_bytes:
            break
        number += 1
        name = f"{settings.folder}/{when}-{number}.md"
    return name


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
        names = next(csv.reader(text[:50_000].lstrip("\ufeff").splitlines(keepends=True)))
        if names.count("id") != 1:
            raise ConfigError("data-file", f"{settings.data_file!r} needs a header with one `id`")
        writer = csv.writer(out, lineterminator=eol)
        for each in records:
            values = (each.get(name, "") for name in names)
            writer.writerow("; ".join(text) if isinstance(text, list) else text for text in values)
    return {settings.data_file: (text + out.getvalue()).encode()} if papers else {}
