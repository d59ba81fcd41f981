"""Read the announcement feed and the query API, with arXiv's manners.

One request at a time, ``delay`` seconds apart, and a User-Agent that names the software
(https://info.arxiv.org/help/api/tou.html); what fails for a while is asked again within
``max-wait`` seconds in all.
"""

import os
import random
import re
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from . import __version__
from .atom import Feed, SourceError, parse
from .paper import ConfigError, Paper, by_age
from .report import Report
from .settings import ANNOUNCE_TYPES, Settings

MAX_BYTES = 64 * 2**20
FEED_CAP = 2000
PAGE = 2000
QUERY_CAP = 30_000
OVERLAP = 10
_SLOW = 1024  # bytes that must arrive in any ``timeout`` seconds, or the server is stalling


def papers(settings: Settings, report: Report) -> tuple[list[Paper], list[Paper]]:
    """Return the announced papers and those the query API has for its window.

    Raises SourceError when no source could be read, ConfigError for a category arXiv rejects.
    """
    if settings.saved_feed:
        return _saved(settings, report), []
    client, found = Client(settings, report), dict[str, list[Paper]]()
    feed, api = "the announcement feed", "the query API"
    readers = {} if settings.since or settings.until else {feed: _announced}
    readers |= {api: _submitted} if settings.window else {}
    for name, read in readers.items():
        try:
            found[name] = read(client)
            report.count(name, len({paper.id for paper in found[name]}))
        except SourceError as error:
            report.count(name, "not read")
            report.warn(f"{name} could not be read: {error}")
    if not found:
        raise SourceError("no source could be read, nothing was written")
    return found.get(feed, []), found.get(api, [])


def _saved(settings: Settings, report: Report) -> list[Paper]:
    try:
        feed = parse(Path(settings.feed_url).read_bytes(), settings.categories)
    except SourceError as error:
        raise SourceError(f"{settings.feed_url}: {error}") from error
    for trouble in feed.unreadable:
        report.warn(trouble)
    report.count("the saved feed", len(feed.papers))
    return feed.papers


def _announced(client: "Client") -> list[Paper]:
    """Return the announcement; a feed at its cap is asked for each category alone."""
    base, names, report = client.settings.feed_url.rstrip("/") + "/", client.settings.categories, client.report
    joined = "+".join(names)
    found = {joined: client.atom(base + joined)}
    if found[joined].entries >= FEED_CAP and len(names) > 1:
        for name in names:
            try:
                found[name] = client.atom(base + name)
            except SourceError as error:
                report.warn(f"the feed of {name} alone could not be read: {error}")
    for name, feed in found.items():
        if feed.entries >= FEED_CAP and name in names:
            report.warn(f"the feed of {name} holds {FEED_CAP} entries, arXiv's most: new papers may be missing in it")
    if len(found) == 1:
        return found[joined].papers

    def place(paper: Paper) -> tuple[int, tuple[str, str]]:
        return (*ANNOUNCE_TYPES, paper.announce_type).index(paper.announce_type), by_age(paper)

    return sorted((paper for feed in found.values() for paper in feed.papers), key=place)


def _submitted(client: "Client") -> list[Paper]:
    """Return the papers submitted in the settings' window of UTC days."""
    return list(_between(client, *client.settings.window).values()) if client.settings.window else []


def _between(client: "Client", since: datetime, until: datetime) -> dict[str, Paper]:
    """Return by ID the papers submitted from the first to the last UTC day, the window halved if too large."""
    found, start, unreadable, steps_back = dict[str, Paper](), 0, 0, 5
    while True:
        feed = _page(client, start, since, until)
        if not start and feed.total > QUERY_CAP and since < until:
            middle = since + timedelta(days=(until - since).days // 2)
            return _between(client, since, middle) | _between(client, middle + timedelta(days=1), until)
        if start and steps_back and found.keys().isdisjoint(paper.id for paper in feed.papers):
            start, steps_back = max(0, start - PAGE // 2), steps_back - 1
            continue
        found |= {paper.id: paper for paper in feed.papers}
        unreadable += len(feed.unreadable)
        if start + feed.entries >= feed.total:
            break
        # pages overlap, so that results which shift in between are not lost
        start += feed.entries - min(OVERLAP, feed.entries // 2)
    if len(found) + unreadable < feed.total:
        client.report.warn(f"the query API gave {len(found)} papers of {feed.total}")
    return found


def _page(client: "Client", start: int, since: datetime, until: datetime) -> Feed:
    """Return one page of the papers submitted from the first to the last day."""
    names = client.settings.categories
    wanted = " OR ".join(f"cat:{name}" if "." in name else f"cat:{name} OR cat:{name}.*" for name in names)
    words = f"({wanted}) AND submittedDate:[{since:%Y%m%d}0000 TO {until:%Y%m%d}2359]"
    rest = f"start={start}&max_results={PAGE}&sortBy=submittedDate&sortOrder=ascending"
    feed = client.atom(f"{client.settings.api_url}?search_query={quote(words)}&{rest}", start)
    client.report.log(f"query API, {since:%Y-%m-%d} to {until:%Y-%m-%d}: {start + feed.entries} of {feed.total}")
    return feed


class Client:
    """Makes the requests of one run, spaced and retried within the run's patience."""

    def __init__(self, settings: Settings, report: Report) -> None:
        import requests

        self.settings, self.report, self._session = settings, report, requests.Session()
        home = f"{os.environ.get('GITHUB_SERVER_URL', '')}/{os.environ.get('GITHUB_REPOSITORY', '')}".strip("/")
        agent = f"paper-action/{__version__} ({f'+{home}' if home else 'python -m paper_action'})"
        accept = "application/atom+xml, application/xml;q=0.9, */*;q=0.1"
        self._session.headers.update({"User-Agent": agent, "Accept": accept})
        # requests would read the whole body of a redirect, however large it is
        self._session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]  # noqa: ARG005
        self._patience, self._last = settings.max_wait, -settings.delay

    def atom(self, url: str, start: int = 0) -> Feed:
        """Return the document at an address, asked for again while that may help.

        An empty page although there are results behind ``start`` is asked for again too. Raises
        SourceError when the document cannot be had, ConfigError when arXiv rejects a category.
        """
        backoff = 1.0
        while True:
            began = time.monotonic()
            try:
                feed = parse(self._document(url), self.settings.categories)
                if not feed.entries and feed.total > start:
                    raise SourceError(f"an empty page at {start} of {feed.total}", retry=True)
                for trouble in feed.unreadable:
                    self.report.warn(trouble)
                return feed
            except SourceError as error:
                if re.search(r"arXiv says: Bad (subject|archive|categor)", str(error)):
                    raise ConfigError("categories", str(error)) from error
                pause = max(self.settings.delay, random.uniform(0.5, 1) * min(backoff, 60))
                pause = pause if error.after is None else error.after
                self._patience -= time.monotonic() - began
                if not error.retry or self._patience < pause:
                    raise
                self.report.log(f"{urlsplit(url).hostname}: {error}; again in {pause:.1f} s")
                time.sleep(pause)
                self._patience, backoff = self._patience - pause, backoff * 2

    def _document(self, url: str) -> bytes:
        """Return the body of a good answer, redirects within the site followed."""
        for _ in range(5):
            answer, body = self._get(url)
            if answer.status_code == 200:
                return body
            if not answer.is_redirect:
                raise _failure(answer.status_code, answer.headers.get("Retry-After", ""), body)
            old, url = urlsplit(url), answer.headers["Location"]
            new = urlsplit(url)
            arxiv = all(f".{part.hostname}".endswith(".arxiv.org") for part in (old, new))
            if new.scheme not in ("http", "https") or not (arxiv or new.hostname == old.hostname):
                raise SourceError(f"refused a redirect to another site, {url[:200]}")
        raise SourceError(f"too many redirects, the last to {url[:200]}")

    def _get(self, url: str) -> tuple[Any, bytes]:
        """Make one request, in a thread of its own that is given up when the server stalls."""
        time.sleep(max(0.0, self._last + self.settings.delay - time.monotonic()))
        arrived, outcome, before = bytearray(), list[Any](), 0
        thread = threading.Thread(target=self._fetch, args=(url, arrived, outcome), daemon=True)
        thread.start()
        while not outcome:
            thread.join(self.settings.timeout)
            if len(arrived) - before < _SLOW and not outcome:
                outcome.append(SourceError("the server stalls", retry=True))
            before = len(arrived)
        self._last = time.monotonic()
        if isinstance(outcome[0], SourceError):
            raise outcome[0]
        return outcome[0], bytes(arrived)

    def _fetch(self, url: str, arrived: bytearray, outcome: list[Any]) -> None:
        try:
            with self._session.get(url, timeout=self.settings.timeout, stream=True) as answer:
                answer.headers["Location"] = urljoin(url, answer.headers.get("Location", ""))
                while len(arrived) <= MAX_BYTES and (piece := answer.raw.read1(2**16, decode_content=True)):
                    arrived += piece
            large = SourceError(f"an answer of more than {MAX_BYTES >> 20} MiB")
            outcome.append(large if len(arrived) > MAX_BYTES else answer)
        except Exception as error:  # noqa: BLE001 (handed to the thread that waits)
            reason = re.sub(r"<[^<>]*>", "", str(error))[:200]
            outcome.append(SourceError(f"{type(error).__name__}: {reason}", retry=True))


def _failure(status: int, after: str, body: bytes) -> SourceError:
    """Return the error that an answer stands for, with arXiv's words if it has any."""
    words = f"HTTP {status}"
    try:
        parse(body)
    except SourceError as error:
        words += f", {error}" if "arXiv says" in str(error) else ""
    return SourceError(words, retry=status in (406, 408, 425, 429) or status >= 500, after=_seconds(after))


def _seconds(after: str) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3)."""
    if re.fullmatch(r"[0-9]{1,9}", after):
        return float(after)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
