"""Both of arXiv's dialects, and what is not an answer of arXiv's."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_action.atom import parse
from paper_action.paper import SourceError

from .conftest import DATA
from .fake_arxiv import Entry, document

GOOD = Entry("2504.00001", authors=("A. One (Univ. X, Dept. Y)", "B. Two"), comment="9 pages")


def feed(*entries: str) -> bytes:
    return document(*entries).encode()


def test_an_announcement_becomes_a_paper():
    found = parse((DATA / "cs.IR.2025-04-09.xml").read_bytes())
    paper = found.papers[0]
    assert (found.entries, found.total, found.unreadable) == (len(found.papers), 0, [])
    assert (paper.id, paper.version, paper.announce_type) == ("2504.04178", 1, "new")
    assert paper.title == "MSL: Not All Tokens Are What You Need for Tuning LLM as a Recommender"
    assert paper.abstract.startswith("Large language models (LLMs), known for")
    assert paper.abstract.count("\n  ") == 1
    assert (paper.authors[0], len(paper.authors)) == ("Bohao Wang", 10)
    assert paper.categories == ("cs.IR",)
    assert paper.date == datetime(2025, 4, 9, tzinfo=timezone(timedelta(hours=-4)))


def test_a_result_of_the_query_api_becomes_a_paper():
    paper = parse((DATA / "recorded-astro-ph_0601001.xml").read_bytes()).papers[0]
    assert (paper.id, paper.version, paper.announce_type) == ("astro-ph/0601001", 1, "")
    assert paper.authors[:2] == ("Andrew Gould (Ohio State)", "Susan Dorsher (Ohio State)")
    assert paper.date == datetime(2006, 1, 2, 14, 57, 58, tzinfo=UTC)
    assert paper.comment.startswith("62 pages including")
    page = parse((DATA / "recorded-page-10-entries-from-20.xml").read_bytes())
    assert (len(page.papers), page.entries, page.total) == (10, 10, 214881)
    assert [paper.doi[:8] for paper in page.papers if paper.doi] == ["10.1145/"]
    assert page.papers[0].categories == ("q-bio.QM", "cs.IT", "eess.SP", "stat.AP")
    assert all("\n" not in paper.title for paper in page.papers)


def test_both_dialects_give_the_same_record_but_for_the_day_and_the_announcement():
    announced, result = (
        parse(feed(text)).papers[0] for text in (GOOD.announcement(), GOOD.result())
    )
    same = [name for name in announced._fields if name not in ("date", "announce_type")]
    assert [getattr(announced, name) for name in same] == [getattr(result, name) for name in same]


@pytest.mark.parametrize("name", ["empty-weekend.xml", "recorded-no-results.xml"])
def test_a_feed_without_entries_is_no_error(name):
    assert parse((DATA / name).read_bytes()).papers == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("error-400.xml", "arXiv says: Bad subject class 'cs.XX'"),
        ("recorded-error-400.xml", "incorrect id format"),
    ],
)
def test_an_error_of_arxivs_is_told_in_its_own_words_and_not_asked_again(name, words):
    with pytest.raises(SourceError, match=words) as caught:
        parse((DATA / name).read_bytes())
    assert not caught.value.retry


STAMP = "<published>2025-04-10T00:00:00-04:00</published>"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<id>oai:arXiv.org:2504.00002v1</id>", "", "'An LLM' skipped: its id names no paper"),
        ("<id>oai:arXiv.org:2504.00002v1</id><title>An LLM</title>", "", "'number 2' skipped"),
        ("oai:arXiv.org:2504.00002v1", "https://example.org/2504.00002", "example.org"),
        ("<title>An LLM</title>", "<title> \n </title>", "2504.00002v1' skipped: it has no title"),
        ("T00:00:00-04:00", "", "2504.00002v1' skipped: its date has no timezone"),
        (STAMP, "", "2504.00002"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named_and_the_others_are_kept(old, new, said):
    bad = Entry("2504.00002").announcement()
    assert old in bad
    found = parse(
        feed(GOOD.announcement(), bad.replace(old, new), Entry("2504.00003").announcement())
    )
    assert [paper.id for paper in found.papers] == ["2504.00001", "2504.00003"]
    assert (found.entries, len(found.unreadable)) == (3, 1)
    assert said in found.unreadable[0]


def test_an_entry_without_abstract_author_and_category_is_a_paper_of_the_day_it_was_updated():
    name, day = "<id>oai:arXiv.org:2504.00001</id>", "<updated>2025-04-09T00:00:00Z</updated>"
    bare = f"<entry>{name}<title>T</title>{day}<arxiv:DOI>10.1/x</arxiv:DOI></entry>"
    paper = parse(feed(bare)).papers[0]
    assert paper.doi == "10.1/x"
    assert (paper.abstract, paper.authors, paper.categories) == ("", (), ())
    assert paper.date == datetime(2025, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize("total", ["many", "-1", "9" * 5000, "1.5", "१"])
def test_a_total_that_is_no_number_counts_as_none(total):
    found = parse(
        feed(f"<opensearch:totalResults>{total}</opensearch:totalResults>", GOOD.result())
    )
    assert (len(found.papers), found.total) == (1, 0)


WHOLE = (DATA / "cs.IR.2025-04-09.xml").read_bytes()
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "body",
    [
        *(WHOLE[: int(len(WHOLE) * share)] for share in (0.999, 0.5, 0)),
        FILE + feed(GOOD.announcement().replace("An LLM", "&f;")),
        b"<!DOCTYPE feed>" + feed(GOOD.announcement()),
        feed(GOOD.announcement().replace("An LLM", "&undeclared;")),
        feed("<x>" * 100_000 + "</x>" * 100_000),
        feed(GOOD.announcement()).replace(b"An LLM", b"An \xff\xfe LLM"),
        feed(GOOD.announcement()) * 2,
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<?xml version='1.0' encoding='klingon'?><feed/>",
        b"<feed/>",
        b"Rate exceeded.",
    ],
    ids=lambda body: body[-30:].decode(errors="replace"),
)
def test_what_is_not_a_whole_plain_atom_document_is_an_error_that_may_pass(body):
    with pytest.raises(SourceError) as caught:
        parse(body)
    assert caught.value.retry
    assert len(str(caught.value)) < 1000


@given(st.binary(max_size=300))
def test_no_bytes_do_worse_than_a_source_error(noise):
    whole = feed(GOOD.announcement())
    for body in (noise, whole[:200] + noise + whole[200:], whole[:-7] + noise):
        with contextlib.suppress(SourceError):
            parse(body)


def authors(creator: str) -> list[str]:
    return list(
        parse(feed(Entry("2504.00001", authors=(creator,)).announcement())).papers[0].authors
    )


@pytest.mark.parametrize(
    ("creator", "names"),
    [
        ("A. One, B. Two", ["A. One", "B. Two"]),
        ("A. One (X (Y, Z), W), B. Two (V)", ["A. One (X (Y, Z), W)", "B. Two (V)"]),
        ("A. One (X, B. Two, C. Three", ["A. One (X", "B. Two", "C. Three"]),
        ("A. One (X, B. Two (Y, Z), C. Three", ["A. One (X", "B. Two (Y, Z)", "C. Three"]),
        ("A. One), B. (Bee) Two", ["A. One)", "B. (Bee) Two"]),
        (" A.\n One ,, B. Two ", ["A. One", "B. Two"]),
    ],
)
def test_names_are_split_at_commas_outside_brackets(creator, names):
    assert authors(creator) == names


@pytest.mark.parametrize("piece", ["(", ")", "(()", "(a, ", "(a(b), ", ","])
def test_a_list_of_names_that_is_all_brackets_takes_no_time(piece):
    began = process_time()
    authors(piece * 100_000)
    assert process_time() - began < 2


@given(st.lists(st.tuples(st.text("abcé. ", min_size=1), st.text("xyz, ", min_size=1))))
def test_names_with_affiliations_survive_being_joined(people):
    names = [" ".join(f"{name} ({place})".split()) for name, place in people]
    assert authors(", ".join(names)) == names
