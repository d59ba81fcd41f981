"""The archive: which rows are too many for a page, and which page they move to."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import quote

from paper_action.paper import by_age, month
from paper_action.places import located
from paper_action.settings import Settings
from paper_action.text import formula_cost

from .files import line_ending
from .frame import Frame
from .page import read_page
from .table import Row

Pages = Mapping[str, str]  # the texts by path below root, with /

# GitHub sets formulas worth 2,000 on a page, and shows an error for every later one.
_FORMULAS = 1_900


class Move(NamedTuple):
    """What moves: the rows that stay, those that go, and the pages that get them.

    Where rows go, a line in the ``frame`` leads to them.
    """

    frame: Frame
    staying: Sequence[Row]
    moved: Sequence[Row]
    pages: Pages
    warnings: Sequence[str]

    @property
    def text(self) -> str:
        """The text of the list with the rows that stay."""
        return self.frame.text(self.staying)


def read_archive(folder: Path, settings: Settings) -> Pages:
    """Return the pages of our part of the archive, whoever made them.

    What has a page's name and is no file counts as a page with nothing of ours.
    """
    pages: dict[str, str] = {}
    for file in sorted((folder / settings.folder).rglob("*.md")):
        name = file.relative_to(folder).as_posix()
        place = located(folder, name, "archive")
        content = place.read_bytes() if place.is_file() else b""
        pages[name] = content.decode(errors="surrogateescape")
    return pages


def papers_of(pages: Pages) -> set[str]:
    """Return the papers that pages list."""
    papers: set[str] = set()
    for text in pages.values():
        papers |= _papers_of(text)
    return papers


@cache  # a run reads the archive twice
def _papers_of(text: str) -> set[str]:
    page = read_page(text)
    return page.papers(page.whole)


def move_oldest(
    rows: Sequence[Row], frame: Frame, pages: Pages, settings: Settings
) -> Move:
    """Move the oldest rows until the file is well under its limits.

    A row that names no paper stays. A file that is hardly more than other text gets a
    warning instead.
    """
    places = [place for place, row in enumerate(rows) if row.ids]
    places.sort(key=lambda place: by_age(rows[place].ids[0]))
    oldest = [rows[place] for place in places]
    rest = frame.text(row for row in rows if not row.ids)
    count, warnings = _surplus(oldest, rest, settings.max_bytes)
    moved = oldest[:count]
    left = set(places[:count])
    target = quote(relpath(settings.folder, dirname(settings.path)))
    link = f"[archive]({target}/)"
    if moved and link not in rest:
        frame = frame.with_line(f"Older papers: {link}")
    return Move(
        frame=frame,
        staying=[row for place, row in enumerate(rows) if place not in left],
        moved=moved,
        pages=_filed(moved, frame.header, pages, settings),
        warnings=warnings,
    )


def _surplus(oldest: Sequence[Row], rest: str, max_bytes: int) -> tuple[int, list[str]]:
    """Return how many of the oldest rows are too many, and warnings if none can help.

    Where a limit is passed, so many go that the rows of some more days have room.
    """
    surplus = 0
    warnings: list[str] = []
    if not max_bytes:
        return surplus, warnings
    measures = [("bytes", max_bytes, _size), ("formulas", _FORMULAS, formula_cost)]
    for unit, limit, measure in measures:
        least = measure(rest)
        costs = [measure(row.text) for row in oldest]
        if least + sum(costs) <= limit:
            continue
        if least > limit * 9 // 10:
            why = f"without its rows the file has {least} {unit}, of at most {limit}"
            warnings.append(f"max-bytes: no row is moved: {why}")
            continue
        room = (limit - least) * 3 // 4
        surplus = max(surplus, _first_to_go(costs, room))
    return surplus, warnings


def _first_to_go(costs: Sequence[int], room: int) -> int:
    """Return how many of the first must go for the others to fit into a room."""
    total = sum(costs)
    for count, cost in enumerate(costs):
        if total <= room:
            return count
        total -= cost
    return len(costs)


def _size(text: str) -> int:
    return len(text.encode(errors="surrogateescape"))


def _filed(
    rows: Sequence[Row], header: str, pages: Pages, settings: Settings
) -> dict[str, str]:
    """Return the pages that get rows: each row goes to its month's first with room."""
    filed: dict[str, str] = {}
    ending = line_ending(header)
    for first_day, group in groupby(rows, key=lambda row: month(row.ids[0])):
        title = first_day.strftime("# arXiv papers of %B %Y")
        new_page = title + ending + ending + header
        path = f"{settings.folder}/{first_day.isoformat()[:7]}"
        waiting = list(group)
        number = 1
        while waiting:
            name = f"{path}-{number}.md" if number > 1 else f"{path}.md"
            page = pages.get(name, new_page)
            count = _count_fitting(page, waiting, settings.max_bytes)
            if page == new_page:  # it takes a row that is too long for any
                count = max(count, 1)
            if count and _is_ours(page, new_page):
                filed[name] = page + "".join(row.text for row in waiting[:count])
                waiting = waiting[count:]
            number += 1
    return filed


def _count_fitting(page: str, rows: Sequence[Row], limit: int) -> int:
    """Return for how many of the first rows a page has room."""
    size = _size(page)
    formulas = formula_cost(page)
    for count, row in enumerate(rows):
        size += _size(row.text)
        formulas += formula_cost(row.text)
        if size > limit or formulas > _FORMULAS:
            return count
    return len(rows)


def _is_ours(page: str, new_page: str) -> bool:
    """Tell whether a page is as we make it, with nothing below its table."""
    if not page.startswith(new_page) or not page.endswith(line_ending(new_page)):
        return False
    tables = read_page(page).tables
    return bool(tables) and tables[0].end == len(page)
