"""Both of arXiv's dialects, and what is not an answer of arXiv's."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_action.arxiv.atom import Feed, parse
from paper_action.paper import SourceError

from .conftest import DATA, paper
from .fake_arxiv import Entry, document

GOOD = Entry("2504.00001", categories=("cs.IR", "cs.CL"), comment="9 pages")
WHOLE = document(GOOD.announcement()).encode()


def cases(name: str) -> list[list[str]]:
    """Return the lines of a file of samples, what is read and what is made of it."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split(" ⇒ ") for line in lines[1:]]


def read(*entries: str) -> Feed:
    return parse(document(*entries).encode())


def test_what_arxiv_sends_becomes_papers():
    found = parse((DATA / "cs.IR.2025-04-09.xml").read_bytes())
    first, day = found.papers[0], datetime.fromisoformat("2025-04-09T00:00-04:00")
    made = {"abstract": first.abstract, "authors": first.authors, "title": first.title}
    assert first == paper("2504.04178", date=day, **made)
    assert first.title.startswith("MSL: Not All Tokens Are What You Need for Tuning LLM as")
    assert first.abstract.startswith("Large language models (LLMs), known for")
    assert (first.abstract.count("\n  "), first.authors[9:]) == (1, ("Can Wang",))
    assert (found.entries, len(found.papers), found.total, found.unreadable) == (29, 29, 0, [])
    page = parse((DATA / "recorded-page-10-entries-from-20.xml").read_bytes())
    assert (len(page.papers), page.entries, page.total) == (10, 10, 214881)
    assert [one.doi for one in page.papers if one.doi] == ["10.1145/3597926.3598112"]
    old = parse((DATA / "recorded-astro-ph_0601001.xml").read_bytes()).papers[0]
    assert (old.id, old.authors[0]) == ("astro-ph/0601001", "Andrew Gould (Ohio State)")
    assert parse((DATA / "empty-weekend.xml").read_bytes()).papers == []


def test_both_dialects_give_the_same_record_but_for_the_day_and_the_announcement():
    day, sent = map(datetime.fromisoformat, ("2025-04-10T00:00-04:00", "2025-04-08T12:00Z"))
    made = {"categories": ("cs.IR", "cs.CL"), "comment": "9 pages"}
    assert parse(WHOLE).papers == [paper(GOOD.id, date=day, **made)]
    assert read(GOOD.result()).papers == [paper(GOOD.id, date=sent, announce_type="", **made)]
    other = GOOD.result().replace('primary_category term="cs.IR"', 'primary_category term="cs.CL"')
    assert read(other).papers[0].categories == ("cs.CL", "cs.IR")


@pytest.mark.parametrize(("kind", "words"), [("", "Bad subject"), ("recorded-", "incorrect id")])
def test_an_error_of_arxivs_is_told_in_its_own_words_and_not_asked_again(kind, words):
    with pytest.raises(SourceError, match=f"^arXiv says: {words}") as caught:
        parse((DATA / f"{kind}error-400.xml").read_bytes())
    assert not caught.value.retry


def test_an_entry_without_abstract_author_and_category_is_a_paper_of_the_day_it_was_updated():
    name, day = "<id>oai:arXiv.org:2504.00001</id>", "<updated>2025-04-09T00:00:00Z</updated>"
    bare = f"{name}<title>T</title>{day}<category/><dc:creator/><author/>"
    lacks = {"abstract": "", "authors": (), "categories": (), "announce_type": ""}
    made = paper(GOOD.id, title="T", date=datetime(2025, 4, 9, tzinfo=UTC), doi="10.1/x", **lacks)
    assert read(f"<entry>{bare}<arxiv:DOI>10.1/x</arxiv:DOI></entry>").papers == [made]


@pytest.mark.parametrize(("pattern", "said"), cases("unreadable.txt"))
def test_an_entry_that_cannot_be_read_is_named_and_the_others_are_kept(pattern, said):
    entry = re.sub(pattern, "", Entry("2504.00002").announcement())
    found = read(GOOD.announcement(), entry, Entry("2504.00003").announcement())
    assert [one.id for one in found.papers] == ["2504.00001", "2504.00003"]
    assert (found.entries, [text.startswith(said) for text in found.unreadable]) == (3, [True])


@pytest.mark.parametrize("total", ["many", "-1", "9" * 5000, "1.5", "१"])
def test_a_total_that_is_no_number_counts_as_none(total):
    found = read(f"<opensearch:totalResults>{total}</opensearch:totalResults>", GOOD.result())
    assert (len(found.papers), found.total) == (1, 0)


@pytest.mark.parametrize(("old", "new"), cases("not-atom.txt"))
def test_what_is_not_a_whole_plain_atom_document_is_an_error_that_may_pass(old, new):
    with pytest.raises(SourceError, match=r"^not an? .*Atom") as caught:
        parse(WHOLE.replace(old.encode(), new.encode("latin-1")))
    assert caught.value.retry


@given(st.binary(max_size=300))
def test_no_bytes_do_worse_than_a_source_error(noise):
    for body in (noise, WHOLE[:300] + noise + WHOLE[300:], WHOLE[:-7] + noise):
        with suppress(SourceError):
            parse(body)


@pytest.mark.parametrize(("creator", "names"), cases("names.txt"))
def test_names_are_split_at_commas_outside_brackets(creator, names):
    found = read(Entry("2504.00001", authors=(creator,)).announcement())
    assert found.papers[0].authors == tuple(names.split(" | "))


@pytest.mark.parametrize("piece", ["(", ")", "(()", "(a, ", "(a(b), ", ","])
def test_a_list_of_names_that_is_all_brackets_takes_no_time(piece):
    began = process_time()
    read(Entry("2504.00001", authors=(piece * 100_000,)).announcement())
    assert process_time() - began < 2
