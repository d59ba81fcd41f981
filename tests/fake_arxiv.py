"""arXiv in small: announcement feed and query API on loopback, on a day that is set."""

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from urllib.parse import SplitResult, parse_qs, urlsplit
from xml.sax.saxutils import escape

CAP = 2000
TODAY = date(2025, 4, 10)  # the day of conftest's NOW
KINDS = ("new", "cross", "replace", "replace-cross")
NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)


def document(*entries: str, title: str = "x") -> str:
    """Return an Atom document."""
    return f"<feed {NAMESPACES}><title>{title}</title>{''.join(entries)}</feed>"


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

    def _entry(self, name: str, summary: str, *parts: str) -> str:
        terms = "".join(f'<category term="{name}"/>' for name in self.categories)
        note = f"<arxiv:comment>{escape(self.comment)}</arxiv:comment>"
        about = f"<id>{name}{self.id}v{self.version}</id><title>{escape(self.title)}</title>"
        text = f"{about}{terms}{note}<summary>{summary}{escape(self.abstract)}</summary>"
        return f"<entry>{text}{''.join(parts)}</entry>"

    def announcement(self) -> str:
        return self._entry(
            "oai:arXiv.org:",
            f"arXiv:{self.id}v{self.version} Announce Type: {self.kind} \nAbstract: ",
            f"<published>{self.announced}T00:00:00-04:00</published>",
            f"<arxiv:announce_type>{self.kind}</arxiv:announce_type>",
            f"<dc:creator>{escape(', '.join(self.authors))}</dc:creator>",
        )

    def result(self) -> str:
        names = (f"<author><name>{escape(name)}</name></author>" for name in self.authors)
        primary = f'<arxiv:primary_category term="{self.categories[0]}"/>'
        published = f"<published>{self.submitted}T12:00:00Z</published>"
        return self._entry("http://arxiv.org/abs/", "", published, primary, *names)


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
    empty: bool = False  # a page without entries, whatever the total is
    stale: int = 0  # days that feed or index are behind


class FakeArxiv:
    """Serves ``papers`` as of the day ``now``; each request takes the next fault of its source."""

    fault = Fault

    def __init__(self, papers: Iterable[Entry] = ()) -> None:
        self.papers, self.now, self.page, self.miscounted = list(papers), TODAY, CAP, 0
        self.requests, self.agents, self.clock = list[str](), list[str](), 0.0
        self.feed_faults, self.api_faults = list[Fault | None](), list[Fault | None]()

        def answer(to: BaseHTTPRequestHandler) -> None:
            self._answer(to)

        methods = {"do_GET": answer, "log_message": lambda *_: None}
        handler = type("Handler", (BaseHTTPRequestHandler,), methods)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        base = f"http://127.0.0.1:{self._server.server_port}"
        addresses = f"--feed-url {base}/atom --api-url {base}/api/query"
        self.flags = f"{addresses} --delay 0 --max-wait 60 --timeout 5".split()

    def __enter__(self) -> "FakeArxiv":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> None:
        self.clock += seconds

    def drip(self, seconds: float, piece: bytes = b" ", count: int = 9999) -> Iterator[bytes]:
        """Yield a body in pieces, each after some seconds of the clock that is set."""
        for _ in range(count):
            self.wait(seconds)
            sleep(0.02)  # real, so that the client reads along
            yield piece

    def _answer(self, to: BaseHTTPRequestHandler) -> None:
        self.requests.append(to.path)
        self.agents.append(f"{to.headers['User-Agent']} {to.headers['Accept']}")
        feed = to.path.startswith("/atom")
        faults = self.feed_faults if feed else self.api_faults
        fault = (faults.pop(0) if faults else None) or Fault()
        status, text = (self._feed if feed else self._results)(urlsplit(to.path), fault)
        body = text.encode() if fault.body is None else fault.body
        to.send_response(status if fault.status == 200 else fault.status)
        length = {"Content-Length": str(len(body))} if isinstance(body, bytes) else {}
        for name, value in (fault.headers | length).items():
            to.send_header(name, value)
        to.end_headers()
        with suppress(OSError):  # the client may be gone
            for piece in [body[: fault.cut]] if isinstance(body, bytes) else body:
                to.wfile.write(piece)

    def _feed(self, url: SplitResult, fault: Fault) -> tuple[int, str]:
        wanted = url.path.rpartition("/")[2].split("+")
        if bad := [name for name in wanted if name.endswith(".XX")]:
            words = f"<subtitle>Bad subject class '{bad[0]}'. Valid ones are: cs.AI, …</subtitle>"
            return 400, document(words, title="Feed error for query: x")
        day = self.now - timedelta(days=fault.stale)
        found = [one for one in self.papers if one.announced == day and one.is_in(wanted)]
        found.sort(key=lambda one: (*KINDS, one.kind).index(one.kind))
        return 200, document(*(one.announcement() for one in found[-CAP:]))

    def _results(self, url: SplitResult, fault: Fault) -> tuple[int, str]:
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        ids, search = query.get("id_list", "").split(","), query.get("search_query", "")
        wanted = [name.removesuffix(".*") for name in re.findall(r"cat:([\w.*-]+)", search)]
        days = [date.fromisoformat(day) for day in re.findall(r"(\d{8})(?:0000|2359)", search)]
        index = self.now - timedelta(days=fault.stale)

        def asked(one: Entry) -> bool:
            if not days:
                return one.id in ids
            dated = days[0] <= one.submitted <= days[1] and one.announced <= index
            return dated and one.is_in(wanted)

        found = {one.id: one for one in self.papers if asked(one)}
        results = sorted(found.values(), key=lambda one: one.submitted)
        count = len(results) + self.miscounted
        total = f"<opensearch:totalResults>{count}</opensearch:totalResults>"
        start, most = int(query.get("start", 0)), min(int(query["max_results"]), self.page)
        page = [] if fault.empty else results[start : start + most]
        return 200, document(total, *(one.result() for one in page))
