"""arXiv in small: announcement feed and query API on the loopback address, misbehaving on a script."""

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

FEED_CAP = 2000
KINDS = ("new", "cross", "replace", "replace-cross")
NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)


def today() -> date:
    return datetime.now(UTC).date()


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
    announced: date = field(default_factory=today)
    submitted: date = field(default_factory=lambda: today() - timedelta(days=2))

    def is_in(self, wanted: Iterable[str]) -> bool:
        return any(f"{name}.".lower().startswith(f"{one}.".lower()) for name in self.categories for one in wanted)

    def _parts(self) -> str:
        return f"<title>{escape(self.title)}</title>" + "".join(f'<category term="{c}"/>' for c in self.categories)

    def announcement(self) -> str:
        head = f"arXiv:{self.id}v{self.version} Announce Type: {self.kind} \nAbstract: "
        return (
            f"<entry><id>oai:arXiv.org:{self.id}v{self.version}</id>{self._parts()}"
            f"<summary>{head}{escape(self.abstract)}</summary><published>{self.announced}T00:00:00-04:00</published>"
            f"<arxiv:announce_type>{self.kind}</arxiv:announce_type>"
            f"<dc:creator>{escape(', '.join(self.authors))}</dc:creator></entry>"
        )

    def result(self) -> str:
        names = "".join(f"<author><name>{escape(name)}</name></author>" for name in self.authors)
        return (
            f"<entry><id>http://arxiv.org/abs/{self.id}v{self.version}</id>{self._parts()}"
            f"<summary>{escape(self.abstract)}</summary><published>{self.submitted}T12:00:00Z</published>"
            f'<arxiv:primary_category term="{self.categories[0]}"/>{names}</entry>'
        )


@dataclass
class Fault:
    """How one request is answered instead; ``then`` happens after the answer was made up."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    body: bytes | Iterable[bytes] | None = None
    cut: int | None = None  # this many bytes of the body arrive
    drip: float = 0  # seconds between two bytes of the body
    drip_headers: bool = False
    empty: bool = False  # a page without entries, whatever the total is
    stale: int = 0  # days that feed or index are behind
    then: Callable[[], object] = lambda: None


@dataclass
class Request:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    time: float

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}


class FakeArxiv:
    """Serves ``papers`` as of the day ``now``; each request takes the next fault of its source."""

    def __init__(self, papers: Iterable[Entry] = ()) -> None:
        self.papers, self.requests, self.now = list(papers), list[Request](), today()
        self.feed_faults: list[Fault | None] = []
        self.api_faults: list[Fault | None] = []
        self.page = FEED_CAP
        arxiv = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                arxiv.requests.append(Request(self.path, dict(self.headers), time.monotonic()))
                try:
                    arxiv.answer(self)
                except OSError:
                    self.close_connection = True  # the client is gone

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.flags = ("--feed-url", f"{self.base}/atom", "--api-url", f"{self.base}/api/query", "--delay", 0,
                      "--max-wait", 6, "--timeout", 5)  # fmt: skip

    def __enter__(self) -> "FakeArxiv":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, what: str) -> list[Request]:
        return [request for request in self.requests if request.path.startswith(what)]

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        faults = self.feed_faults if to.path.startswith("/atom") else self.api_faults
        fault = (faults.pop(0) if faults else None) or Fault()
        time.sleep(fault.delay)
        status, body = fault.status, fault.body
        if body is None:
            made = self._feed if to.path.startswith("/atom") else self._results
            good, text = made(to.path, fault)
            status, body = good if status == 200 else status, text.encode()
        fault.then()
        to.send_response(status)
        for name, value in fault.headers.items():
            to.send_header(name, value)
        if isinstance(body, bytes):
            to.send_header("Content-Length", str(len(body)))
        to.send_header("Connection", "close")
        if fault.drip_headers:
            while True:
                to.wfile.write(b"X")
                time.sleep(fault.drip)
        to.end_headers()
        pieces = [body[: fault.cut]] if isinstance(body, bytes) else body
        for piece in pieces:
            for part in (piece[n : n + 1] for n in range(len(piece))) if fault.drip else [piece]:
                to.wfile.write(part)
                time.sleep(fault.drip)
        to.close_connection = True

    def _feed(self, path: str, fault: Fault) -> tuple[int, str]:
        wanted = urlsplit(path).path.rpartition("/")[2].split("+")
        if bad := [name for name in wanted if name.endswith(".XX")]:
            words = f"Bad subject class '{bad[0]}'. Valid subject classes are: cs.AI, …"
            title = f"<title>Feed error for query: {path}</title><subtitle>{words}</subtitle>"
            return 400, f"<feed {NAMESPACES}>{title}</feed>"
        day = self.now - timedelta(days=fault.stale)
        found = [one for one in self.papers if one.announced == day and one.is_in(wanted)]
        found = sorted(found, key=lambda one: KINDS.index(one.kind))[-FEED_CAP:]
        entries = "".join(one.announcement() for one in found if not fault.empty)
        return 200, f"<?xml version='1.0' encoding='UTF-8'?><feed {NAMESPACES}><title>x</title>{entries}</feed>"

    def _results(self, path: str, fault: Fault) -> tuple[int, str]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        wanted = [name.removesuffix(".*") for name in re.findall(r"cat:([\w.*-]+)", query["search_query"])]
        days = re.findall(r"(\d{8})(?=\d{4})", query["search_query"].partition("submittedDate:")[2])
        late = self.now - today()  # the program's window ends on the real day
        since, until = (datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date() + late for day in days)
        start, most = int(query["start"]), min(int(query["max_results"]), self.page)
        if start >= 30_000:
            error = "<id>https://arxiv.org/api/errors#start</id><title>Error</title><summary>start too large</summary>"
            return 400, f"<feed {NAMESPACES}><entry>{error}</entry></feed>"
        index = self.now - timedelta(days=fault.stale)
        found = {
            one.id: one
            for one in self.papers
            if since <= one.submitted <= until and one.announced <= index and one.is_in(wanted)
        }
        results = sorted(found.values(), key=lambda one: one.submitted)
        entries = "".join(one.result() for one in results[start : start + most] if not fault.empty)
        total = f"<opensearch:totalResults>{len(results)}</opensearch:totalResults>"
        return 200, f"<feed {NAMESPACES}><title>arXiv Query</title>{total}{entries}</feed>"
