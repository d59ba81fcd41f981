"""What a server may do wrong: a throttled, cut, stalled, dripping, endless answer, or none."""

import gzip
import re
import socket
from math import ceil
from time import sleep

import pytest

from paper_action.paper import SourceError

from .fake_arxiv import Entry, FakeArxiv, Fault, document
from .test_arxiv import NONE, Run

ERROR = "<entry><id>https://arxiv.org/api/errors#x</id><summary>no such field</summary></entry>"
ZIPPED = {"Content-Encoding": "gzip"}
PACKED = gzip.compress(document(Entry("2504.00002").announcement()).encode())
TEXT = "the announcement feed could not be read: "


@pytest.fixture
def server():
    with FakeArxiv([Entry("2504.00001")]) as fake:
        yield fake


def stalled():
    sleep(1)
    yield document().encode()


def test_what_may_pass_is_asked_again_in_growing_pauses_and_a_redirect_followed(server):
    server.feed_faults = [
        *map(Fault, (406, 408, 425, 429, 500, 502, 503)), Fault(cut=90), Fault(cut=0),
        Fault(body=b"<html><body>Rate exceeded.</body></html>"), Fault(body=b"<feed>"),
        Fault(body=b"\x1f\x8bnot gzip", headers=ZIPPED), Fault(body=stalled()),
        Fault(301, {"Location": "/atom/cs.IR?new"}), Fault(body=PACKED, headers=ZIPPED),
    ]  # fmt: skip
    run = Run(server, NONE, "--max-wait", 999, "--timeout", 0.3)
    assert (run.ids, run.feeds, len(run.log)) == (["2504.00002"], 13 + 2, 13 + 1)
    assert run.log[0].startswith("127.0.0.1: HTTP 406; again in ")
    longest = 1 + 2 + 4 + 8 + 16 + 32 + 7 * 60
    assert longest / 2 <= run.clock <= longest


def test_asking_again_keeps_the_distance_between_requests(server):
    server.feed_faults = [Fault(503)]
    assert Run(server, NONE, "--delay", 3).clock == 3


PAUSES = [("50", 2, 50), ("Thu, 10 Apr 2025 06:00:00 GMT", 2, 0), ("soon", 2, 1), ("3600", 1, 0)]


@pytest.mark.parametrize(("after", "feeds", "waited"), PAUSES)
def test_a_pause_that_is_asked_for_is_kept_or_left_to_the_others(server, after, feeds, waited):
    server.feed_faults = [Fault(429, {"Retry-After": after})]
    server.api_faults = [Fault(503, {"Retry-After": "65"})]
    run = Run(server, "--max-wait", 120)
    assert (run.ids, run.feeds, run.complete) == (["2504.00001"], feeds, feeds == 2)
    assert run.warnings == [f"{TEXT}HTTP 429"] * (feeds == 1)
    assert (run.queries, ceil(run.clock)) == (2, waited + 65)


def test_a_feed_that_fails_for_good_leaves_api_and_records_their_shares(server):
    server.feed_faults, server.api_faults = [Fault(503)] * 99, [Fault(429, {"Retry-After": "30"})]
    run = Run(server)
    assert (3 < run.feeds < 10, run.queries, run.ids) == (True, 2, ["2504.00001"])
    assert run.clock <= 60
    server.feed_faults, faults = [], [Fault(503, {"Retry-After": "50"})]
    server.api_faults = [*faults, None] * 4
    runs = [Run(server, "--max-wait", wait, ids=["2504.00001"]) for wait in (150, 75)]
    assert [(len(run.records), run.clock) for run in runs] == [(1, 100), (0, 50)]


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Fault(400, body=document(ERROR).encode()), "arXiv says: no such field"),
     (Fault(body=document(ERROR).encode()), "arXiv says: no such field"),
     (Fault(body=[b" " * 2**20] * 99), "an answer of more than 64 MiB")],
)  # fmt: skip
def test_what_cannot_change_is_asked_once(server, fault, words):
    server.feed_faults = [fault]
    run = Run(server)
    assert (run.feeds, run.ids, run.warnings) == (1, ["2504.00001"], [TEXT + words])


def test_when_every_source_fails_each_is_told(server):
    server.feed_faults, server.api_faults = [Fault(404, body=b"gone")], [Fault(403)]
    with pytest.raises(SourceError, match=r"read: HTTP 404; .* HTTP 403 .*; nothing was written"):
        Run(server)
    assert len(server.requests) == 2


def test_a_host_that_does_not_exist_is_one_line_after_a_few_tries(server, monkeypatch):
    def unknown(*_):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SourceError, match=f"{TEXT}127.0.0.1 cannot be reached: no such host; "):
        Run(server, NONE, "--max-wait", 300)
    assert 1 < server.clock < 10


def test_a_server_that_is_not_there_is_tried_again_and_then_told(server):
    run = Run(server, "--feed-url", "http://127.0.0.1:9/atom")
    assert (run.ids, run.clock > 10) == (["2504.00001"], True)
    said = f"{TEXT}127.0.0.1 cannot be reached: [^:]* refused[^\"')]*"
    assert re.fullmatch(said, run.warnings[0])


@pytest.mark.parametrize("patience", [300, 40])
def test_a_server_that_only_drips_ends_a_run_a_minute_after_its_patience(server, patience):
    server.feed_faults = [Fault(body=server.drip(4)) for _ in range(9)]
    server.api_faults = [Fault(body=server.drip(4)) for _ in range(9)]
    with pytest.raises(SourceError, match="the answer does not end"):
        Run(server, "--timeout", 30, "--max-wait", patience)
    assert server.clock <= patience + 60


@pytest.mark.parametrize(("pause", "queries"), [(40, 2), (41, 1)])
def test_what_a_slow_good_answer_takes_beyond_the_timeout_is_patience_too(server, pause, queries):
    server.feed_faults = [Fault(body=server.drip(25, document().encode(), 1))]
    server.api_faults = [Fault(503, {"Retry-After": str(pause)})]
    assert Run(server).queries == queries
