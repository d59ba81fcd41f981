"""arXiv in small: announcement feed and query API on loopback, on a day that is set."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partialmethod
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from time import sleep
from urllib.parse import unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from xml.sax.saxutils import escape

from .conftest import DATA

CAP = 2000
TODAY = date(2025, 4, 10)  # the day of conftest's NOW
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
><title>x</title>{}</feed>"""
ANNOUNCEMENT, RESULT = ((DATA / f"{name}.xml").read_text() for name in ("announcement", "result"))


def document(*entries: str) -> str:
    """Return an Atom document."""
    return ATOM.format("".join(entries))


@dataclass(frozen=True)
class Entry:
    """One announcement of a paper, the first category being the primary one."""

    id: str
    title: str = "An LLM"
    abstract: str = "Words."
    authors: tuple[str, ...] = ("A. One", "B. Two")
    categories: tuple[str, ...] = ("cs.IR",)
    kind: str = "new"
    version: int = 1
    announced: date = TODAY
    submitted: date = TODAY - timedelta(days=2)
    comment: str = ""

    def is_in(self, wanted: Iterable[str]) -> bool:
        return any(f"{name}.".startswith(f"{part}.") for name in self.categories for part in wanted)

    def _fill(self, template: str, between: str) -> str:
        texts = {name: escape(str(text)) for name, text in vars(self).items()}
        texts["authors"] = between.join(map(escape, self.authors))
        texts["categories"] = '"/><category term="'.join(self.categories)
        return template.format(primary=self.categories[0], **texts)

    announcement = partialmethod(_fill, ANNOUNCEMENT, ", ")
    result = partialmethod(_fill, RESULT, "</name></author><author><name>")


def saved_feed(path: Path, *entries: Entry) -> Path:
    """Write a saved announcement feed; return its path."""
    path.write_text(document(*(entry.announcement() for entry in entries)), encoding="utf-8")
    return path


@dataclass
class Fault:
    """How one request is answered instead."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] | None = None
    cut: int | None = None  # this many bytes of the body arrive
    stale: int = 0  # days that feed or index are behind


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class FakeArxiv(ThreadingMixIn, WSGIServer):
    """Serves ``papers`` as of the day ``now``; each request takes the next fault of its source."""

    daemon_threads, fault = True, Fault

    def __init__(self, papers: Iterable[Entry] = ()) -> None:
        super().__init__(("127.0.0.1", 0), Quiet)
        self.papers, self.now, self.page, self.miscounted = list(papers), TODAY, CAP, 0
        self.requests, self.agents, self.clock = list[str](), list[str](), 0.0
        self.feed_faults, self.api_faults = list[Fault | None](), list[Fault | None]()
        flags = "--feed-url {0}/atom/ --api-url {0}/api/query --delay 0 --max-wait 60 --timeout 5"
        self.flags = flags.format(f"http://127.0.0.1:{self.server_port}").split()
        self.set_app(self.answer)
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def wait(self, seconds: float) -> None:
        self.clock += seconds

    def drip(self, seconds: float, piece: bytes = b" ", count: int = 9999) -> Iterator[bytes]:
        """Yield a body in pieces, each after some seconds of the clock that is set."""
        for _ in range(count):
            self.wait(seconds)
            sleep(0.02)  # real, so that the client reads along
            yield piece

    def answer(self, request: dict[str, str], respond: Callable[..., object]) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        asked = unquote(f"{request['PATH_INFO']}?{request['QUERY_STRING']}".rstrip("?"))
        self.requests.append(asked)
        self.agents.append(f"{request['HTTP_USER_AGENT']} {request['HTTP_ACCEPT']}")
        faults = self.feed_faults if asked.startswith("/atom") else self.api_faults
        fault = (faults.pop(0) if faults else None) or Fault()
        entries = self._entries(asked, self.now - timedelta(days=fault.stale))
        body = document(*entries).encode() if fault.body is None else fault.body
        length = {"Content-Length": str(len(body))} if isinstance(body, bytes) else {}
        respond(f"{fault.status} x", [*(fault.headers | length).items()])
        return [body[: fault.cut]] if isinstance(body, bytes) else body

    def _entries(self, asked: str, today: date) -> list[str]:
        names = re.findall(r"[/+:=,]([\w-]+(?:\.[\w-]+)?)", asked)  # of categories, papers, others
        known = [one for one in self.papers if one.announced <= today]
        if asked.startswith("/atom"):
            found = [one for one in known if one.announced == today and one.is_in(names)]
            return [one.announcement() for one in found[-CAP:]]
        first, last = map(date.fromisoformat, re.findall(r"\W(\d{8})", asked) or ["00010101"] * 2)
        found = [one for one in known if first <= one.submitted <= last and one.is_in(names)]
        found += [one for one in self.papers if one.id in names]
        results = sorted({one.id: one for one in found}.values(), key=lambda one: one.submitted)
        count, query = len(results) + self.miscounted, dict(re.findall(r"(\w+)=(\d+)", asked))
        start, most = int(query.get("start", 0)), min(int(query["max_results"]), self.page)
        page = [one.result() for one in results[start : start + most]]
        return [f"<opensearch:totalResults>{count}</opensearch:totalResults>", *page]
