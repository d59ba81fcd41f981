"""The keyword grammar."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_action.match import Keywords, fold
from paper_action.paper import Paper


def paper(title="", abstract="", authors=(), categories=("cs.IR",)) -> Paper:
    day = datetime(2025, 4, 9, tzinfo=UTC)
    return Paper("2504.00001", 1, title, abstract, tuple(authors), categories, categories[0], "new", day, "", "")


def matches(keywords: str, **fields) -> bool:
    return Keywords.parse(keywords).match(paper(**fields)) is not None


@pytest.mark.parametrize(
    ("keywords", "title", "found"),
    [
        ("llm", "MLLMs at work", True),
        ("llm", "Language models", False),
        ('"RAG"', "Fragments", False),
        ('"RAG"', "RAG-based search", True),
        ('"rag"', "(RAG)", True),
        ("multi-modal", "Multi‑Modal search", True),
        ("multi-modal", "multi–modal", True),
        ("multi-modal", "multimodal", False),
        ("large language", "Large\u00a0Language", True),
        ("large language", "Large  \n language", True),
        ("poincare", r"Poincar\'e", True),
        ("Poincaré", "Poincare", True),
        ("poincaré", r"Poincar{\'e}", True),
        ("lodz", r"{\L}\'od\'z", True),
        ("strasse", "Straße", True),
        ("a, b", "xbx", True),
        ("a AND b", "a or b", True),
        ("a AND b", "only a", False),
        ("a ANDNOT b", "a", True),
        ("a ANDNOT b", "a b", False),
        ("a AND b ANDNOT c", "a b", True),
        ('"a, b"', "a, b", True),
        ('"x AND y"', "x AND y", True),
        ('"x AND y"', "y x", False),
        ("*", "whatever", True),
        ("* ANDNOT survey", "A survey", False),
        ("* ANDNOT survey", "A study", True),
        ("# llm\nrag", "llm", False),
        ("  # llm\nrag\n\n", "rag", True),
        ("c++", "Modern C++", True),
        ("a.b", "axb", False),
        ("re: search", "Re: Search", True),
        ("fusion\\AND", "fusion\\AND", True),
    ],
)
def test_a_title_matches_as_the_grammar_says(keywords, title, found):
    assert matches(keywords, title=title) is found


def test_fields_look_where_they_say():
    one = {
        "title": "T",
        "abstract": "dense retrieval",
        "authors": ("P. Lewis (Retrieval Inc.)",),
        "categories": ("cs.IR", "cs.CL"),
    }
    assert matches("abs:retrieval", **one)
    assert matches('abs:"dense retrieval"', **one)
    assert matches("au:lewis", **one)
    assert matches("cat:cs.cl", **one)
    assert matches("all:lewis", **one)
    assert matches("all:cs.CL AND ti:t", **one)
    assert not matches("retrieval", **one)
    assert not matches("ti:retrieval", **one)
    assert not matches("au:retrieval", **one)


def test_the_first_alternative_that_matches_is_named_as_it_was_written():
    keywords = Keywords.parse('  x , Foo AND  bar,\n "baz"')
    assert keywords.match(paper(title="bar foo baz")) == "Foo AND  bar"
    assert keywords.match(paper(title="baz")) == '"baz"'
    assert keywords.match(paper(title="none")) is None


@pytest.mark.parametrize(
    "keywords",
    [
        '"open',
        "a AND",
        "AND a",
        "ANDNOT a",
        "a AND AND b",
        'x"y"',
        '""',
        "ti:",
        "title:llm",
        "# only",
        ",",
        "a ANDNOT",
        "OR",
        '"a" b',
    ],
)
def test_a_bad_line_is_an_error_that_names_it(keywords):
    with pytest.raises(ValueError, match=re.escape(keywords)):
        Keywords.parse(keywords if keywords in ("# only", ",") else f"good\n{keywords}")


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(categories=["L", "Nd"]), min_size=1))
def test_any_word_finds_itself_whole_and_any_part_bare(text):
    assert matches(f'all:"{text}"', title=f"One ({text}), two")
    assert matches(f"ti:{text}", title=f"x{text}y") or fold(f"x{text}y") != f"x{fold(text)}y"
