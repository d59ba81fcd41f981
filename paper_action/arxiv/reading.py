"""Read the announcement feed and the query API, so that no paper is lost.

The feed holds one announcement. The query API knows papers by the day they were
submitted, and fills in what earlier announcements had: the list notes how far it has
read, and as arXiv gives a paper its ID when it announces it, a newer ID is news.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date, timedelta
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, Reading, SourceError, by_age, counted
from paper_action.settings import ANNOUNCE_TYPES
from paper_action.taxonomy import both_names

from .atom import Feed
from .client import Client
from .query import DAY, records, submitted
from .withdrawn import is_withdrawn

FEED = "the announcement feed"
API = "the query API"

FEED_CAP = 2000  # entries that arXiv puts into a feed
LONGEST_GAP = timedelta(days=365)  # that is filled in without being asked to
LONGEST_HOLD = timedelta(days=91)  # by moderators, from submission to announcement


class Answer(NamedTuple):
    """What one source gave, and the ``newest`` ID among that.

    It ``is_whole`` if the source was read to its end, or else there is a ``failure``.
    A source that is not asked has neither.
    """

    papers: Sequence[Paper] = ()
    newest: str = ""
    failure: str = ""
    is_whole: bool = False


def read(
    client: Client, listed: Set[str], ids: Sequence[str], cursor: Cursor | None
) -> Reading:
    """Read what was announced, what the API has of the days before, and the records.

    ``listed`` are the IDs that the list has, ``ids`` those whose records are to be had;
    ``cursor`` is how far the list has read. Raises SourceError when no source could be
    read, ConfigError for a category that arXiv does not have.
    """
    settings = client.settings
    asks_feed = not settings.window
    asks_api = not asks_feed or (settings.lookback_days > 0 and not settings.saved_feed)
    # Each source that is asked has its share of the patience, and what others left.
    share = settings.max_wait / (asks_feed + asks_api + bool(ids))
    feed = api = by_id = Answer()
    if asks_feed:
        client.patience += share
        feed = _read_feed(client)
    if asks_api:
        client.patience += share
        api = _read_api(client, listed, cursor, feed)
    if ids:
        client.patience += share
        by_id = _read_records(client, ids)

    return Reading(
        papers=_in_order_of_rows(client, feed, api),
        records={paper.id: paper for paper in by_id.papers},
        entries=len(feed.papers),
        cursor=_how_far(feed, api, settings.today),
        failures=_failures([feed, api, by_id]),
    )


def _failures(answers: Sequence[Answer]) -> list[str]:
    """Return what could not be read; raise SourceError if nothing could."""
    failures = [answer.failure for answer in answers if answer.failure]
    if not any(answer.is_whole or answer.papers for answer in answers):
        raise SourceError("; ".join([*failures, "nothing was written"]))
    return failures


def _in_order_of_rows(client: Client, feed: Answer, api: Answer) -> list[Paper]:
    """Return every paper once: the missed ones by age, then today's by type and age."""
    today = _counting(client, feed.papers)
    earlier = _counting(client, api.papers)
    missed = [paper for paper in earlier.values() if paper.id not in today]
    missed.sort(key=_age)
    rows = sorted(today.values(), key=_age)
    rows.sort(key=lambda paper: ANNOUNCE_TYPES.index(paper.announce_type))
    if client.settings.order == "append":
        return missed + rows
    return rows + missed[::-1]


def _age(paper: Paper) -> tuple[str, str]:
    """Sort key that puts papers first that were announced first."""
    return by_age(paper.id)


def _how_far(feed: Answer, api: Answer, today: date) -> Cursor | None:
    """Return how far both sources were read: as far as the one that is behind."""
    if not feed.newest or not api.newest:
        return None
    cursor = Cursor(id=min(feed.newest, api.newest, key=by_age), day=today)
    return None if cursor.is_ahead_of(today) else cursor


# Which papers count


def _counting(client: Client, papers: Iterable[Paper]) -> dict[str, Paper]:
    """Return the papers that count, by ID; of several announcements the first one."""
    settings = client.settings
    counting: dict[str, Paper] = {}
    for given in papers:
        paper = _typed(given, settings.categories)
        if is_withdrawn(paper):
            client.log(f"{paper.id} is withdrawn and left out")
        elif paper.announce_type in settings.announce_types:
            counting.setdefault(paper.id, paper)
    return counting


def _typed(paper: Paper, categories: Sequence[str]) -> Paper:
    """Return a paper with its type of announcement.

    Where none is told, or one that nobody knows, it is new in its primary category, by
    either name, and in that one's archive, and cross-listed elsewhere.
    """
    if paper.announce_type in ANNOUNCE_TYPES:
        return paper
    kind = "cross"
    primary = paper.categories[0] if paper.categories else ""
    for name in both_names(primary):
        archive = name.partition(".")[0]
        if name in categories or archive in categories:
            kind = "new"
    return paper._replace(announce_type=kind)


# What one source gave


def _gathered(client: Client, name: str, pages: Iterable[Feed]) -> Answer:
    """Ask for a source's pages, to the end or to where it fails."""
    papers: list[Paper] = []
    unreadable: list[str] = []
    failure = ""
    try:
        for page in pages:
            papers += page.papers
            unreadable += page.unreadable
    except (SourceError, OSError) as error:
        failure = f"{name} could not be read: {error}"
    if unreadable:
        count = f"{len(unreadable)} of {len(papers) + len(unreadable)}"
        trouble = f"{name}: {count} entries cannot be read, such as {unreadable[0]}"
        if papers:
            client.warn([trouble])
        else:
            failure = trouble
    ids = {paper.id for paper in papers}
    if not failure:
        client.log(f"{name}: {counted(len(ids), 'paper')}")
    newest = max(ids, key=by_age, default="")
    return Answer(papers, newest, failure, is_whole=not failure)


def _read_feed(client: Client) -> Answer:
    """Return what was announced today, or is in the saved feed."""
    settings = client.settings
    name = settings.feed_url if settings.saved_feed else FEED
    answer = _gathered(client, name, _feed_pages(client))
    if len(answer.papers) >= FEED_CAP:
        full = f"{FEED} is full, {FEED_CAP} entries: papers may be missing in it"
        client.warn([full])
    kinds = {paper.announce_type for paper in answer.papers}
    unknown = ", ".join(sorted(kinds.difference(ANNOUNCE_TYPES, [""])))
    if unknown:
        client.warn([f"announce type nobody knows: {unknown[:100]}"])
    return answer


def _feed_pages(client: Client) -> Iterator[Feed]:
    """Yield the feed, the only page there is."""
    settings = client.settings
    address = settings.feed_url
    if not settings.saved_feed:
        address = f"{address.rstrip('/')}/{'+'.join(settings.categories)}"
    yield client.read(address)


def _read_api(
    client: Client, listed: Set[str], cursor: Cursor | None, feed: Answer
) -> Answer:
    """Return what was submitted on the chosen days, or else what runs may have missed.

    Where one was missed, so was what moderators had held: that was submitted earlier.
    What was not read to its end waits for the next run, but for chosen days.
    """
    settings = client.settings
    today = settings.today
    if settings.window:
        return _read_window(client, *settings.window)
    lookback = settings.lookback_days * DAY
    first = today - lookback
    if cursor:
        first = max(cursor.day - lookback, today - LONGEST_GAP)
    answer = _read_days(client, first, today, cursor)
    if cursor and answer.is_whole and _was_missed(client, listed, cursor, feed, answer):
        held = _read_days(client, first - LONGEST_HOLD, first - DAY, cursor)
        papers = [*held.papers, *answer.papers]
        answer = answer._replace(papers=papers, failure=held.failure)
    if answer.failure:
        waits = f"{answer.failure}; the next run asks again for all of it"
        return Answer(failure=waits)
    return answer


def _read_window(client: Client, first: date, last: date) -> Answer:
    """Return what was submitted on chosen days; a failure tells where to go on."""
    answer = _read_days(client, first, min(last, client.settings.today), cursor=None)
    if not answer.failure or not answer.papers:
        return answer
    day = max(paper.date for paper in answer.papers).date()
    missing = f"papers submitted from {day} on are missing: run again with since {day}"
    return answer._replace(failure=f"{answer.failure}; {missing}")


def _read_days(
    client: Client, first: date, last: date, cursor: Cursor | None
) -> Answer:
    """Return what was submitted from the first to the last UTC day.

    With a note, only what was announced after it is news.
    """
    answer = _gathered(client, API, submitted(client, first, last))
    if not cursor:
        return answer
    news = [paper for paper in answer.papers if cursor.precedes(paper.id)]
    return answer._replace(papers=news)


def _was_missed(
    client: Client, listed: Set[str], cursor: Cursor, feed: Answer, news: Answer
) -> bool:
    """Tell whether a run since the note was missed, or the feed is behind, and warn.

    The feed then lacks wanted news. One that could not be read may lack some.
    """
    if not feed.is_whole:
        return True
    known = listed | {paper.id for paper in feed.papers}
    lacking = [paper for paper in news.papers if paper.id not in known]
    counting = _counting(client, lacking)
    if not any(map(client.settings.match, counting.values())):
        return False
    if len(feed.papers) < FEED_CAP:  # a full one has a warning of its own
        why = f"a run since {cursor.day} was missed, or the feed is behind"
        client.warn([f"{API} has papers that {FEED} of today lacks: {why}"])
    return True


def _read_records(client: Client, ids: Sequence[str]) -> Answer:
    """Return arXiv's own records; a saved feed is the only source, also for these."""
    pages = records(client, ids)
    if client.settings.saved_feed:
        pages = _feed_pages(client)
    return _gathered(client, f"{API}, by ID", pages)
