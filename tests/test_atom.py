"""Both of arXiv's dialects, and what is not an answer of arXiv's."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_action.atom import SourceError, parse, split_names

from .conftest import DATA
from .fake_arxiv import NAMESPACES, Entry

GOOD = Entry("2504.00001")


def feed(*entries: str, head: str = "") -> bytes:
    return f"<?xml version='1.0' encoding='UTF-8'?>{head}<feed {NAMESPACES}>{''.join(entries)}</feed>".encode()


def test_an_announcement_becomes_a_paper():
    found = parse((DATA / "cs.IR.2025-04-09.xml").read_bytes())
    paper = found.papers[0]
    assert (found.entries, found.total, found.unreadable) == (len(found.papers), 0, [])
    assert (paper.id, paper.version, paper.announce_type) == ("2504.04178", 1, "new")
    assert paper.title == "MSL: Not All Tokens Are What You Need for Tuning LLM as a Recommender"
    assert paper.abstract.startswith("Large language models (LLMs), known for")
    assert paper.abstract.count("\n  ") == 1
    assert (paper.authors[0], len(paper.authors)) == ("Bohao Wang", 10)
    assert (paper.primary, paper.categories) == ("cs.IR", ("cs.IR",))
    assert paper.date == datetime(2025, 4, 9, tzinfo=timezone(timedelta(hours=-4)))


def test_a_result_of_the_query_api_becomes_a_paper():
    paper = parse((DATA / "recorded-astro-ph_0601001.xml").read_bytes(), ["astro-ph"]).papers[0]
    assert (paper.id, paper.version, paper.announce_type) == ("astro-ph/0601001", 1, "new")
    assert paper.authors[:2] == ("Andrew Gould (Ohio State)", "Susan Dorsher (Ohio State)")
    assert paper.names[0] == "Andrew Gould"
    assert paper.date == datetime(2006, 1, 2, 14, 57, 58, tzinfo=UTC)
    assert paper.comment.startswith("62 pages including")
    page = parse((DATA / "recorded-page-10-entries-from-20.xml").read_bytes())
    assert len(page.papers) == page.entries == 10 < page.total
    assert all("\n" not in paper.title for paper in page.papers)
    assert {paper.announce_type for paper in page.papers} == {"cross"}


def test_both_dialects_give_the_same_record_but_for_the_date():
    one, two = (parse(feed(text), ["cs.IR"]).papers[0] for text in (GOOD.announcement(), GOOD.result()))
    assert [getattr(one, name) for name in one.__slots__ if name != "date"] == [
        getattr(two, name) for name in two.__slots__ if name != "date"
    ]


def test_a_feed_without_entries_is_no_error():
    assert parse((DATA / "empty-weekend.xml").read_bytes()).papers == []
    assert parse((DATA / "recorded-no-results.xml").read_bytes()).papers == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("error-400.xml", "arXiv says: Bad subject class 'cs.XX'"), ("recorded-error-400.xml", "incorrect id format")],
)
def test_an_error_of_arxivs_is_told_in_its_own_words_and_not_asked_again(name, words):
    with pytest.raises(SourceError, match=words) as caught:
        parse((DATA / name).read_bytes())
    assert not caught.value.retry


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<id>oai:arXiv.org:2504.00002v1</id>", "", "An LLM"),
        ("oai:arXiv.org:2504.00002v1", "https://example.org/2504.00002", "example.org"),
        ("oai:arXiv.org:2504.00002v1", "oai:arXiv.org:2504.00002v1\nx", "2504.00002"),
        ("<title>An LLM</title>", "", "2504.00002v1' skipped: it has no title"),
        ("<title>An LLM</title>", "<title> \n </title>", "2504.00002v1' skipped: it has no title"),
        ("T00:00:00-04:00", "", "2504.00002v1' skipped: its date has no timezone"),
        ("T00:00:00-04:00", "T99", "2504.00002"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named_and_the_others_are_kept(old, new, said):
    bad = Entry("2504.00002").announcement()
    assert old in bad
    found = parse(feed(GOOD.announcement(), bad.replace(old, new), Entry("2504.00003").announcement()))
    assert [paper.id for paper in found.papers] == ["2504.00001", "2504.00003"]
    assert found.entries == 3
    assert len(found.unreadable) == 1
    assert said in found.unreadable[0]


def test_an_entry_without_abstract_author_and_category_is_a_paper():
    bare = "<entry><id>oai:arXiv.org:2504.00001</id><title>T</title><published>2025-04-09T00:00:00Z</published></entry>"
    paper = parse(feed(bare)).papers[0]
    assert (paper.abstract, paper.authors, paper.categories, paper.primary) == ("", (), (), "")


@pytest.mark.parametrize("share", [0.999, 0.9, 0.5, 0.01, 0])
def test_a_cut_off_document_is_an_error(share):
    whole = (DATA / "cs.IR.2025-04-09.xml").read_bytes()
    with pytest.raises(SourceError) as caught:
        parse(whole[: int(len(whole) * share)])
    assert caught.value.retry


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "document",
    [
        feed(GOOD.announcement().replace("An LLM", "&a9;"), head=f'<!DOCTYPE feed [<!ENTITY a0 "ha">{BOMB}]>'),
        feed('<x y="&a9;"/>', head=f'<!DOCTYPE feed [<!ENTITY a0 "ha">{BOMB}]>'),
        feed(
            GOOD.announcement().replace("An LLM", "&f;"), head='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        ),
        feed(GOOD.announcement(), head='<!DOCTYPE feed SYSTEM "http://127.0.0.1:9/x.dtd">'),
        feed(GOOD.announcement(), head="<!DOCTYPE feed>"),
        feed(GOOD.announcement().replace("An LLM", "&undeclared;")),
        feed("<x>" * 100_000 + "</x>" * 100_000),
        feed(GOOD.announcement()).replace(b"An LLM", b"An \xff\xfe LLM"),
        feed(GOOD.announcement()).replace(b"An LLM", b"An \0 LLM"),
        feed(GOOD.announcement().replace("An LLM", "An &#0; LLM")),
        feed(GOOD.announcement().replace("An LLM", "An \x1b[31m LLM")),
        feed(GOOD.announcement()) * 2,
        b"<!DOCTYPE html><html><body>Rate exceeded.</body></html>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<?xml version='1.0' encoding='klingon'?><feed/>",
        b"<feed/>",
        b"{}",
        b"\0" * 100,
        "ſomething".encode("utf-16"),
    ],
    ids=lambda document: document[38:90].decode(errors="replace"),
)
def test_what_is_not_a_whole_plain_atom_document_is_an_error(document):
    with pytest.raises(SourceError) as caught:
        parse(document)
    assert caught.value.retry
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("total", ["many", "-1", "9" * 5000, "1.5", "१"])
def test_a_total_that_is_no_number_counts_as_none(total):
    text = f"<opensearch:totalResults>{total}</opensearch:totalResults>"
    found = parse(feed(text, GOOD.result()))
    assert (len(found.papers), found.total) == (1, 0)


def test_an_affiliation_is_no_name():
    authors = ("A. One (X (Y), Z)", "B. (Bee) Two (V)", "C. (Cee) Three", "((1) X, (2) Y)")
    paper = replace(parse(feed(GOOD.announcement())).papers[0], authors=authors)
    assert paper.names == ("A. One", "B. (Bee) Two", "C. (Cee) Three")


@pytest.mark.parametrize(
    ("creator", "names"),
    [
        ("A. One, B. Two", ["A. One", "B. Two"]),
        ("A. One (Univ. X, Dept. Y), B. Two", ["A. One (Univ. X, Dept. Y)", "B. Two"]),
        ("A. One (X (Y, Z), W), B. Two (V)", ["A. One (X (Y, Z), W)", "B. Two (V)"]),
        ("A. One (X, B. Two, C. Three", ["A. One (X", "B. Two", "C. Three"]),
        ("A. One), B. Two", ["A. One)", "B. Two"]),
        (" A.\n One ,, B. Two ", ["A. One", "", "B. Two"]),
        ("Sam Smith, Jr. (X)", ["Sam Smith", "Jr. (X)"]),
    ],
)
def test_names_are_split_at_commas_outside_brackets(creator, names):
    assert split_names(creator) == names


@given(st.lists(st.tuples(st.text("abcé. ", min_size=1), st.text("xyz, ", min_size=1))))
def test_names_with_affiliations_survive_being_joined(people):
    names = [" ".join(f"{name} ({place})".split()) for name, place in people]
    assert split_names(", ".join(names)) == (names or [""])


@given(st.binary(max_size=300))
def test_no_bytes_do_worse_than_a_source_error(noise):
    whole = feed(GOOD.announcement())
    for document in (noise, whole[:200] + noise + whole[200:], whole[:-7] + noise):
        with contextlib.suppress(SourceError):
            parse(document)


@pytest.mark.parametrize("creator", ["a" * 500_000, "a, " * 300_000, "(" * 300_000 + ", " * 300_000])
def test_a_creator_of_megabytes_takes_no_more_than_its_length(creator):
    assert split_names(creator)
