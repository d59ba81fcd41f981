"""Read the announcement feed and the query API, so that no paper is lost.

The feed holds one announcement; the API fills in what earlier ones had, by the days of submission.
What was read before a source failed counts.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from .atom import Feed
from .client import Client
from .paper import ConfigError, Paper, SourceError, by_age
from .settings import ANNOUNCE_TYPES

__all__ = ["Client", "Reading", "read", "records"]

FEED, API = "the announcement feed", "the query API"
CAP = 2000  # entries of a feed, results of a page
QUERY_CAP = 30_000  # results of a query
STEPS = (14, 28, 56, 91)  # days to go back while runs seem to have been missed
DAY = timedelta(days=1)
EDGE = 3 * DAY  # of a window; from one submission to its announcement it takes one to four
Wanted: TypeAlias = Callable[[Paper], object]
_LINES = Path(__file__).with_name("categories.txt").read_text(encoding="ascii").splitlines()
SUBJECTS = {name: subjects for name, *subjects in map(str.split, _LINES)}  # cs: AI, AR, CC ...
_WORK = r"\b(?:paper|article|manuscript|submission|e-?print|preprint|work|version)"
_WITHDRAWN = re.compile(
    r"(?i)^\W*withdrawn(?=\W*$|[.:]| (?:by|due|because|since|as|for|from arxiv|until)\b)"
    rf"|{_WORK} (?:(?:has|is|was|been|being|now) )*withdrawn\b(?! from (?!arxiv))"
    r"|\bwithdrawn by (?:the |its )?(?:author|arxiv)"
    rf"|\b(?:authors?|I|we) (?:have |has |hereby )?withdr[ae]wn? (?:this|the|our|my) {_WORK}"
)


@dataclass(slots=True)
class Reading:
    """What arXiv gave: each paper once, in the order of rows, and what went wrong on the way.

    It is ``complete`` when no source and no part of a window failed.
    """

    papers: list[Paper] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    complete: bool = True

    def lacks(self, trouble: str) -> None:
        """Note that a part is missing, and why."""
        self.complete = False
        self.warnings.append(trouble)


def read(client: Client, listed: Set[str], wanted: Wanted) -> Reading:
    """Return what was announced, and what the query API has of the days before.

    Raises SourceError when no source could be read, ConfigError for a category arXiv rejects.
    """
    settings, reading, found = client.settings, Reading(), dict[str, list[Paper]]()
    feed, window = settings.feed_url if settings.saved_feed else FEED, settings.window
    sources = {} if settings.since or settings.until else {feed: _announced}
    sources |= {API: partial(_missed, listed=listed, wanted=wanted)} if window else {}
    for name, source in sources.items():
        client.share_patience()
        try:
            found[name] = source(client, reading)
            reading.papers = found[name]  # what was announced, while the API is asked
            client.log(f"{name}: {len(found[name])} papers")
        except (SourceError, OSError) as error:
            if re.search(r"arXiv says: Bad (subject|archive|categor)", str(error)):
                raise ConfigError("categories", str(error)) from error
            reading.lacks(f"{name} could not be read: {error}")
    if not found:
        raise SourceError("; ".join([*reading.warnings, "nothing was written"]))
    announced = dict[str, Paper]()
    for paper in found.get(feed, []):
        announced.setdefault(paper.id, paper)  # one category's new paper is another's cross-list
    missed = {by_age(p.id): p for p in found.get(API, []) if p.id not in announced}
    if announced and not settings.saved_feed:
        reading.warnings.append(_stale(announced.values(), missed, settings.now))
    older, newer = [missed[age] for age in sorted(missed)], [*announced.values()]
    reading.papers = older + newer if settings.order == "append" else newer + older[::-1]
    reading.warnings = list(filter(None, dict.fromkeys(reading.warnings)))
    return reading


def records(client: Client, ids: Sequence[str]) -> Reading:
    """Return arXiv's own records of papers; of a saved feed, the papers in it."""
    reading = Reading()
    client.share_patience()
    try:
        for start in range(0, len(ids), 100):
            some = ",".join(ids[start : start + 100])
            address = f"{client.settings.api_url}?max_results=100&id_list={some}"
            reading.papers += client.read(address).papers
    except (SourceError, OSError) as error:
        reading.lacks(f"{API} gave {len(reading.papers)} records, then {error}")
    return reading


def _counting(feed: Feed, client: Client, reading: Reading) -> Iterator[Paper]:
    """Yield the papers whose announcement counts; an unknown type is told by the category."""
    reading.warnings += feed.unreadable
    names = tuple(f"{name}." for name in client.settings.categories)
    for paper in feed.papers:
        kind = paper.announce_type
        if kind not in ANNOUNCE_TYPES:
            reading.warnings += [f"announce type nobody knows: {kind}"] if kind else []
            kind = "new" if f"{paper.primary}.".startswith(names) else "cross"
        if _is_withdrawn(paper):
            client.log(f"{paper.id} is withdrawn and left out")
        elif kind in client.settings.announce_types:
            yield paper if kind == paper.announce_type else replace(paper, announce_type=kind)


def _is_withdrawn(paper: Paper) -> bool:
    """Tell whether a replacement says, as its abstract or in its comment, that it withdraws."""
    replaced = paper.version > 1 or paper.announce_type.startswith("replace")
    if not replaced or "withdr" not in f"{paper.abstract}{paper.comment}".lower():
        return False
    texts = (" ".join(paper.abstract.split()), *re.split(r"[.,;([]\s*", paper.comment))
    return any(map(_WITHDRAWN.search, texts))


def _announced(client: Client, reading: Reading) -> list[Paper]:
    """Return the announcement, in the order of a feed also where it took several."""
    feeds = _feeds(client, client.settings.categories, reading)
    papers = (paper for feed in feeds for paper in _counting(feed, client, reading))
    return sorted(papers, key=lambda p: (ANNOUNCE_TYPES.index(p.announce_type), by_age(p.id)))


def _feeds(client: Client, names: Sequence[str], reading: Reading) -> Iterator[Feed]:
    """Yield a feed, and where it is at its cap, that of each category or subject in it too."""
    joined = "+".join(names)
    feed = client.read(f"{client.settings.feed_url.rstrip('/')}/{joined}")
    yield feed
    if feed.entries < CAP or client.settings.saved_feed:
        return
    subjects = [f"{joined}.{subject}" for subject in SUBJECTS.get(joined, [])]
    parts = names if len(names) > 1 else subjects
    if not parts:
        full = f"the feed of {joined} holds {CAP} entries, arXiv's most: papers may be missing"
        reading.warnings.append(full)
    for part in parts:
        try:
            yield from _feeds(client, [part], reading)
        except SourceError as error:
            reading.lacks(f"the feed of {part} could not be read: {error}")
            if error.retry:  # the server is in trouble, not this category
                return


def _stale(feed: Collection[Paper], missed: Collection[tuple[str, str]], now: datetime) -> str:
    """Return a warning when the feed is older than the last announcement that was due.

    They are dated Monday to Friday, midnight US Eastern. The last one may have fallen on a holiday,
    unless the query API has papers that are newer than the feed's.
    """
    day, newest = max(paper.date for paper in feed).date(), max(by_age(p.id) for p in feed)
    today = (now - timedelta(hours=5)).date()
    days = [day + n * DAY for n in range(1, (today - day).days + 1)]
    due = sum(each.weekday() < 5 for each in days) - (max(missed, default=newest) <= newest)
    return f"{FEED} is stale: its newest entry is of {day}" if due > 0 else ""


def _missed(client: Client, reading: Reading, listed: Set[str], wanted: Wanted) -> list[Paper]:
    """Return the papers of the settings' window, which grows while runs seem to have been missed.

    They were when the oldest paper that is wanted is not listed, though the list has others, or
    when any of the first days is not: papers of one day are announced on different ones. What was
    announced today tells that only where nothing else does: moderators may have held it.
    """
    settings, found = client.settings, list[Paper]()
    announced = {paper.id for paper in reading.papers}
    since, today = settings.window or (settings.now, settings.now)
    first, last = since, today
    grows = listed and not (settings.since or settings.until)
    steps = [days for days in STEPS if grows and days > settings.lookback_days]

    def gap() -> bool:
        kept = [paper for paper in found if wanted(paper)]
        judged = [paper for paper in kept if paper.id not in announced] or kept
        edge = max(first + EDGE, min((paper.date for paper in judged), default=first))
        return any(paper.id not in listed and paper.date <= edge for paper in judged)

    try:
        while True:
            found.extend(_between(client, first, last, reading))  # up to an error, if there is one
            if not steps or not gap():
                return found
            first, last = today - steps.pop(0) * DAY, first - DAY
    except SourceError as error:
        if not found:
            raise
        reading.lacks(f"{API} gave {len(found)} papers, then {error}; a rerun asks again")
    # the next runs see a gap by the oldest papers of their window alone: those wait for them
    return [p for p in found if p.date > since + EDGE] if grows and gap() else found


def _between(client: Client, first: datetime, last: datetime, reading: Reading) -> Iterator[Paper]:
    """Yield the papers submitted from the first to the last UTC day, asked for month by month.

    What is too large for one query is asked for in halves; a full page is followed by another.
    """
    terms = [f"cat:{name}" for name in client.settings.categories]
    names = " OR ".join(terms + [f"{term}.*" for term in terms if "." not in term])
    page = f"max_results={CAP}&sortBy=submittedDate&sortOrder=ascending"
    while first <= last:
        month, start, feed = (first.replace(day=1) + 32 * DAY).replace(day=1), 0, None
        end = last if last - first < 31 * DAY else month - DAY
        while not feed or feed.entries == CAP or (feed.entries and start < feed.total):
            days = f"{first:%Y-%m-%d} to {end:%Y-%m-%d}"
            words = quote(f"({names}) AND submittedDate:[{first:%Y%m%d}0000 TO {end:%Y%m%d}2359]")
            query = f"search_query={words}&start={start}&{page}"
            try:
                feed = client.read(f"{client.settings.api_url}?{query}", start)
            except SourceError as error:
                raise SourceError(f"{error} ({days})") from error
            if feed.total > QUERY_CAP and first < end:
                end, start, feed = first + (end - first).days // 2 * DAY, 0, None
                continue
            yield from _counting(feed, client, reading)
            start += feed.entries
        if start < feed.total:
            reading.lacks(f"{API} gave {start} of {feed.total} papers ({days}); a rerun asks again")
        client.log(f"{API}, {days}: {start} papers")
        first = end + DAY
