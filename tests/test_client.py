"""HTTP: who asks and how often, what goes along, where redirects lead."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from paper_action.paper import SourceError

from .fake_arxiv import Entry, FakeArxiv, Fault, document
from .readings import NONE, Run

TEXT = "the announcement feed could not be read: "


@pytest.fixture
def server():
    with FakeArxiv([Entry("2504.00001")]) as fake:
        yield fake


@pytest.fixture
def home(monkeypatch, tmp_path):
    """Return a home of somebody who has no proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "NETRC"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


# Who asks, and how often


def test_a_program_in_a_repository_names_itself_and_the_repository(server, monkeypatch):
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    Run(server)
    for headers in server.headers:
        agent = headers["USER_AGENT"]
        assert re.fullmatch(r"paper-action/\d\S* \(\+https://git\.example/o/r\)", agent)


def test_without_a_repository_it_names_the_command_that_runs_it(server, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    Run(server, NONE)
    agent = server.headers[0]["USER_AGENT"]
    assert re.fullmatch(r"paper-action/\d\S* \(python -m paper_action\)", agent)


def test_every_request_says_what_it_takes(server):
    Run(server)
    accepted = [headers["ACCEPT"] for headers in server.headers]
    assert [text.startswith("application/atom+xml, ") for text in accepted] == [
        True
    ] * 2


def test_every_request_takes_what_we_can_unpack_and_no_more(server):
    Run(server)
    assert [each["ACCEPT_ENCODING"] for each in server.headers] == ["gzip"] * 2


def test_requests_keep_their_distance_feed_and_api_together(server):
    run = Run(server, "--delay", 3, ids=["2504.00001"])
    assert len(run.asked) == 3
    assert run.clock == 6


def test_the_distance_begins_when_an_answer_has_come(server):
    server.feed_faults = [Fault(body=server.drip(4, document().encode(), 1))]
    run = Run(server, "--delay", 3)
    assert len(run.asked) == 2
    assert run.clock == 7


def test_asking_again_keeps_the_distance_too(server):
    server.feed_faults = [Fault(503)]
    assert Run(server, NONE, "--delay", 3).clock == 3


@pytest.mark.parametrize("status", [406, 408, 425, 429, 500, 502, 503, 504, 520, 599])
def test_a_server_that_throttles_or_is_in_trouble_is_asked_again(server, status):
    server.feed_faults = [Fault(status)]
    run = Run(server, NONE)
    assert run.ids == ["2504.00001"]
    assert len(run.feeds) == 2


@pytest.mark.parametrize("status", [204, 401, 403, 404, 410])
def test_any_other_status_is_an_answer(server, status):
    server.feed_faults = [Fault(status)]
    run = Run(server)
    assert run.failures == [f"{TEXT}HTTP {status}"]
    assert len(run.feeds) == 1


# a Retry-After ⇒ how often the feed is asked ⇒ the seconds waited, of 60 for the feed
PAUSES = [
    ("50", 2, 50),
    ("0", 2, 1),
    ("Thu, 10 Apr 2025 06:00:00 GMT", 2, 1),
    ("soon", 2, 1),
    ("-5", 2, 1),
    ("9" * 5000, 2, 1),
    ("Thu, 99 Apr 2025", 2, 1),
    ("3600", 1, 0),
    ("Thu, 10 Apr 9999 06:00:00 GMT", 1, 0),
]


@pytest.mark.parametrize(("after", "feeds", "waited"), PAUSES)
def test_a_pause_that_is_asked_for_is_kept_or_left_to_the_others(
    server, after, feeds, waited
):
    server.feed_faults = [Fault(429, {"Retry-After": after})]
    server.api_faults = [Fault(503, {"Retry-After": "65"})]
    run = Run(server, "--max-wait", 120)
    assert run.ids == ["2504.00001"]
    assert len(run.feeds) == feeds
    assert run.failures == [f"{TEXT}HTTP 429"] * (2 - feeds)
    assert len(run.queries) == 2
    assert waited - 1 <= run.clock - 65 <= waited


def test_a_pause_until_a_moment_is_kept(server):
    moment = datetime.now(UTC) + timedelta(seconds=40)
    server.feed_faults = [Fault(429, {"Retry-After": format_datetime(moment)})]
    assert 30 < Run(server, NONE).clock <= 40


@pytest.mark.parametrize("after", ["0", "Thu, 10 Apr 2025 06:00:00 GMT"])
def test_a_server_that_asks_for_no_pause_at_all_is_not_asked_for_ever(server, after):
    server.feed_faults = [Fault(429, {"Retry-After": after})] * 99
    run = Run(server, "--delay", 0)
    assert run.failures == [f"{TEXT}HTTP 429"]
    assert len(run.feeds) < 10


@pytest.mark.parametrize("after", ["9" * 5000, "soon"])
def test_nonsense_beside_a_good_answer_is_not_read(server, after):
    body = document(Entry("2504.00001").announcement()).encode()
    server.feed_faults = [Fault(200, {"Retry-After": after}, body)]
    assert Run(server, NONE).failures == []


# What goes along


def test_no_password_of_the_users_goes_to_arxiv_nor_where_it_redirects(server, home):
    (home / ".netrc").write_text("default login me password secret\n")
    (home / ".netrc").chmod(0o600)
    server.feed_faults = [Fault(302, {"Location": "/atom/other"})]
    run = Run(server)
    assert len(run.asked) == 3
    assert [headers for headers in server.headers if "AUTHORIZATION" in headers] == []


def test_no_password_in_the_address_of_a_redirect_is_used(server, home):
    address = server.url.replace("//", "//me:secret@")
    server.feed_faults = [Fault(302, {"Location": f"{address}/atom/other"})]
    Run(server, NONE)
    assert len(server.headers) == 2
    assert "AUTHORIZATION" not in server.headers[1]


def test_no_cookie_comes_back(server):
    cookie = {"Set-Cookie": "id=1; Path=/"}
    server.feed_faults = [Fault(302, cookie | {"Location": "/atom/other"})]
    Run(server)
    assert len(server.headers) == 3
    assert [headers for headers in server.headers if "COOKIE" in headers] == []


def test_the_proxy_of_the_environment_is_used_and_gets_its_password(
    server, home, monkeypatch
):
    monkeypatch.setenv("http_proxy", server.url.replace("//", "//me:secret@"))
    run = Run(server, NONE, "--feed-url", "http://rss.arxiv.invalid/atom")
    assert run.ids == ["2504.00001"]
    assert server.headers[0]["HOST"] == "rss.arxiv.invalid"
    assert server.headers[0]["PROXY_AUTHORIZATION"].startswith("Basic ")


def test_a_host_that_is_to_have_no_proxy_is_asked_without_it(server, home, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert Run(server, NONE).ids == ["2504.00001"]


@pytest.mark.parametrize("address", ["127.0.0.1:9", "127.0.0.1:9/a@b", "p.invalid"])
def test_a_dead_proxy_is_named_as_such_without_its_password(
    server, home, monkeypatch, address
):
    monkeypatch.setenv("http_proxy", f"http://me:secret@{address}")
    with pytest.raises(
        SourceError, match=r"the proxy that HTTP_PROXY or HTTPS_"
    ) as told:
        Run(server)
    assert "secret" not in str(told.value)
    assert "arxiv.org" not in str(told.value)


# an address of a proxy that is none
NO_PROXIES = [
    "http://me:secret@[::1",
    "http://me:secret@127.0.0.1:99999",
    "http://me:secret/@127.0.0.1:9",
    "http://me:secret#@127.0.0.1:9",
    "http://me:secret@a b:9",
    "me:secret@no-port:x/",
]


@pytest.mark.parametrize("proxy", NO_PROXIES)
def test_the_address_of_a_proxy_that_is_none_is_told_without_its_password(
    server, home, monkeypatch, proxy
):
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(SourceError) as told:
        Run(server)
    assert "secret" not in str(told.value)


def test_a_proxys_password_is_in_no_line_of_the_log(server, home, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://me:secret@127.0.0.1:9")
    run = Run(server, "--feed-url", "https://127.0.0.1:9/atom", "--max-wait", 300)
    assert "secret" not in " ".join(run.log)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_missing_file_of_certificates_is_named_with_its_variable(
    server, home, monkeypatch, name
):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(name, "/nowhere/ca.pem")
    address = server.url.replace("http:", "https:")
    run = Run(server, "--feed-url", address)
    assert "TLS CA certificate bundle, invalid path: /nowhere/ca.pem" in run.failures[0]
    assert run.clock == 0


# an address that names no server
NO_SERVERS = ["http://[::1/atom", "http://[/atom", "http://:80/atom"]


@pytest.mark.parametrize("address", NO_SERVERS)
def test_an_address_that_names_no_server_is_the_failure_of_that_source(server, address):
    run = Run(server, "--feed-url", address)
    assert run.ids == ["2504.00001"]
    assert re.match(f"{TEXT}the address cannot be read: Invalid ", run.failures[0])


# Redirects


def endless():
    while True:
        yield b" " * 2**16


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_its_body_is_not_read(server, status):
    headers = {"Location": "/atom/cs.IR?new"}
    server.feed_faults = [Fault(status, headers, body=endless())]
    run = Run(server, NONE)
    assert run.ids == ["2504.00001"]
    assert run.feeds == ["/atom/cs.IR", "/atom/cs.IR?new"]


def test_a_redirect_keeps_the_distance_between_requests(server):
    server.feed_faults = [Fault(301, {"Location": "/atom/other"})]
    assert Run(server, NONE, "--delay", 3).clock == 3


@pytest.mark.parametrize(("count", "failures"), [(5, 0), (6, 1)])
def test_redirects_are_followed_five_times_at_most(server, count, failures):
    server.feed_faults = [Fault(301, {"Location": "/atom/other"})] * count
    run = Run(server)
    assert len(run.failures) == failures
    assert len(run.feeds) == 6


def test_no_proxy_is_asked_for_what_a_redirect_may_not_lead_to(
    server, home, monkeypatch
):
    monkeypatch.setenv("ftp_proxy", server.url)
    server.feed_faults = [Fault(302, {"Location": "ftp://somewhere/else"})]
    run = Run(server)
    assert "somewhere cannot be read" in run.failures[0]
    assert run.asked[0] == "/atom/cs.IR"
    assert run.asked[1].startswith("/api/")


# where a redirect leads ⇒ what is said
NOWHERE = [
    ("http://[::1", "127.0.0.1 cannot be read: Invalid IPv6 URL"),
    ("http://a b/", "cannot be read"),
    ("http://127.0.0.1:99999/", "cannot be read"),
    ("http://" + "a" * 300 + "/", "cannot be read"),
    ("ftp://127.0.0.1/", "cannot be read"),
    ("file:///etc/passwd", "cannot be read"),
    ("ftp://me:secret@host/", "cannot be read"),
]


@pytest.mark.parametrize(("location", "words"), NOWHERE)
def test_a_redirect_that_leads_nowhere_is_the_failure_of_that_source(
    server, location, words
):
    server.feed_faults = [Fault(302, {"Location": location})]
    run = Run(server)
    assert run.ids == ["2504.00001"]
    assert len(run.failures) == 1
    assert run.failures[0].startswith(TEXT)
    assert words in run.failures[0]
    assert "secret" not in run.failures[0]
    assert len(run.feeds) == 1
