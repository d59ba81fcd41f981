"""arXiv in small: announcement feed and query API on loopback, on a day that is set."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partialmethod
from pathlib import Path
from random import Random
from socketserver import ThreadingMixIn
from threading import Thread
from time import sleep
from urllib.parse import unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from xml.sax.saxutils import escape

from .conftest import DATA

CAP = 2000
TODAY = date(2025, 4, 10)  # the day of conftest's NOW
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:arxiv="http://arxiv.org/schemas/atom"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
><title>x</title>{}</feed>"""
ERROR = """<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title>
<summary>{}</summary></entry>"""
ANNOUNCEMENT = (DATA / "announcement.xml").read_text(encoding="utf-8")
RESULT = (DATA / "result.xml").read_text(encoding="utf-8")


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
    second: str = "12:00:00"  # of the day it was submitted
    comment: str = ""

    def is_in(self, wanted: Iterable[str]) -> bool:
        """Tell whether the paper is in a category, or in an archive."""
        for name in self.categories:
            if any(f"{name}.".startswith(f"{part}.") for part in wanted):
                return True
        return False

    def _fill(self, template: str, between: str) -> str:
        texts = {name: escape(str(text)) for name, text in vars(self).items()}
        texts["authors"] = between.join(map(escape, self.authors))
        texts["categories"] = '"/><category term="'.join(self.categories)
        return template.format(primary=self.categories[0], **texts)

    announcement = partialmethod(_fill, ANNOUNCEMENT, ", ")
    result = partialmethod(_fill, RESULT, "</name></author><author><name>")

    @cached_property
    def moment(self) -> str:
        """When it was submitted, in fourteen digits."""
        return re.sub(r"\D", "", f"{self.submitted}{self.second}")


def saved_feed(path: Path, *entries: Entry) -> Path:
    """Write a saved announcement feed; return its path."""
    texts = [entry.announcement() for entry in entries]
    path.write_text(document(*texts), encoding="utf-8")
    return path


@dataclass
class Fault:
    """How one request is answered instead."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] | None = None
    cut: int | None = None  # this many bytes of the body arrive
    stale: int = 0  # days that feed or index are behind


def _ids(asked: str) -> list[str]:
    return asked.partition("id_list=")[2].split(",")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class FakeArxiv(ThreadingMixIn, WSGIServer):
    """Serves ``papers`` as of the day ``now``.

    Each request takes the next fault of its source. ``page`` is how many results a
    page has at most, ``miscounted`` what their number is wrong by. Results of the
    same second come in an order of ``luck``, if there is one. ``unknown`` are IDs that
    are refused.
    """

    daemon_threads = True

    def __init__(self, papers: Iterable[Entry] = ()) -> None:
        super().__init__(("127.0.0.1", 0), Quiet)
        self.papers = list(papers)
        self.now = TODAY
        self.page = CAP
        self.miscounted = 0
        self.luck: Random | None = None
        self.unknown: set[str] = set()
        self.feed_faults: list[Fault | None] = []
        self.api_faults: list[Fault | None] = []
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.clock = 0.0
        self.url = f"http://127.0.0.1:{self.server_port}"
        addresses = f"--feed-url {self.url}/atom/ --api-url {self.url}/api/query"
        self.flags = f"{addresses} --delay 0 --max-wait 60 --timeout 5".split()
        self.set_app(self.answer)
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def wait(self, seconds: float) -> None:
        """Let time pass on the clock that is set."""
        self.clock += seconds

    def drip(
        self, seconds: float, piece: bytes = b" ", count: int = 9999
    ) -> Iterator[bytes]:
        """Yield a body in pieces, each after some seconds of the clock that is set."""
        for _ in range(count):
            self.wait(seconds)
            sleep(0.02)  # real, so that the client reads along
            yield piece

    def answer(
        self, request: dict[str, str], respond: Callable[..., object]
    ) -> Iterable[bytes]:
        """Answer one request, as WSGI has it; as a proxy, too."""
        asked = unquote(f"{request['PATH_INFO']}?{request['QUERY_STRING']}".rstrip("?"))
        asked = re.sub("^http://[^/]*", "", asked)
        self.requests.append(asked)
        headers = {name[5:]: request[name] for name in request if name[:5] == "HTTP_"}
        self.headers.append(headers)
        faults = self.feed_faults if asked.startswith("/atom") else self.api_faults
        fault = (faults.pop(0) if faults else None) or self._refused(asked) or Fault()
        entries = self._entries(asked, self.now - timedelta(days=fault.stale))
        body = document(*entries).encode() if fault.body is None else fault.body
        length = {}
        if isinstance(body, bytes):
            length = {"Content-Length": str(len(body))}
        respond(f"{fault.status} x", [*(fault.headers | length).items()])
        return [body[: fault.cut]] if isinstance(body, bytes) else body

    def _refused(self, asked: str) -> Fault | None:
        """Return arXiv's answer where it cannot read one of the IDs."""
        bad = [name for name in _ids(asked) if name in self.unknown]
        if not bad:
            return None
        words = f"incorrect id format for {bad[0]}"
        return Fault(400, body=document(ERROR.format(words)).encode())

    def _entries(self, asked: str, today: date) -> list[str]:
        """Return what a request finds: an announcement, or a page of results."""
        known = [one for one in self.papers if one.announced <= today]
        # the names of categories, papers and others
        names = re.findall(r"[/+:=,]([\w-]+(?:\.[\w-]+)?)", asked)
        if asked.startswith("/atom"):
            found = [
                one for one in known if one.announced == today and one.is_in(names)
            ]
            return [one.announcement() for one in found[-CAP:]]
        if "id_list" in asked:
            return self._page(
                [one for one in self.papers if one.id in _ids(asked)], asked
            )
        first, last = re.findall(r"\W(\d{12})", asked) or ["0" * 12, "9" * 12]
        within = [one for one in known if first <= one.moment <= f"{last}00"]
        return self._page([one for one in within if one.is_in(names)], asked)

    def _page(self, found: list[Entry], asked: str) -> list[str]:
        """Return the page of some results that a request asks for."""
        luck = self.luck
        once = {one.id: one for one in found}.values()
        chance = {one.id: luck.random() if luck else 0 for one in once}
        results = sorted(once, key=lambda one: (one.moment, chance[one.id]))
        query = dict(re.findall(r"(\w+)=(\d+)", asked))
        start = int(query.get("start", 0))
        most = min(int(query["max_results"]), self.page)
        page = [one.result() for one in results[start : start + most]]
        count = len(results) + self.miscounted
        return [f"<opensearch:totalResults>{count}</opensearch:totalResults>", *page]
