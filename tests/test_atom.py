"""Both of arXiv's dialects, and what is not an answer of arXiv's."""

import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_action.arxiv.atom import Feed, parse
from paper_action.paper import (
    ConfigError,
    PassingSourceError,
    RefusalError,
    SourceError,
)

from .conftest import DATA, arxiv_id, cases, paper
from .fake_arxiv import Entry, document

GOOD = Entry("2504.00001", categories=("cs.IR", "cs.CL"), comment="9 pages")
WHOLE = document(GOOD.announcement()).encode()


def read(*entries: str) -> Feed:
    return parse(document(*entries).encode())


def sample(name: str) -> Feed:
    return parse((DATA / name).read_bytes())


# What arXiv sends


def test_an_announcement_becomes_papers():
    found = sample("cs.IR.2025-04-09.xml")
    first = found.papers[0]
    day = datetime.fromisoformat("2025-04-09T00:00-04:00")
    known = {"abstract": first.abstract, "authors": first.authors, "title": first.title}
    assert first == paper("2504.04178", date=day, **known)
    assert first.title.startswith(
        "MSL: Not All Tokens Are What You Need for Tuning LLM"
    )
    assert first.abstract.startswith("Large language models (LLMs), known for")
    assert first.abstract.count("\n  ") == 1
    assert first.authors[9:] == ("Can Wang",)


def test_what_is_in_an_announcement_is_counted():
    found = sample("cs.IR.2025-04-09.xml")
    assert found.entries == 29
    assert len(found.papers) == 29
    assert found.total == 0
    assert found.unreadable == []


def test_a_page_of_results_becomes_papers():
    page = sample("recorded-page-10-entries-from-20.xml")
    assert len(page.papers) == 10
    assert page.entries == 10
    assert page.total == 214881
    dois = [one.doi for one in page.papers if one.doi]
    assert dois == ["10.1145/3597926.3598112"]


def test_a_paper_of_the_old_style_has_its_affiliation():
    old = sample("recorded-astro-ph_0601001.xml").papers[0]
    assert old.id == "astro-ph/0601001"
    assert old.authors[0] == "Andrew Gould (Ohio State)"


def test_a_weekend_has_no_papers():
    assert sample("empty-weekend.xml").papers == []


def test_both_dialects_give_the_same_record_but_for_the_day_and_the_announcement():
    day = datetime.fromisoformat("2025-04-10T00:00-04:00")
    sent = datetime.fromisoformat("2025-04-08T12:00Z")
    same = {"categories": ("cs.IR", "cs.CL"), "comment": "9 pages"}
    announced = paper(GOOD.id, date=day, **same)
    submitted = paper(GOOD.id, date=sent, announce_type="", **same)
    assert parse(WHOLE).papers == [announced]
    assert read(GOOD.result()).papers == [submitted]


def test_the_primary_category_is_the_first():
    result = GOOD.result()
    other = result.replace(
        'primary_category term="cs.IR"', 'primary_category term="cs.CL"'
    )
    assert read(other).papers[0].categories == ("cs.CL", "cs.IR")


@pytest.mark.parametrize("kind", ["new", "cross", "replace", "replace-cross"])
def test_an_abstract_begins_with_its_own_words_whatever_the_announcement(kind):
    entry = Entry("2504.00001", kind=kind, abstract="Abstract: words.")
    assert read(entry.announcement()).papers[0].abstract == "Abstract: words."


# what stands between the announcement's type and the abstract
BETWEEN = [" \nAbstract: ", "\nAbstract: ", "\n Abstract:\n", "  Abstract:"]


@pytest.mark.parametrize("between", BETWEEN)
def test_an_abstract_begins_with_its_own_words_whatever_the_blanks_before(between):
    entry = GOOD.announcement().replace(" \nAbstract: ", between)
    assert read(entry).papers[0].abstract == "Words."


def test_an_abstract_that_cites_much_takes_no_time():
    abstract = "arXiv:" * 20_000
    began = process_time()
    assert read(Entry("2504.00001", abstract=abstract).result()).papers != []
    assert process_time() - began < 1


def test_what_is_broken_into_lines_is_one_line():
    entry = GOOD.result().replace("9 pages", "9\n  pages").replace("A. One", "A.\n One")
    made = read(entry).papers[0]
    assert made.comment == "9 pages"
    assert made.authors[0] == "A. One"


def test_an_author_of_two_places_has_both():
    entry = GOOD.result()
    places = "".join(
        f"<arxiv:affiliation>{place}</arxiv:affiliation>" for place in ("X", "Y")
    )
    entry = entry.replace("<name>A. One</name>", f"<name>A. One</name>{places}")
    assert read(entry).papers[0].authors == ("A. One (X, Y)", "B. Two")


def test_an_entry_without_abstract_author_and_category_is_a_paper_all_the_same():
    entry = (
        "<entry><id>oai:arXiv.org:2504.00001</id><title>T</title>"
        "<updated>2025-04-09T00:00:00Z</updated><category/><dc:creator/><author/>"
        "<arxiv:DOI>10.1/x</arxiv:DOI></entry>"
    )
    made = paper(
        GOOD.id,
        title="T",
        abstract="",
        authors=(),
        categories=(),
        announce_type="",
        date=datetime(2025, 4, 9, tzinfo=UTC),
        doi="10.1/x",
    )
    assert read(entry).papers == [made]


@pytest.fixture(params=["America/Los_Angeles", "UTC"])
def zone(monkeypatch, request):
    """Set this machine's clock to a time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("text", "moment"), cases("dates.txt"))
def test_a_date_is_the_same_moment_in_any_form_and_on_any_machine(zone, text, moment):
    entry = GOOD.announcement().replace("2025-04-10T00:00:00-04:00", text)
    date = read(entry).papers[0].date
    assert date.astimezone(UTC).isoformat() == moment


@pytest.mark.parametrize(("name", "paper_and_version"), cases("entry-ids.txt"))
def test_an_entry_is_known_by_what_follows_its_host(name, paper_and_version):
    entry = GOOD.announcement().replace("oai:arXiv.org:2504.00001v1", name)
    found = read(entry).papers[0]
    assert f"{found.id} {found.version}" == paper_and_version


# what stands in a title ⇒ what is read
TITLES = [
    ("A <i>b</i> c", "A b c"),
    ("A <i>b <b>c</b></i>", "A b c"),
    ("<i>A</i> <b>b</b>", "A b"),
    ("A<!-- no --> b", "A b"),
    ("<!-- no -->A b", "A b"),
    ("A <?no no?>b", "A b"),
    ("A\n  b", "A b"),
    ("<![CDATA[A <b>]]>", "A <b>"),
]


@pytest.mark.parametrize(("inside", "title"), TITLES)
def test_a_title_is_all_its_text(inside, title):
    entry = GOOD.announcement().replace("An LLM", inside)
    assert read(entry).papers[0].title == title


# Authors


@pytest.mark.parametrize(("creator", "names"), cases("names.txt"))
def test_names_are_split_at_commas_outside_brackets(creator, names):
    found = read(Entry("2504.00001", authors=(creator,)).announcement())
    assert found.papers[0].authors == tuple(names.split(" | "))


def test_authors_in_elements_of_their_own_are_all_had():
    entry = GOOD.announcement()
    both = "<dc:creator>A. One (X, Y)</dc:creator><dc:creator>B. Two</dc:creator>"
    entry = re.sub("<dc:creator>.*</dc:creator>", both, entry)
    assert read(entry).papers[0].authors == ("A. One (X, Y)", "B. Two")


@pytest.mark.parametrize("piece", ["(", ")", "(()", "(a, ", "(a(b), ", ","])
def test_a_list_of_names_that_is_all_brackets_takes_no_time(piece):
    began = process_time()
    read(Entry("2504.00001", authors=(piece * 100_000,)).announcement())
    assert process_time() - began < 2


# What cannot be read


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("", ConfigError, "categories: arXiv says: Bad subject"),
        ("recorded-", RefusalError, "arXiv says: incorrect id"),
    ],
)
def test_an_error_of_arxivs_is_told_in_its_own_words(kind, error, words):
    with pytest.raises(error, match=f"^{words}"):
        sample(f"{kind}error-400.xml")


def test_an_error_of_arxivs_is_one_line():
    words = "no\n::error::such" + " field" * 999
    entry = f"<entry><id>/api/errors</id><summary>{words}</summary></entry>"
    with pytest.raises(RefusalError) as caught:
        read(entry)
    assert str(caught.value).startswith("arXiv says: no ::error::such field")
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(("pattern", "said"), cases("unreadable.txt"))
def test_an_entry_that_cannot_be_read_is_named_and_the_others_are_kept(pattern, said):
    entry = re.sub(pattern, "", Entry("2504.00002").announcement())
    found = read(GOOD.announcement(), entry, Entry("2504.00003").announcement())
    assert [one.id for one in found.papers] == ["2504.00001", "2504.00003"]
    assert found.entries == 3
    assert len(found.unreadable) == 1
    assert found.unreadable[0].startswith(said)


def test_the_name_of_an_entry_that_cannot_be_read_is_told_up_to_a_length():
    entry = Entry("x" * 9999).announcement()
    assert len(read(entry).unreadable[0]) < 300


@pytest.mark.parametrize("name", ["2504.0000२", "२504.00002", "2504.00002v२"])
def test_the_digits_of_an_id_are_those_of_links(name):
    entry = Entry("2504.00002").announcement().replace("2504.00002v1", name)
    found = read(GOOD.announcement(), entry)
    assert [one.id for one in found.papers] == ["2504.00001"]
    assert len(found.unreadable) == 1


@pytest.mark.parametrize(
    "date", ["soon", "9" * 20, "2025-99-99", "2025-04-10 00:00 +9999"]
)
def test_a_date_that_names_no_day_is_none(date):
    entry = GOOD.announcement().replace("2025-04-10T00:00:00-04:00", date)
    assert len(read(entry).unreadable) == 1


def test_a_total_is_read_with_the_blanks_around_it():
    count = "<opensearch:totalResults>\n 7\n</opensearch:totalResults>"
    assert read(count, GOOD.result()).total == 7


def test_an_empty_page_that_counts_results_is_an_error_that_may_pass():
    count = "<opensearch:totalResults>7</opensearch:totalResults>"
    with pytest.raises(PassingSourceError, match="an empty page of 7 results"):
        read(count)


@pytest.mark.parametrize("total", ["many", "-1", "9" * 5000, "1.5", "१"])
def test_a_total_that_is_no_number_counts_as_none(total):
    count = f"<opensearch:totalResults>{total}</opensearch:totalResults>"
    found = read(count, GOOD.result())
    assert len(found.papers) == 1
    assert found.total == 0


@pytest.mark.parametrize(("old", "new"), cases("not-atom.txt"))
def test_what_is_not_a_whole_plain_atom_document_is_an_error_that_may_pass(old, new):
    with pytest.raises(PassingSourceError, match=r"^not an? .*Atom"):
        parse(WHOLE.replace(old.encode(), new.encode("latin-1")))


@given(st.binary(max_size=300))
def test_no_bytes_do_worse_than_a_source_error(noise):
    for body in (noise, WHOLE[:300] + noise + WHOLE[300:], WHOLE[:-7] + noise):
        with suppress(SourceError):
            parse(body)


def test_the_largest_collaborations_are_read():
    authors = tuple(f"A. Name-{n} (CERN, Dept. {n})" for n in range(3000))
    papers = [Entry(arxiv_id(n), authors=authors).result() for n in range(60)]
    found = read(*papers)
    assert len(found.papers[59].authors) == 3000
