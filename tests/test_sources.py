"""Feed and query API, well and ill: what is asked, what is made of the answers, what is said."""

import gzip
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from .conftest import DATA, DAYS, Done, run_program
from .fake_arxiv import NAMESPACES, Entry, FakeArxiv, Fault, today
from .rendered import table_rows

TEN = "cs.IR, cs.CL, cs.AI, cs.LG, cs.CV, cs.DL, cs.HC, cs.DB, cs.SI, stat.ML"


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with FakeArxiv() as server:
        yield server


def run(folder: Path, arxiv: FakeArxiv, *flags: object, **environ: str) -> Done:
    done = run_program(folder, *arxiv.flags, *flags, **environ)
    assert "Traceback" not in done.err
    return done


def ids(done: Done) -> list[str]:
    return json.loads(done.outputs["ids"])


def many(count: int, **more: object) -> list[Entry]:
    return [Entry(f"2504.{number:05}", **more) for number in range(1, count + 1)]


def day(back: int) -> str:
    return f"{today() - timedelta(days=back)}"


# What is asked


@pytest.mark.parametrize("categories", ["cs.IR", TEN])
def test_a_daily_run_makes_two_requests_however_many_categories_there_are(folder, arxiv, categories):
    done = run(folder, arxiv, "--categories", categories)
    assert done.code == 0
    assert [request.path.partition("?")[0] for request in arxiv.requests] == [
        "/atom/" + categories.replace(", ", "+"),
        "/api/query",
    ]


def test_a_request_names_the_software_and_what_it_accepts(folder, arxiv):
    run(folder, arxiv)
    assert len(arxiv.requests) == 2
    for request in arxiv.requests:
        assert re.match(r"paper-action/\d", request.headers["User-Agent"])
        assert "application/atom+xml" in request.headers["Accept"]


def test_the_api_is_asked_for_the_last_days_of_all_categories_at_once(folder, arxiv):
    run(folder, arxiv, "--categories", "cs.ir math", "--lookback-days", "3")
    query = arxiv.asked("/api")[0].query
    since, until = (day(back).replace("-", "") for back in (3, 0))
    assert query["search_query"] == (
        f"(cat:cs.IR OR cat:math OR cat:math.*) AND submittedDate:[{since}0000 TO {until}2359]"
    )
    assert (query["sortBy"], query["sortOrder"], query["start"]) == ("submittedDate", "ascending", "0")


def test_no_lookback_asks_only_the_feed(folder, arxiv):
    run(folder, arxiv, "--lookback-days", "0")
    assert [request.path for request in arxiv.requests] == ["/atom/cs.IR"]


def test_two_requests_are_as_far_apart_as_asked_for_retries_and_redirects_too(folder, arxiv):
    arxiv.feed_faults = [Fault(503, {"Retry-After": "0"}), Fault(302, {"Location": "/atom/cs.IR?again"})]
    run(folder, arxiv, "--delay", "0.4")
    times = [request.time for request in arxiv.requests]
    assert len(times) == 4
    assert all(two - one > 0.38 for one, two in pairwise(times))


def test_saved_results_of_the_query_api_are_a_source_too(folder):
    saved = DATA / "recorded-page-10-entries-from-20.xml"
    assert run_program(folder, "--feed-url", saved, "--keywords", "*").outputs["added"] == "10"


# The feed's cap


def test_a_joined_feed_at_its_cap_is_asked_for_each_category_alone(folder, arxiv):
    arxiv.papers = [*many(1300), *(Entry(f"2503.{n:05}", categories=("cs.CL",), kind="replace") for n in range(1300))]
    done = run(folder, arxiv, "--categories", "cs.IR cs.CL", "--lookback-days", "0")
    assert [request.path for request in arxiv.requests] == ["/atom/cs.IR+cs.CL", "/atom/cs.IR", "/atom/cs.CL"]
    assert len(ids(done)) == len(set(ids(done))) == 2600
    assert ids(done)[:1300] == [one.id for one in many(1300)]
    assert "holds 2000 entries" not in done.err


def test_one_category_at_the_cap_warns_and_the_api_fills_in(folder, arxiv):
    arxiv.papers = many(2100)
    done = run(folder, arxiv)
    assert arxiv.requests[0].path == "/atom/cs.IR"
    assert sorted(ids(done)) == [one.id for one in many(2100)]
    assert "the feed of cs.IR holds 2000 entries" in done.err
    assert "holds 2000 entries" in done.summary


# Both sources together


def test_papers_only_the_api_has_come_first_by_id_and_the_feeds_entry_wins(folder, arxiv):
    old = today() - timedelta(days=1)
    arxiv.papers = [
        Entry("2504.00009", announced=old),
        Entry("2504.00007", announced=old, categories=("cs.CL", "cs.IR"), submitted=today()),
        Entry("2504.00003", "LLMs, again", kind="cross", categories=("cs.IR", "cs.CL")),
        Entry("2503.00001", kind="replace", submitted=today() - timedelta(days=300), version=2),
        Entry("2504.00010", announced=old, categories=("cs.CL",)),
    ]
    done = run(folder, arxiv)
    assert ids(done) == ["2504.00007", "2504.00009", "2504.00003", "2503.00001"]
    assert [paper["announce_type"] for paper in json.loads(done.outputs["papers"])] == [
        "cross", "new", "cross", "replace",
    ]  # fmt: skip
    assert "the announcement feed: 2" in done.out
    assert "the query API: 3" in done.out
    assert ["the query API", "3"] in table_rows(done.summary)


def test_an_archive_makes_its_papers_new_and_others_cross_lists(folder, arxiv):
    old = today() - timedelta(days=1)
    arxiv.papers = [
        Entry("2504.00001", announced=old, categories=("math.CO",)),
        Entry("2504.00002", announced=old, categories=("math-ph", "math.MP")),
        Entry("2504.00003", announced=old, categories=("math-ph",)),
    ]
    assert ids(run(folder, arxiv, "--categories", "math", "--announce-types", "cross")) == ["2504.00002"]
    assert ids(run(folder, arxiv, "--categories", "math", "--announce-types", "new")) == ["2504.00001"]


# A window of days


def test_a_window_is_read_in_overlapping_pages_with_a_line_for_each_and_without_the_feed(folder, arxiv):
    arxiv.papers = [*many(60, submitted=today() - timedelta(days=400)), *many(1, submitted=today())]
    arxiv.page = 25
    done = run(folder, arxiv, "--since", day(400), "--until", day(400))
    assert ids(done) == [one.id for one in many(60)]
    starts = [int(request.query["start"]) for request in arxiv.requests]
    assert starts == [0, 15, 30, 45]
    assert re.findall(r"(\d+) of 60", done.out) == ["25", "40", "55", "60"]
    assert not arxiv.asked("/atom")
    assert "not read" not in done.out


def test_both_ends_of_a_window_belong_to_it(folder, arxiv):
    arxiv.papers = [Entry(f"2504.0000{back}", submitted=today() - timedelta(days=back)) for back in range(9)]
    done = run(folder, arxiv, "--since", day(5), "--until", day(3))
    assert ids(done) == ["2504.00003", "2504.00004", "2504.00005"]


def test_a_window_of_more_than_30000_results_is_split_by_date(folder, arxiv):
    days = [today() - timedelta(days=500 + back) for back in range(10)]
    arxiv.papers = [
        Entry(f"2504.{n:05}", "LLM" if n % 100 == 0 else "x", submitted=days[n % 10]) for n in range(30_100)
    ]
    done = run(folder, arxiv, "--since", day(600), "--until", day(450))
    assert len(ids(done)) == 301
    assert "the query API: 30100" in done.out
    assert done.err == ""


def test_an_empty_page_of_a_query_that_has_more_is_asked_for_again(folder, arxiv):
    arxiv.papers, arxiv.page = many(40), 25
    arxiv.api_faults = [Fault(empty=True), None, Fault(empty=True)]
    done = run(folder, arxiv, "--since", day(30))
    assert [request.query["start"] for request in arxiv.requests] == ["0", "0", "15", "15"]
    assert len(ids(done)) == 40
    assert done.err == ""


@pytest.mark.parametrize("gone", [3, 10, 16])
def test_results_that_shift_between_pages_lose_nothing(folder, arxiv, gone):
    arxiv.papers, arxiv.page = many(90), 25

    def fewer() -> None:
        del arxiv.papers[:gone]

    def more() -> None:
        arxiv.papers[:0] = [Entry(f"2503.{n:05}", submitted=today() - timedelta(days=9)) for n in range(gone)]

    arxiv.api_faults = [Fault(then=fewer), None, Fault(then=more)]
    done = run(folder, arxiv, "--since", day(30))
    assert {one.id for one in many(90)} <= set(ids(done))


# Failures that pass


def test_passing_failures_are_asked_again(folder, arxiv):
    arxiv.papers = many(1)
    arxiv.feed_faults = [Fault(status, {"Retry-After": "0"}) for status in (406, 408, 429, 500, 502, 503)]
    done = run(folder, arxiv, "--lookback-days", "0")
    assert len(arxiv.requests) == 7
    assert ids(done) == ["2504.00001"]
    assert re.findall(r"HTTP (\d+)", done.out) == ["406", "408", "429", "500", "502", "503"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=900),
        Fault(cut=0),
        Fault(body=DAYS[1].read_bytes()[:-200]),
        Fault(body=b"<!DOCTYPE html><html><body>Rate exceeded.</body></html>"),
        Fault(body=b"Rate exceeded."),
        Fault(body=b"\x1f\x8bnot gzip", headers={"Content-Encoding": "gzip"}),
        Fault(body=b"", headers={"Transfer-Encoding": "chunked"}),
    ],
    ids=["cut", "no body", "half a feed", "a page for people", "words", "not gzip", "no chunks"],
)
def test_an_answer_that_is_not_a_whole_feed_is_asked_for_again(folder, arxiv, fault):
    arxiv.papers, arxiv.feed_faults = many(3), [fault]
    done = run(folder, arxiv, "--lookback-days", "0")
    assert len(arxiv.requests) == 2
    assert len(ids(done)) == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_pause_the_server_asks_for_is_kept_in_seconds_or_as_a_date(folder, arxiv, form):
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    arxiv.feed_faults = [Fault(429, {"Retry-After": "2" if form == "seconds" else until})]
    run(folder, arxiv, "--lookback-days", "0")
    one, two = (request.time for request in arxiv.requests)
    assert 1.9 < two - one < 4


@pytest.mark.parametrize("after", ["soon", "-1", "Mon, 99 Foo 2026 00:00:00 GMT", "9" * 400, "\xb2"])
def test_a_pause_that_makes_no_sense_is_one_of_our_own(folder, arxiv, after):
    arxiv.feed_faults = [Fault(429, {"Retry-After": after})]
    assert run(folder, arxiv, "--lookback-days", "0").code == 0
    one, two = (request.time for request in arxiv.requests)
    assert two - one < 3


def test_waiting_ends_when_the_runs_patience_does(folder, arxiv):
    arxiv.feed_faults, arxiv.api_faults = [Fault(503)] * 50, [Fault(503)] * 50
    began = time.monotonic()
    done = run(folder, arxiv, "--max-wait", "2")
    assert time.monotonic() - began < 5
    assert done.code == 1
    assert len(arxiv.asked("/atom")) > 1
    assert 1 <= len(arxiv.asked("/api")) < 4


def test_a_pause_longer_than_the_patience_is_not_begun_and_costs_the_other_source_nothing(folder, arxiv):
    arxiv.papers = many(1)
    arxiv.feed_faults, arxiv.api_faults = [Fault(429, {"Retry-After": "3600"})], [Fault(503)]
    began = time.monotonic()
    done = run(folder, arxiv)
    assert time.monotonic() - began < 4
    assert (len(arxiv.asked("/atom")), len(arxiv.asked("/api"))) == (1, 2)
    assert (done.code, ids(done)) == (0, ["2504.00001"])


def test_a_server_that_is_not_there_is_tried_again_and_then_told(folder, arxiv):
    done = run_program(folder, *arxiv.flags, "--feed-url", "http://127.0.0.1:9/atom", "--lookback-days", "0",
                       "--max-wait", "1")  # fmt: skip
    assert done.code == 1
    assert "again in" in done.out
    assert "ConnectionError" in done.err


# Failures that do not pass


ERROR = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>https://arxiv.org/api/errors#x</id><title>Error</title>'
    b"<summary>that query is wrong</summary></entry></feed>"
)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(400, body=ERROR), "HTTP 400, arXiv says: that query is wrong"),
        (Fault(200, body=ERROR), "arXiv says: that query is wrong"),
        (Fault(404), "HTTP 404"),
        (Fault(403), "HTTP 403"),
    ],
)
def test_what_cannot_change_is_asked_once(folder, arxiv, fault, words):
    arxiv.papers, arxiv.api_faults = many(1), [fault]
    done = run(folder, arxiv)
    assert len(arxiv.asked("/api")) == 1
    assert (done.code, ids(done)) == (0, ["2504.00001"])
    assert words in done.err


@pytest.mark.parametrize("categories", ["cs.XX", "cs.IR, cs.XX"])
def test_a_category_arxiv_does_not_know_is_a_configuration_error_in_its_words(folder, arxiv, categories):
    arxiv.papers = many(1)
    done = run(folder, arxiv, "--categories", categories)
    assert done.code == 2
    assert "categories: HTTP 400, arXiv says: Bad subject class 'cs.XX'" in done.err
    assert len(arxiv.requests) == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("source", "name"), [("feed", "the announcement feed"), ("api", "the query API")])
def test_one_source_that_fails_is_a_warning(folder, arxiv, source, name):
    arxiv.papers = many(2)
    setattr(arxiv, f"{source}_faults", [Fault(404)])
    done = run(folder, arxiv)
    assert (done.code, ids(done)) == (0, ["2504.00001", "2504.00002"])
    assert f"warning: {name} could not be read: HTTP 404" in done.err
    assert [name, "not read"] in table_rows(done.summary)


def test_when_both_sources_fail_nothing_is_written(folder, arxiv):
    (folder / "README.md").write_bytes(before := b"# A list\n")
    arxiv.feed_faults, arxiv.api_faults = [Fault(404)], [Fault(404)]
    done = run(folder, arxiv)
    assert done.code == 1
    assert (folder / "README.md").read_bytes() == before
    assert len(list(folder.iterdir())) == 1
    assert "no source could be read" in done.err


# Hostile servers: the feed is theirs, the API works


def test_an_endless_answer_is_cut_off_and_not_asked_for_again(folder, arxiv):
    sent = []
    arxiv.papers = many(1)
    arxiv.feed_faults = [Fault(body=(sent.append(n) or b" " * 2**20 for n in range(200)))]
    done = run(folder, arxiv)
    assert (done.code, ids(done)) == (0, ["2504.00001"])
    assert "an answer of more than 64 MiB" in done.err
    assert len(sent) < 80
    assert len(arxiv.asked("/atom")) == 1


@pytest.mark.parametrize("status", [200, 302, 404])
def test_a_gzip_bomb_is_not_unpacked(folder, arxiv, status):
    bomb = gzip.compress(bytes(2**27)) * 40  # 5 GB
    headers = {"Content-Encoding": "gzip", "Location": "/atom/cs.IR"}
    arxiv.papers, arxiv.feed_faults = many(1), [Fault(status, body=bomb, headers=headers)]
    began = time.monotonic()
    done = run(folder, arxiv)
    assert time.monotonic() - began < 8
    assert (done.code, ids(done)) == (0, ["2504.00001"])
    assert "an answer of more than 64 MiB" in done.err


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_site_is_followed(folder, arxiv, status):
    arxiv.papers, arxiv.feed_faults = many(1), [Fault(status, {"Location": "/atom/cs.IR?new"})]
    assert ids(run(folder, arxiv, "--lookback-days", "0")) == ["2504.00001"]
    assert [request.path for request in arxiv.requests] == ["/atom/cs.IR", "/atom/cs.IR?new"]


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/atom/cs.IR",
        "//127.0.0.2:{port}/atom/cs.IR",
        "http://127.0.0.1.arxiv.org.example/",
        "https://rss.arxiv.org/atom/cs.IR",
        "file:///etc/passwd",
        "data:text/xml,<feed/>",
        "http://[",
        "http://127.0.0.1:99999/",
        "",
        "/atom/cs.IR",
    ],
)
def test_a_redirect_elsewhere_or_in_a_circle_is_refused(folder, arxiv, target):
    target = target.format(port=arxiv.base.rpartition(":")[2])
    arxiv.papers, arxiv.feed_faults = many(1), [Fault(302, {"Location": target})] * 20
    done = run(folder, arxiv, "--max-wait", "0")
    assert (done.code, ids(done)) == (0, ["2504.00001"])
    assert len(arxiv.asked("/atom")) <= 5
    assert "the announcement feed could not be read" in done.err
    assert "root:" not in done.out + done.err


@pytest.mark.parametrize("headers", [False, True], ids=["body", "headers"])
def test_a_server_that_drips_is_given_up(folder, arxiv, headers):
    arxiv.papers, arxiv.feed_faults = many(1), [Fault(drip=0.2, drip_headers=headers)]
    began = time.monotonic()
    done = run(folder, arxiv, "--timeout", "1", "--max-wait", "1")
    assert time.monotonic() - began < 5
    assert (done.code, ids(done)) == (0, ["2504.00001"])
    assert "the server stalls" in done.err


def test_a_slow_server_that_keeps_sending_is_waited_for(folder, arxiv):
    text = DAYS[1].read_bytes()
    arxiv.feed_faults = [
        Fault(body=(time.sleep(0.3) or text[n : n + 10_000] for n in range(0, len(text), 10_000)), delay=0.6)
    ]
    assert run(folder, arxiv, "--timeout", "1", "--lookback-days", "0").outputs["added"] == "14"


# Hostile papers


def test_a_title_of_100_kb_and_5000_authors_make_one_row(folder, arxiv):
    authors = tuple(f"A. Author{n}" for n in range(5000))
    arxiv.papers = [Entry("2504.00001", "LLM " * 25_000, authors=authors), Entry("2504.00002")]
    done = run(folder, arxiv, "--max-bytes", "0")
    assert ids(done) == ["2504.00001", "2504.00002"]
    rows = table_rows((folder / "README.md").read_text(encoding="utf-8"))
    assert [len(row) for row in rows] == [4, 4]
    assert rows[0][3].count("A. Author") == 5000
    assert run(folder, arxiv).outputs["added"] == "0"


def test_the_same_entry_five_times_makes_one_row(folder, arxiv):
    arxiv.papers = many(1) * 5
    assert ids(run(folder, arxiv)) == ["2504.00001"]
    assert (folder / "README.md").read_text(encoding="utf-8").count("[https://arxiv.org/abs/2504.00001]") == 1


TITLES = [
    "::error::LLM",
    "LLM\n::set-output name=added::99\n##[error]x",
    "LLM\nEOF\nadded=99\nadded<<x\n99\nx",
    "LLM <!-- papers:end -->",
    "<!-- papers:start -->\n<!-- papers:end -->\nLLM",
    "LLM --> <!-- x",
    "| LLM | https://arxiv.org/abs/2504.00099 | c | d |",
    "LLM |\n| --- | --- |\n| a | [https://arxiv.org/abs/2504.00098](https://arxiv.org/abs/2504.00098) |",
    "[LLM](https://example.org/) ![x](https://example.org/x.png)",
    "<a href='https://example.org'>LLM</a> <img src=x onerror=alert(1)> <script>alert(1)</script>",
    "LLM \\| \\",
    "LLM ``` ~~~ `",
    "LLM \u202egnp.exe\u2066 \u200b \x85 \x9b31m \u2028",
    "https://arxiv.org/abs/2504.00097 LLM",
]


@pytest.mark.parametrize("actions", ["true", ""])
def test_a_title_stays_a_title_whatever_it_looks_like(folder, arxiv, actions):
    arxiv.papers = [Entry(f"2504.{n:05}", title, abstract=title) for n, title in enumerate(TITLES, 1)]
    done = run(folder, arxiv, GITHUB_ACTIONS=actions)
    assert (done.code, done.outputs["added"]) == (0, str(len(TITLES)))
    assert set(done.outputs) == {"added", "ids", "papers", "changed", "commit"}
    assert not re.search(r"^\s*::(?!group::|endgroup::|notice::)|##\[", done.out, re.MULTILINE)
    text = (folder / "README.md").read_text(encoding="utf-8")
    rows = table_rows(text)
    assert [len(row) for row in rows] == [4] * len(TITLES)
    assert [row[1].rpartition("/")[2] for row in rows] == ids(done)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x80-\x9f\u2028]", text)
    arxiv.papers += [Entry(f"2504.000{n}") for n in (97, 98, 99)]
    assert ids(run(folder, arxiv)) == ["2504.00097", "2504.00098", "2504.00099"]
    assert run(folder, arxiv).outputs["changed"] == "false"


def test_a_servers_own_words_are_no_workflow_command_in_the_log(folder, arxiv):
    words = "<title>Feed error for query</title><subtitle>x ##[error]y&#10;::warning::z</subtitle>"
    body = f"<feed {NAMESPACES}>{words}</feed>".encode()
    arxiv.feed_faults = [Fault(503, {"Retry-After": "0"}, body=body)]
    done = run(folder, arxiv, GITHUB_ACTIONS="true")
    assert done.code == 0
    assert "arXiv says: x" in done.out
    assert "##[" not in done.out
    assert not [line for line in done.out.splitlines() if line.startswith("::warning")]


def test_a_missed_new_paper_counts_as_new_though_the_feed_has_its_replacement(folder, arxiv):
    missed = Entry("2504.00001", kind="replace", submitted=today() - timedelta(days=3))
    arxiv.papers = [missed]
    done = run(folder, arxiv, "--announce-types", "new")
    assert ids(done) == ["2504.00001"]
