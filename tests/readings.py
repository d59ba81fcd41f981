"""One reading of the fake arXiv, and what its tests need again and again."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from paper_action import arxiv
from paper_action.paper import Cursor
from paper_action.settings import read_settings

from .conftest import NOW, arxiv_id
from .fake_arxiv import TODAY, Entry, FakeArxiv, Fault, document

NONE = "--lookback-days=0"


class Run:
    """One reading, on the server's day; the client's pauses are counted, not slept."""

    def __init__(
        self,
        server: FakeArxiv,
        *flags: object,
        listed: Iterable[str] = (),
        ids: Iterable[str] = (),
        cursor: Cursor | None = None,
    ) -> None:
        before = len(server.requests)
        server.clock = 0.0
        now = NOW + (server.now - TODAY)
        settings = read_settings([*server.flags, *map(str, flags)], {}, now)
        self.log: list[str] = []
        client = arxiv.Client(settings, self.log.append)
        client.clock = lambda: server.clock
        client.sleep = server.wait
        self.reading = arxiv.read(client, {*listed}, [*ids], cursor)
        self.papers = self.reading.papers
        self.ids = [paper.id for paper in self.papers]
        self.kinds = [paper.announce_type for paper in self.papers]
        self.records = [*self.reading.records]
        self.cursor = self.reading.cursor
        self.failures = [*self.reading.failures]
        self.warnings = [*self.reading.warnings]
        self.lacks_days = self.reading.lacks_days
        self.clock = server.clock
        self.asked = server.requests[before:]
        self.feeds = [path for path in self.asked if path.startswith("/atom")]
        self.queries = [path for path in self.asked if path.startswith("/api")]


def ago(days: int) -> date:
    """Return the day that was so many days ago."""
    return TODAY - timedelta(days=days)


def many(count: int, month: str = "2504", **changes: Any) -> list[Entry]:
    """Return so many papers of one month, alike but for their number."""
    ids = [arxiv_id(number, month) for number in range(1, count + 1)]
    return [Entry(identifier, **changes) for identifier in ids]


def note(identifier: str, days: int) -> Cursor:
    """Return what a list notes that read arXiv up to a paper, some days ago."""
    return Cursor(identifier, ago(days))


def results(total: int, *entries: Entry) -> Fault:
    """Return a page of results that says how many there are in all."""
    count = f"<opensearch:totalResults>{total}</opensearch:totalResults>"
    texts = [entry.result() for entry in entries]
    return Fault(body=document(count, *texts).encode())
