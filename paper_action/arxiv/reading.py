"""Read the announcement feed and the query API, so that no paper is lost.

The feed holds one announcement; the API fills in what earlier ones had, by the days of submission.
A source yields its papers one by one, so that those it gave before it failed count.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from paper_action.paper import ConfigError, Cursor, Paper, SourceError, by_age
from paper_action.settings import ANNOUNCE_TYPES, Settings

from .atom import Feed
from .client import Client as Client

FEED, API, RECORDS = "the announcement feed", "the query API", "the query API, by ID"
CAP = 2000  # entries of a feed, results of a page
QUERY_CAP = 30_000  # results of a query
STEPS = (14, 28, 56, 91)  # days to go back while runs seem to have been missed
DAY = timedelta(days=1)
EDGE = 3 * DAY  # of a window; from one submission to its announcement it takes one to four
_CATEGORIES = Path(__file__).with_name("categories.txt")  # an archive a line
# A line: a pattern. Drugs are withdrawn, too, and papers from conferences.
_WITHDRAWN = Path(__file__).with_name("withdrawn.txt")

Papers = dict[str, Paper]  # by ID
Wanted = Callable[[Paper], object]


class Request(NamedTuple):
    """What is asked of arXiv.

    ``listed`` are the IDs that the list has, ``ids`` those whose records are to be had; ``cursor``
    is how far the list has read.
    """

    settings: Settings
    listed: Set[str]
    ids: Sequence[str] = ()
    cursor: Cursor | None = None


class Reading(NamedTuple):
    """What arXiv gave, and what went wrong on the way.

    ``papers`` has every announced or missed paper once, in the order of rows, ``records`` those
    that were asked for by ID. ``entries`` counts what the feed had, readable or not. ``cursor`` is
    how far both sources were read, None where that is not known. ``failures`` tell what is missing.
    """

    papers: Sequence[Paper]
    records: Mapping[str, Paper]
    entries: int
    cursor: Cursor | None
    warnings: Sequence[str]
    failures: Sequence[str]


def read(client: Client, request: Request) -> Reading:
    """Read what was announced, what the API has of the days before, and the records.

    Raises SourceError when no source could be read, ConfigError for a category arXiv rejects.
    """
    settings = request.settings
    done = _read(_Reading(client, request.listed, settings.match, [*request.ids]))
    found = done.announced
    return Reading(done.papers, done.records, len(found), None, done.warnings, done.failures)


class _Reading:
    """What arXiv is asked for, what it gave, and what went wrong on the way.

    ``listed`` are the IDs the list has, ``wanted`` tells whether a paper belongs into it, ``ids``
    are those whose ``records`` are to be had. ``papers`` has every announced or missed paper once,
    in the order of rows. ``failures`` tell what is missing, and why.
    """

    def __init__(self, client: Client, listed: Set[str], wanted: Wanted, ids: list[str]) -> None:
        self.client, self.settings, self.listed = client, client.settings, listed
        self.wanted, self.ids = wanted, ids
        self.announced, self.missed, self.records = Papers(), Papers(), Papers()
        self.papers, self.warnings, self.failures = list[Paper](), list[str](), list[str]()


def _read(reading: _Reading) -> _Reading:
    """Read what was announced, what the API has of the days before, and the records.

    Raises SourceError when no source could be read, ConfigError for a category arXiv rejects.
    """
    client, settings = reading.client, reading.settings
    feed, names = settings.feed_url if settings.saved_feed else FEED, "+".join(settings.categories)
    window, is_chosen = _days(settings), settings.window
    sources = [] if is_chosen else [(feed, reading.announced, _announced(reading, names))]
    sources += [(API, reading.missed, _missed(reading, *window))] if window else []
    sources += [(RECORDS, reading.records, _records(reading))] if reading.ids else []
    for name, found, papers in sources:
        client.share_patience(len(sources))
        try:
            for paper in papers:
                found.setdefault(paper.id, paper)  # one category's new paper, another's cross-list
            client.log(f"{name}: {len(found)} papers")
        except (SourceError, OSError) as error:
            if re.search("arXiv says: Bad (subject|archive|categor)", str(error)):
                raise ConfigError("categories", str(error)) from error
            gave = f"gave {len(found)} papers, then {error}; a rerun asks again"
            reading.failures.append(f"{name} {gave if found else f'could not be read: {error}'}")
    if len(reading.failures) == len(sources) and not any(found for _, found, _ in sources):
        raise SourceError("; ".join([*reading.failures, "nothing was written"]))
    both = sorted((reading.missed | reading.announced).values(), key=lambda each: by_age(each.id))
    older = [paper for paper in both if paper.id not in reading.announced]
    newer = [paper for paper in both if paper.id in reading.announced]
    newer.sort(key=lambda paper: ANNOUNCE_TYPES.index(paper.announce_type))
    if newer and not settings.saved_feed:
        reading.warnings += _stale(newer, both[-1], settings.now)
    reading.papers = older + newer if settings.order == "append" else newer + older[::-1]
    return reading


def _days(settings: Settings) -> tuple[datetime, datetime] | None:
    """Return the first moments of the first and the last day to ask the query API for."""
    back = settings.today - timedelta(days=settings.lookback_days)
    if settings.saved_feed or not (settings.window or settings.lookback_days):
        return None
    first, last = settings.window or (back, settings.today)
    return _midnight(first), _midnight(last)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _stale(newer: Sequence[Paper], youngest: Paper, now: datetime) -> list[str]:
    """Return a warning when the feed is older than the last announcement that was due.

    They are dated Monday to Friday, midnight US Eastern. The last one may have fallen on a holiday,
    unless the query API has papers that are newer than the feed's.
    """
    day = max(paper.date for paper in newer).date()
    days = ((now - timedelta(hours=5)).date() - day).days
    due = sum((day + n * DAY).weekday() < 5 for n in range(1, days + 1))
    is_late = due > (youngest in newer)
    return [f"{FEED} is stale: its newest entry is of {day}"] if is_late else []


def _counting(feed: Feed, reading: _Reading) -> Iterator[Paper]:
    """Yield the papers whose announcement counts; an unknown type is told by the category."""
    reading.warnings += feed.unreadable
    names = tuple(f"{name}." for name in reading.settings.categories)
    for paper in feed.papers:
        kind = paper.announce_type
        if kind not in ANNOUNCE_TYPES:
            reading.warnings += [f"announce type nobody knows: {kind}"] if kind else []
            kind = "new" if ".".join([*paper.categories, ""]).startswith(names) else "cross"
        if _is_withdrawn(paper):
            reading.client.log(f"{paper.id} is withdrawn and left out")
        elif kind in reading.settings.announce_types:
            yield paper if kind == paper.announce_type else paper._replace(announce_type=kind)


def _is_withdrawn(paper: Paper) -> bool:
    """Tell whether a replacement says, as its abstract or in its comment, that it withdraws."""
    replaced = paper.version > 1 or paper.announce_type.startswith("replace")
    if not replaced or "withdr" not in f"{paper.abstract}{paper.comment}".lower():
        return False
    texts = " ".join(paper.abstract.split()) + "\n" + re.sub(r"[.,;([]\s*", "\n", paper.comment)
    return any(re.search(pattern, texts) for pattern in _WITHDRAWN.read_text("ascii").splitlines())


def _announced(reading: _Reading, names: str) -> Iterator[Paper]:
    """Yield the papers of a feed, and where it is at its cap, of each category or subject in it."""
    feed = reading.client.read(f"{reading.settings.feed_url.rstrip('/')}/{names}")
    yield from _counting(feed, reading)
    if feed.entries < CAP or reading.settings.saved_feed:
        return
    subjects = re.findall(rf"\b{re.escape(names)}\.\S+", _CATEGORIES.read_text("ascii"))
    parts = subjects or [name for name in names.split("+") if name != names]
    if not parts:
        reading.warnings += [f"the feed of {names} is full, {CAP} entries: papers may be missing"]
    for name in parts:
        try:
            yield from _announced(reading, name)
        except SourceError as error:
            reading.failures.append(f"the feed of {name} could not be read: {error}")
            if error.retry:  # the server is in trouble, not this category
                return


def _missed(reading: _Reading, since: datetime, today: datetime) -> Iterator[Paper]:
    """Yield the papers of the settings' window, which grows while runs seem to have been missed.

    They were when the oldest paper that is wanted is not listed, though the list has others, or
    when any of the first days is not: papers of one day are announced on different ones. What was
    announced today tells that only where nothing else does: moderators may have held it.
    """
    settings, found = reading.settings, list[Paper]()
    grows = reading.listed and not (settings.since or settings.until)
    starts = [since, *(today - n * DAY for n in STEPS if grows and n > settings.lookback_days)]

    def gap() -> bool:
        kept = [paper for paper in found if reading.wanted(paper)]
        judged = [paper for paper in kept if paper.id not in reading.announced] or kept
        edge = max(first + EDGE, min((paper.date for paper in judged), default=first))
        return any(paper.id not in reading.listed and paper.date <= edge for paper in judged)

    try:
        for first, last in zip(starts, [today, *(start - DAY for start in starts)], strict=False):
            found.extend(_between(reading, first, last))
            if not gap():
                break
    except SourceError:
        # the next run sees a gap by the oldest papers of its window alone: those wait for it
        waits = grows and gap()
        yield from (paper for paper in found if not waits or paper.date > since + EDGE)
        raise
    yield from found


def _between(reading: _Reading, first: datetime, last: datetime) -> Iterator[Paper]:
    """Yield the papers submitted from the first to the last UTC day, asked for by the month.

    What is too large for one query is asked for in halves; a full page is followed by another.
    """
    client = reading.client
    terms = [f"cat:{name}" for name in client.settings.categories]
    names = " OR ".join(terms + [f"{term}.*" for term in terms if "." not in term])
    page = f"max_results={CAP}&sortBy=submittedDate&sortOrder=ascending"
    while first <= last:
        month_end = (first.replace(day=1) + 31 * DAY).replace(day=1) - DAY
        end, start, feed = last if last - first < 31 * DAY else month_end, 0, None
        while not feed or feed.entries == CAP or (feed.entries and start < feed.total):
            days = f"{first:%Y-%m-%d} to {end:%Y-%m-%d}"
            words = quote(f"({names}) AND submittedDate:[{first:%Y%m%d}0000 TO {end:%Y%m%d}2359]")
            query = f"search_query={words}&start={start}&{page}"
            feed = client.read(f"{client.settings.api_url}?{query}", start, f" ({days})")
            if feed.total > QUERY_CAP and first < end:
                end, start, feed = first + (end - first).days // 2 * DAY, 0, None
                continue
            yield from _counting(feed, reading)
            start += feed.entries
        if start < feed.total:
            left = f"{API} gave {start} of {feed.total} papers ({days}); a rerun asks again"
            reading.failures.append(left)
        client.log(f"{API}, {days}: {start} papers")
        first = end + DAY


def _records(reading: _Reading) -> Iterator[Paper]:
    """Yield arXiv's own records of papers."""
    for start in range(0, len(reading.ids), 100):
        query = f"max_results=100&id_list={','.join(reading.ids[start : start + 100])}"
        yield from reading.client.read(f"{reading.client.settings.api_url}?{query}").papers
