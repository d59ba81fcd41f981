"""Read the announcement feed and the query API, so that no paper is lost.

The feed holds one announcement. The query API knows papers by the day they were
submitted, and fills in what earlier announcements had: the list notes how far it has
read, and as arXiv gives a paper its ID when it announces it, a newer ID is news.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, SourceError, by_age
from paper_action.settings import ANNOUNCE_TYPES, Settings
from paper_action.taxonomy import both_names

from .atom import Feed, parse
from .client import Client as Client
from .query import DAY, records, submitted
from .withdrawn import is_withdrawn

FEED = "the announcement feed"
API = "the query API"
RECORDS = "the query API, by ID"

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

    @property
    def asks_feed(self) -> bool:
        """Whether an announcement is read, today's or a saved one."""
        return self.settings.window is None

    @property
    def asks_api(self) -> bool:
        """Whether days of submission are asked for."""
        if self.settings.saved_feed:
            return False
        return bool(self.settings.window or self.settings.lookback_days)

    @property
    def share(self) -> float:
        """The seconds of ``max-wait`` that each source has for itself."""
        sources = [self.asks_feed, self.asks_api, bool(self.ids)]
        return self.settings.max_wait / sources.count(True)


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
    """What one source gave; one that was not asked has no ``name``.

    ``papers`` are those that count, ``ids`` all that it gave. A ``failure`` tells why
    the source was not read to its end.
    """

    name: str = ""
    papers: Sequence[Paper] = ()
    ids: Set[str] = frozenset()
    entries: int = 0
    warnings: Sequence[str] = ()
    failure: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the source was asked, and read to its end."""
        return bool(self.name) and not self.failure


def read(client: Client, request: Request) -> Reading:
    """Read what was announced, what the API has of the days before, and the records.

    Raises SourceError when no source could be read, ConfigError for a category that
    arXiv does not have.
    """
    feed = api = by_id = Answer()
    if request.asks_feed:
        feed = _read_feed(client, request)
    if request.asks_api:
        api = _read_api(client, request, feed)
    if request.ids:
        by_id = _read_records(client, request)
    answers = (feed, api, by_id)
    failures = [answer.failure for answer in answers if answer.failure]
    if not any(answer.is_whole or answer.papers for answer in answers):
        raise SourceError("; ".join([*failures, "nothing was written"]))
    return Reading(
        papers=_in_order_of_rows(feed.papers, api.papers, request.settings.order),
        records=_by_id(by_id.papers),
        entries=feed.entries,
        cursor=_how_far(feed, api, request.settings.today),
        warnings=[*feed.warnings, *api.warnings, *by_id.warnings],
        failures=failures,
    )


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
    missed = [paper for paper in _by_id(found).values() if paper.id not in today]
    missed.sort(key=lambda paper: by_age(paper.id))
    rows = sorted(today.values(), key=_announcement_order)
    if order == "append":
        return missed + rows
    return rows + missed[::-1]


def _announcement_order(paper: Paper) -> tuple[object, ...]:
    return ANNOUNCE_TYPES.index(paper.announce_type), by_age(paper.id)


def _how_far(feed: Answer, api: Answer, today: date) -> Cursor | None:
    """Return how far both sources were read: as far as the one that is behind."""
    if not (feed.is_whole and api.is_whole and feed.ids and api.ids):
        return None
    newest = [max(answer.ids, key=by_age) for answer in (feed, api)]
    return Cursor(id=min(newest, key=by_age), day=today)


# What one source gave


def _gathered(client: Client, name: str, pages: Iterator[Feed], then: str) -> Answer:
    """Read a source's pages, to the end or to where it fails; what comes ``then``?"""
    papers: list[Paper] = []
    unreadable: list[str] = []
    entries = 0
    failure = ""
    try:
        for page in pages:
            papers += page.papers
            unreadable += page.unreadable
            entries += page.entries
        client.log(f"{name}: {len(papers)} papers")
    except (SourceError, OSError) as error:
        failure = f"{name} could not be read: {error}"
        if papers:
            failure = f"{name} gave {len(papers)} papers, then {error}; {then}"
    warnings = []
    if unreadable:
        count = f"{len(unreadable)} of {entries} entries cannot be read"
        warnings = [f"{name}: {count}, such as {unreadable[0]}"]
    if warnings and not papers:
        return Answer(name=name, entries=entries, failure=warnings[0])
    ids = {paper.id for paper in papers}
    return Answer(name, papers, ids, entries, warnings, failure)


def _counted(client: Client, answer: Answer) -> Answer:
    """Return an answer with those papers only whose announcement counts.

    Where no type is told, or one that nobody knows, the category tells it.
    """
    papers = []
    for paper in answer.papers:
        kind = paper.announce_type
        if kind not in ANNOUNCE_TYPES:
            is_new = _is_at_home(paper, client.settings.categories)
            kind = "new" if is_new else "cross"
        if is_withdrawn(paper):
            client.log(f"{paper.id} is withdrawn and left out")
        elif kind in client.settings.announce_types:
            papers.append(paper._replace(announce_type=kind))
    return answer._replace(papers=papers)


def _is_at_home(paper: Paper, categories: Sequence[str]) -> bool:
    """Tell whether the primary category is one of the categories, or in an archive."""
    primary = paper.categories[0] if paper.categories else ""
    homes = tuple(f"{category}." for category in categories)
    return any(f"{name}.".startswith(homes) for name in both_names(primary))


# The announcement feed


def _read_feed(client: Client, request: Request) -> Answer:
    """Return what was announced today, or is in the saved feed."""
    client.patience.grow(request.share)
    name = FEED
    if request.settings.saved_feed:
        name = request.settings.feed_url
    answer = _gathered(client, name, _feed_pages(client), "")
    warnings = [*answer.warnings]
    if _is_full(answer):
        warnings.append(f"{FEED} is full, {FEED_CAP} entries: papers may be missing in it")
    kinds = dict.fromkeys(paper.announce_type for paper in answer.papers)
    unknown = [kind for kind in kinds if kind and kind not in ANNOUNCE_TYPES]
    if unknown:
        warnings.append(f"announce type nobody knows: {', '.join(unknown)[:100]}")
    return _counted(client, answer._replace(warnings=warnings))


def _is_full(feed: Answer) -> bool:
    """Tell whether arXiv has cut off a feed, its new papers first."""
    return feed.name == FEED and feed.entries >= FEED_CAP


def _feed_pages(client: Client) -> Iterator[Feed]:
    """Yield the feed, the only page there is."""
    settings = client.settings
    if settings.saved_feed:
        yield parse(Path(settings.feed_url).read_bytes())
    else:
        categories = "+".join(settings.categories)
        yield client.read(f"{settings.feed_url.rstrip('/')}/{categories}")


# The query API, by day


def _read_api(client: Client, request: Request, feed: Answer) -> Answer:
    """Return what was submitted on the chosen days, or else what runs have missed."""
    client.patience.grow(request.share)
    settings = request.settings
    if settings.window:
        first, last = settings.window
        return _read_days(client, first, last, "a rerun asks again")
    if request.cursor:
        answer = _read_since(request.cursor, client, request, feed)
    else:
        first = settings.today - settings.lookback_days * DAY
        answer = _read_days(client, first, settings.today)
    if answer.failure:  # what was read so far waits for the run that reads it all
        answer = answer._replace(papers=())
    return answer


def _read_days(
    client: Client, first: date, last: date, then: str = "they wait for the next run"
) -> Answer:
    """Return what was submitted from the first to the last UTC day, if it counts."""
    pages = submitted(client, first, min(last, client.settings.today))
    answer = _gathered(client, API, pages, then)
    # The API's ranges take in the first second of the next day.
    papers = [p for p in answer.papers if p.date.astimezone(UTC).date() <= last]
    return _counted(client, answer._replace(papers=papers))


def _read_since(cursor: Cursor, client: Client, request: Request, feed: Answer) -> Answer:
    """Return what was announced since the list's note.

    Where the feed lacks a wanted one of those, a run was missed, or the feed is behind.
    What moderators had held was then missed as well, so it is asked for further back;
    so it is where the feed could not be read at all.
    """
    today = request.settings.today
    first = cursor.day - request.settings.lookback_days * DAY
    first = max(first, today - LONGEST_GAP)
    answer = _newer(_read_days(client, first, today), cursor)
    has_news = _has_news(answer, request, feed)
    if answer.failure or (feed.is_whole and not has_news):
        return answer
    warnings = [*answer.warnings]
    if feed.is_whole and not _is_full(feed):
        lacks = f"{API} has papers that {FEED} of today lacks"
        why = f"a run since {cursor.day} was missed, or the feed is behind"
        warnings.append(f"{lacks}: {why}")
    held = _newer(_read_days(client, first - LONGEST_HOLD, first - DAY), cursor)
    return answer._replace(
        papers=[*held.papers, *answer.papers],
        warnings=[*warnings, *held.warnings],
        failure=held.failure,
    )


def _newer(answer: Answer, cursor: Cursor) -> Answer:
    """Return an answer with those papers only that were announced after the note."""
    papers = [paper for paper in answer.papers if cursor.precedes(paper.id)]
    return answer._replace(papers=papers)


def _has_news(answer: Answer, request: Request, feed: Answer) -> bool:
    """Tell whether a paper is wanted that neither the list nor today's feed has."""
    for paper in answer.papers:
        is_known = paper.id in request.listed or paper.id in feed.ids
        if not is_known and request.settings.match(paper):
            return True
    return False


# The query API, by ID


def _read_records(client: Client, request: Request) -> Answer:
    """Return arXiv's own records; a saved feed is the only source, also for these."""
    client.patience.grow(request.share)
    if request.settings.saved_feed:
        return _gathered(client, request.settings.feed_url, _feed_pages(client), "")
    pages = records(client, request.ids)
    return _gathered(client, RECORDS, pages, "a rerun asks again")
