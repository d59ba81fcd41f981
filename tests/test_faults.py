"""What a server may do wrong: throttle, cut off, stall, drip, not end, not be."""

import gzip
import re
import socket
from itertools import chain
from time import sleep

import pytest

from paper_action.paper import SourceError

from .fake_arxiv import ERROR, Entry, FakeArxiv, Fault, document
from .readings import NONE, Run

TEXT = "the announcement feed could not be read: "
ZIPPED = {"Content-Encoding": "gzip"}
PACKED = gzip.compress(document(Entry("2504.00002").announcement()).encode())


@pytest.fixture
def server():
    with FakeArxiv([Entry("2504.00001")]) as fake:
        yield fake


def stalled():
    sleep(1)
    yield document().encode()


def stalling():
    yield b" "
    yield from stalled()


# what may pass
PASSING = [
    Fault(406),
    Fault(408),
    Fault(425),
    Fault(429),
    Fault(500),
    Fault(502),
    Fault(503),
    Fault(cut=90),
    Fault(cut=0),
    Fault(body=b"<html><body>Rate exceeded.</body></html>"),
    Fault(body=b"<feed>"),
    Fault(body=b"\x1f\x8bnot gzip", headers=ZIPPED),
    Fault(body=stalled()),
]


def test_what_may_pass_is_asked_again_in_growing_pauses(server):
    server.feed_faults = [*PASSING, Fault(body=PACKED, headers=ZIPPED)]
    run = Run(server, NONE, "--max-wait", 999, "--timeout", 0.3)
    assert run.ids == ["2504.00002"]
    assert len(run.feeds) == len(PASSING) + 1
    longest = 1 + 2 + 4 + 8 + 16 + 32 + 7 * 60
    assert longest / 2 <= run.clock <= longest


def test_each_time_it_is_told_why_and_when(server):
    server.feed_faults = [*PASSING]
    run = Run(server, NONE, "--max-wait", 999, "--timeout", 0.3)
    told = [line for line in run.log if re.search(r": .+; again in \d+\.\d s$", line)]
    assert len(told) == len(PASSING)
    assert told[0].startswith("127.0.0.1: HTTP 406; again in ")
    pauses = [float(line.split()[-2]) for line in told]
    for number, pause in enumerate(pauses):
        longest = min(2**number, 60)
        assert longest / 2 - 0.1 <= pause <= longest


# how an answer that has begun does not come to its end
BROKEN = [Fault(cut=90), Fault(body=stalling()), Fault(body=PACKED[:9] + PACKED)]


@pytest.mark.parametrize("fault", BROKEN)
def test_a_server_that_was_reached_is_not_said_to_be_out_of_reach(server, fault):
    server.feed_faults = [fault]
    run = Run(server, NONE, "--timeout", 0.3)
    told = "127.0.0.1: the answer cannot be read to its end: "
    assert run.log[0].startswith(told)


def test_a_source_that_fails_for_good_leaves_the_others_their_shares(server):
    server.feed_faults = [Fault(503)] * 99
    server.api_faults = [Fault(429, {"Retry-After": "30"})]
    run = Run(server)
    assert 3 < len(run.feeds) < 10
    assert len(run.queries) == 2
    assert run.ids == ["2504.00001"]
    assert run.clock <= 60


@pytest.mark.parametrize(
    ("patience", "records", "waited"), [(150, 1, 100), (75, 0, 50)]
)
def test_what_one_source_leaves_is_the_next_ones(server, patience, records, waited):
    slow = Fault(503, {"Retry-After": "50"})
    server.api_faults = [slow, None, slow]
    run = Run(server, "--max-wait", patience, ids=["2504.00001"])
    assert len(run.records) == records
    assert run.clock == waited


def endless(piece: bytes):
    while True:
        yield piece


class Bomb:
    """An answer that is small until it is unpacked, packed each time it is sent."""

    def __iter__(self):
        yield gzip.compress(b" " * 2**26)


# what cannot change ⇒ what is said of it
FINAL = [
    (
        Fault(400, body=document(ERROR.format("no field")).encode()),
        "arXiv says: no field",
    ),
    (Fault(400, body=b"gone"), "HTTP 400"),
    (Fault(body=document(ERROR.format("no field")).encode()), "arXiv says: no field"),
    (Fault(body=endless(b" " * 2**20)), "an answer of more than 16 MiB"),
    (Fault(body=[b"<a/>" * 2**18] * 64), "an answer of more than 16 MiB"),
    (Fault(body=Bomb(), headers=ZIPPED), "an answer of more than 16 MiB"),
]


@pytest.mark.parametrize(("fault", "words"), FINAL)
def test_what_cannot_change_is_asked_once(server, fault, words):
    server.feed_faults = [fault]
    run = Run(server)
    assert run.failures == [TEXT + words]
    assert len(run.feeds) == 1
    assert run.ids == ["2504.00001"]


def test_when_every_source_fails_each_is_told(server):
    server.feed_faults = [Fault(404, body=b"gone")]
    server.api_faults = [Fault(403)]
    words = r"read: HTTP 404; .*: HTTP 403; .*; nothing was written"
    with pytest.raises(SourceError, match=words):
        Run(server)
    assert len(server.requests) == 2


def test_a_host_that_does_not_exist_is_named_in_one_line(server, monkeypatch):
    def unknown(*_):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    words = rf"^{TEXT}127.0.0.1 cannot be reached: .*Name or service not known\)?; noth"
    with pytest.raises(SourceError, match=words):
        Run(server, NONE)


def test_a_server_that_is_not_there_is_tried_again_and_then_told(server):
    run = Run(server, "--feed-url", "http://127.0.0.1:9/atom")
    assert run.ids == ["2504.00001"]
    assert run.clock > 10
    said = f"{TEXT}127.0.0.1 cannot be reached: [^:]* refused[^\"')]*"
    assert re.fullmatch(said, run.failures[0])


def test_what_is_packed_and_never_begins_ends_with_the_patience_too(server):
    head = b"\x1f\x8b\x08\x08" + bytes(6)  # of gzip, with a name to follow
    name = server.drip(20, b"name")
    server.feed_faults = [Fault(body=chain([head], name), headers=ZIPPED)]
    server.api_faults = [Fault(404)]
    with pytest.raises(SourceError, match="the answer does not end"):
        Run(server)
    assert len(server.requests) == 2


def test_a_good_answer_may_come_in_pieces_where_there_is_no_patience(server):
    whole = document(server.papers[0].announcement()).encode()
    server.feed_faults = [Fault(body=chain(server.drip(1, count=4), [whole]))]
    run = Run(server, NONE, "--timeout", 5, "--max-wait", 0)
    assert run.ids == ["2504.00001"]


def test_a_good_answer_may_come_in_pieces_for_as_long_as_there_is_patience(server):
    whole = document(server.papers[0].announcement()).encode()
    server.feed_faults = [Fault(body=chain(server.drip(4, count=5), [whole]))]
    run = Run(server, NONE)
    assert run.ids == ["2504.00001"]
    assert len(run.feeds) == 1


def test_what_one_source_takes_beyond_its_share_is_not_the_next_ones_loss(server):
    server.feed_faults = [Fault(body=server.drip(10, count=4))]
    server.api_faults = [Fault(503, {"Retry-After": "8"})]
    run = Run(server, "--timeout", 30, "--max-wait", 20)
    assert len(run.queries) == 2


@pytest.mark.parametrize("patience", [300, 40])
def test_a_server_that_only_drips_ends_a_run_a_minute_after_its_patience(
    server, patience
):
    server.feed_faults = [Fault(body=server.drip(4)) for _ in range(9)]
    server.api_faults = [Fault(body=server.drip(4)) for _ in range(9)]
    with pytest.raises(SourceError, match="the answer does not end"):
        Run(server, "--timeout", 30, "--max-wait", patience)
    assert server.clock <= patience + 60


@pytest.mark.parametrize(
    ("taken", "pause", "queries"), [(25, 40, 2), (25, 41, 1), (0, 60, 2), (0, 61, 1)]
)
def test_what_a_slow_good_answer_takes_beyond_the_timeout_is_patience_too(
    server, taken, pause, queries
):
    server.feed_faults = [Fault(body=server.drip(taken, document().encode(), 1))]
    server.api_faults = [Fault(503, {"Retry-After": str(pause)})]
    assert len(Run(server).queries) == queries
