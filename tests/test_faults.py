"""What a server may do wrong: a throttled, cut, stalled, dripping, endless answer, or none."""

import gzip
import socket
from collections.abc import Iterator
from time import sleep

import pytest

from paper_action.paper import SourceError

from .conftest import DAYS
from .fake_arxiv import Entry, FakeArxiv, Fault, document
from .test_arxiv import NONE, Run

ERROR = "<entry><id>https://arxiv.org/api/errors#x</id><summary>no such field</summary></entry>"
PACKED = gzip.compress(document(Entry("2504.00002").announcement()).encode())
TEXT = "the announcement feed could not be read: "


@pytest.fixture
def server() -> Iterator[FakeArxiv]:
    with FakeArxiv([Entry("2504.00001")]) as fake:
        yield fake


def stalled() -> Iterator[bytes]:
    sleep(1)
    yield b" "


def test_passing_failures_are_asked_again_in_growing_pauses(server):
    server.feed_faults = [Fault(status) for status in (406, 408, 425, 429, 500, 502, 503)]
    run = Run(server, NONE, "--max-wait", 300)
    assert (run.ids, len(run.log)) == (["2504.00001"], 7 + 1)
    assert run.log[0].startswith("127.0.0.1: HTTP 406; again in ")
    longest = 1 + 2 + 4 + 8 + 16 + 32 + 60
    assert longest / 2 <= run.clock <= longest


@pytest.mark.parametrize(
    ("after", "low", "high"),
    [("50", 50, 50), ("Thu, 10 Apr 2025 06:00:00 GMT", 0, 0), ("soon", 0.5, 1)],
)
@pytest.mark.parametrize("status", [406, 429, 503])
def test_a_pause_that_is_asked_for_is_kept(server, status, after, low, high):
    server.feed_faults = [Fault(status, {"Retry-After": after})]
    run = Run(server, NONE)
    assert (run.feeds, run.ids) == (2, ["2504.00001"])
    assert low <= run.clock <= high


@pytest.mark.parametrize("after", ["3600", "Tue, 10 Apr 2525 06:00:00 GMT"])
def test_a_pause_longer_than_the_patience_is_not_begun_and_costs_the_others_nothing(server, after):
    server.feed_faults = [Fault(429, {"Retry-After": after})]
    server.api_faults = [Fault(503, {"Retry-After": "59"})]
    run = Run(server)
    assert (run.feeds, run.queries, run.clock) == (1, 2, 59)
    assert (run.ids, run.complete, run.warnings) == (["2504.00001"], False, [TEXT + "HTTP 429"])


def test_a_feed_that_fails_for_good_leaves_api_and_records_their_shares(server):
    server.feed_faults, server.api_faults = [Fault(503)] * 99, [Fault(429, {"Retry-After": "30"})]
    run = Run(server)
    assert 3 < run.feeds < 10
    assert (run.queries, run.ids) == (2, ["2504.00001"])
    assert run.clock <= 60
    server.api_faults = [Fault(503, {"Retry-After": "20"}), None, Fault(503, {"Retry-After": "21"})]
    assert Run(server, "--tidy", records=["2504.00001"]).ids == ["2504.00001"]
    assert Run(server, "--tidy", records=["2504.00001"]).clock == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=90),
        Fault(cut=0),
        Fault(body=DAYS[1].read_bytes()[:-200]),
        Fault(body=b"<!DOCTYPE html><html><body>Rate exceeded.</body></html>"),
        Fault(body=b"\x1f\x8bnot gzip", headers={"Content-Encoding": "gzip"}),
        Fault(body=stalled()),
        Fault(301, {"Location": "/atom/cs.IR?new"}),
    ],
    ids=["cut", "no body", "half a feed", "a page for people", "not gzip", "a stall", "a redirect"],
)
def test_an_answer_that_is_not_a_whole_feed_is_asked_for_again_and_a_redirect_followed(
    server, fault
):
    server.feed_faults = [fault]
    run = Run(server, NONE, "--timeout", 0.3)
    assert (run.ids, run.feeds) == (["2504.00001"], 2)


def test_a_compressed_answer_is_unpacked(server):
    server.feed_faults = [Fault(body=PACKED, headers={"Content-Encoding": "gzip"})]
    assert Run(server, NONE).ids == ["2504.00002"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(400, body=document(ERROR).encode()), "arXiv says: no such field"),
        (Fault(body=document(ERROR).encode()), "arXiv says: no such field"),
        (Fault(404, body=b"gone"), "HTTP 404"),
        (Fault(body=(b" " * 2**20 for _ in range(99))), "an answer of more than 64 MiB"),
    ],
)
def test_what_cannot_change_is_asked_once(server, fault, words):
    server.feed_faults = [fault]
    run = Run(server)
    assert (run.feeds, run.ids, run.warnings) == (1, ["2504.00001"], [TEXT + words])


def test_when_every_source_fails_each_is_told(server):
    server.feed_faults, server.api_faults = [Fault(404)], [Fault(403)]
    with pytest.raises(SourceError, match=r"read: HTTP 404; .* HTTP 403 .*; nothing was written"):
        Run(server)


def test_a_host_that_does_not_exist_is_one_line_after_a_few_tries(server, monkeypatch):
    asked = list[object]()
    find, feed = socket.getaddrinfo, ("--feed-url", "http://rss.arxiv.org/atom")

    def unknown(host, *others):
        asked.append(host)
        if host == "127.0.0.1":
            return find(host, *others)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    run = Run(server, *feed, "--max-wait", 300)
    assert run.warnings == [TEXT + "rss.arxiv.org cannot be reached: no such host"]
    assert 1 < asked.count("rss.arxiv.org") < 6
    assert run.clock < 10


def test_a_server_that_is_not_there_is_tried_again_and_then_told(server):
    run = Run(server, "--feed-url", "http://127.0.0.1:9/atom")
    assert (run.ids, run.clock > 10) == (["2504.00001"], True)
    assert run.warnings[0].startswith(TEXT + "127.0.0.1 cannot be reached: ")


def test_a_server_that_drips_is_given_up_when_its_patience_ends(server):
    server.feed_faults = [Fault(body=server.drip(2))]
    run = Run(server)
    assert (run.feeds, run.ids) == (1, ["2504.00001"])
    assert run.warnings == [TEXT + "the answer does not end"]
    assert 30 < run.clock < 40


@pytest.mark.parametrize("patience", [300, 40])
def test_a_server_that_only_drips_ends_a_run_a_minute_after_its_patience(server, patience):
    server.feed_faults = [Fault(body=server.drip(4)) for _ in range(9)]
    server.api_faults = [Fault(body=server.drip(4)) for _ in range(9)]
    with pytest.raises(SourceError):
        Run(server, "--timeout", 30, "--max-wait", patience)
    assert server.clock <= patience + 60


@pytest.mark.parametrize(("pause", "queries"), [(40, 2), (41, 1)])
def test_what_a_slow_good_answer_takes_beyond_the_timeout_is_patience_too(server, pause, queries):
    server.feed_faults = [Fault(body=server.drip(25, document().encode(), 1))]
    server.api_faults = [Fault(503, {"Retry-After": str(pause)})]
    assert Run(server).queries == queries
