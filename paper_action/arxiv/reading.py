"""Read the announcement feed and the query API, so that no paper is lost.

The feed holds one announcement. The query API knows papers by the day they were
submitted, and fills in what earlier announcements had: the list notes how far it has
read, and as arXiv gives a paper its ID when it announces it, a newer ID is news.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, SourceError, by_age, counted
from paper_action.settings import ANNOUNCE_TYPES, Settings
from paper_action.taxonomy import both_names

from .atom import Feed, parse
from .client import Client as Client
from .query import DAY, records, submitted
from .withdrawn import is_withdrawn

FEED = "the announcement feed"
API = "the query API"

FEED_CAP = 2000  # entries that arXiv puts into a feed
LONGEST_GAP = timedelta(days=365)  # that is filled in without being asked to
LONGEST_HOLD = timedelta(days=91)  # by moderators, from submission to announcement


class Request(NamedTuple):
    """What is asked of arXiv.

    ``listed`` are the IDs that the list has, ``ids`` those whose records are to be had;
    ``cursor`` is how far the list has read.
    """

    settings: Settings
    listed: Set[str]
    ids: Sequence[str] = ()
    cursor: Cursor | None = None


class Reading(NamedTuple):
    """What arXiv gave, and what went wrong on the way.

    ``papers`` has every announced or missed paper once, in the order of rows,
    ``records`` those that were asked for by ID. ``entries`` counts what the feed had,
    readable or not. ``cursor`` is how far both sources were read, None where that is
    not known. ``failures`` tell what is missing.
    """

    papers: Sequence[Paper]
    records: Mapping[str, Paper]
    entries: int
    cursor: Cursor | None
    warnings: Sequence[str]
    failures: Sequence[str]


class Answer(NamedTuple):
    """What one source gave; one that was not asked gave nothing.

    ``papers`` are those that count, ``ids`` all that it gave. A source that was read to
    its end ``is_whole``, of one that was not a ``failure`` tells why.
    """

    papers: Sequence[Paper] = ()
    ids: Set[str] = frozenset()
    entries: int = 0
    warnings: Sequence[str] = ()
    failure: str = ""
    is_whole: bool = False


def read(client: Client, request: Request) -> Reading:
    """Read what was announced, what the API has of the days before, and the records.

    Raises SourceError when no source could be read, ConfigError for a category that
    arXiv does not have.
    """
    settings = request.settings
    asks_feed = not settings.window
    asks_api = settings.window or (settings.lookback_days and not settings.saved_feed)
    sources = [asks_feed, asks_api, request.ids]
    share = settings.max_wait / sum(map(bool, sources))
    feed = api = by_id = Answer()
    if asks_feed:
        client.patience.left += share
        feed = _read_feed(client)
    if asks_api:
        client.patience.left += share
        api = _read_api(client, request, feed)
    if request.ids:
        client.patience.left += share
        by_id = _read_records(client, request.ids)
    return Reading(
        papers=_in_order_of_rows(feed.papers, api.papers, settings.order),
        records=_by_id(by_id.papers),
        entries=feed.entries,
        cursor=_how_far(feed, api, settings.today),
        warnings=[*feed.warnings, *api.warnings, *by_id.warnings],
        failures=_failures([feed, api, by_id]),
    )


def _failures(answers: Sequence[Answer]) -> list[str]:
    """Return what is missing, and why; SourceError where nothing could be read."""
    failures = [answer.failure for answer in answers if answer.failure]
    if not any(answer.is_whole or answer.papers for answer in answers):
        raise SourceError("; ".join([*failures, "nothing was written"]))
    return failures


def _by_id(papers: Iterable[Paper]) -> dict[str, Paper]:
    """Return papers by their ID: of several announcements the first one counts."""
    found: dict[str, Paper] = {}
    for paper in papers:
        found.setdefault(paper.id, paper)
    return found


def _in_order_of_rows(
    announced: Iterable[Paper], found: Iterable[Paper], order: str
) -> list[Paper]:
    """Return every paper once: the missed ones by age, then today's by type and age."""
    today = _by_id(announced)
    both = _by_id(found) | today
    papers = sorted(both.values(), key=lambda paper: by_age(paper.id))
    missed = [paper for paper in papers if paper.id not in today]
    rows = [paper for paper in papers if paper.id in today]
    rows.sort(key=lambda paper: ANNOUNCE_TYPES.index(paper.announce_type))
    if order == "append":
        return missed + rows
    return rows + missed[::-1]


def _how_far(feed: Answer, api: Answer, today: date) -> Cursor | None:
    """Return how far both sources were read: as far as the one that is behind."""
    if not (feed.is_whole and api.is_whole and feed.ids and api.ids):
        return None
    newest = [max(answer.ids, key=by_age) for answer in (feed, api)]
    return Cursor(id=min(newest, key=by_age), day=today)


# What one source gave


def _gathered(client: Client, name: str, pages: Iterator[Feed]) -> Answer:
    """Read a source's pages, to the end or to where it fails."""
    papers: list[Paper] = []
    unreadable: list[str] = []
    entries = 0
    failure = ""
    try:
        for page in pages:
            papers += page.papers
            unreadable += page.unreadable
            entries += page.entries
    except (SourceError, OSError) as error:
        part = " to its end" if papers else ""
        failure = f"{name} could not be read{part}: {error}"
    ids = {paper.id for paper in papers}
    warnings = []
    if unreadable:
        count = f"{len(unreadable)} of {entries} entries cannot be read"
        warnings = [f"{name}: {count}, such as {unreadable[0]}"]
    if warnings and not papers:
        failure = warnings.pop()
    if not failure:
        client.log(f"{name}: {counted(len(ids), 'paper')}")
    return Answer(papers, ids, entries, warnings, failure, is_whole=not failure)


def _counted(client: Client, answer: Answer) -> Answer:
    """Return an answer with those papers only whose announcement counts.

    Where no type is told, or one that nobody knows, the category tells it.
    """
    settings = client.settings
    papers = []
    for paper in answer.papers:
        kind = paper.announce_type
        if kind not in ANNOUNCE_TYPES:
            kind = "new" if _is_at_home(paper, settings.categories) else "cross"
        if is_withdrawn(paper):
            client.log(f"{paper.id} is withdrawn and left out")
        elif kind in settings.announce_types:
            papers.append(paper._replace(announce_type=kind))
    return answer._replace(papers=papers)


def _is_at_home(paper: Paper, categories: Sequence[str]) -> bool:
    """Tell whether the primary category is one of the categories, or in an archive."""
    homes = tuple(f"{category}." for category in categories)
    names = both_names("".join(paper.categories[:1]))
    return any(f"{name}.".startswith(homes) for name in names)


# The announcement feed


def _read_feed(client: Client) -> Answer:
    """Return what was announced today, or is in the saved feed."""
    settings = client.settings
    name = settings.feed_url if settings.saved_feed else FEED
    answer = _gathered(client, name, _feed_pages(client))
    warnings = [*answer.warnings]
    if answer.entries >= FEED_CAP:
        warnings.append(
            f"{FEED} is full, {FEED_CAP} entries: papers may be missing in it"
        )
    kinds = {paper.announce_type for paper in answer.papers}
    unknown = kinds.difference(["", *ANNOUNCE_TYPES])
    if unknown:
        warnings.append(
            f"announce type nobody knows: {', '.join(sorted(unknown))[:100]}"
        )
    return _counted(client, answer._replace(warnings=warnings))


def _feed_pages(client: Client) -> Iterator[Feed]:
    """Yield the feed, the only page there is."""
    settings = client.settings
    if settings.saved_feed:
        yield parse(Path(settings.feed_url).read_bytes())
    else:
        categories = "+".join(settings.categories)
        yield client.read(f"{settings.feed_url.rstrip('/')}/{categories}")


# The query API


def _read_api(client: Client, request: Request, feed: Answer) -> Answer:
    """Return what was submitted on the chosen days, or else what runs have missed."""
    window = request.settings.window
    if window:
        return _with_hole(_read_days(client, *window))
    answer = _read_missed(client, request, feed)
    if answer.failure:
        waits = f"{answer.failure}; the next run asks again for all of it"
        answer = answer._replace(papers=(), failure=waits)
    return answer


def _read_days(client: Client, first: date, last: date) -> Answer:
    """Return what was submitted from the first to the last UTC day, if it counts."""
    pages = submitted(client, first, min(last, client.settings.today))
    return _counted(client, _gathered(client, API, pages))


def _with_hole(answer: Answer) -> Answer:
    """Return an answer whose failure tells from which day on papers are missing."""
    if not answer.failure or not answer.papers:
        return answer
    day = max(paper.date for paper in answer.papers).date()
    missing = f"papers submitted from {day} on are missing: run again with since {day}"
    return answer._replace(failure=f"{answer.failure}; {missing}")


def _read_missed(client: Client, request: Request, feed: Answer) -> Answer:
    """Return what was announced since the list's note, or submitted in the last days.

    Where the feed lacks a wanted one of those, a run was missed, or the feed is behind.
    What moderators had held was then missed as well, so it is asked for further back;
    so it is where the feed could not be read at all.
    """
    settings = request.settings
    cursor = request.cursor
    lookback = settings.lookback_days * DAY
    if not cursor:
        return _read_days(client, settings.today - lookback, settings.today)
    first = max(cursor.day - lookback, settings.today - LONGEST_GAP)
    answer = _newer(_read_days(client, first, settings.today), cursor)
    known = request.listed | feed.ids
    has_news = any(settings.match(one) for one in answer.papers if one.id not in known)
    if answer.failure or (feed.is_whole and not has_news):
        return answer
    warnings = [*answer.warnings]
    if feed.is_whole and feed.entries < FEED_CAP:
        why = f"a run since {cursor.day} was missed, or the feed is behind"
        warnings.append(f"{API} has papers that {FEED} of today lacks: {why}")
    held = _newer(_read_days(client, first - LONGEST_HOLD, first - DAY), cursor)
    return answer._replace(
        papers=[*held.papers, *answer.papers],
        warnings=[*warnings, *held.warnings],
        failure=held.failure,
        is_whole=held.is_whole,
    )


def _newer(answer: Answer, cursor: Cursor) -> Answer:
    """Return an answer with those papers only that were announced after the note."""
    papers = [paper for paper in answer.papers if cursor.precedes(paper.id)]
    return answer._replace(papers=papers)


def _read_records(client: Client, ids: Sequence[str]) -> Answer:
    """Return arXiv's own records; a saved feed is the only source, also for these."""
    pages = _feed_pages(client)
    if not client.settings.saved_feed:
        pages = records(client, ids)
    return _gathered(client, f"{API}, by ID", pages)
