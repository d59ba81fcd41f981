"""The keyword grammar, and what it says to the words of other search languages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_action.match import Keywords

from .conftest import cases, paper

WORDS = {"ti": "Zoo", "abs": '"dense retrieval"', "au": "lewis", "cat": "cs.cl"}
LETTERS = st.text("aBéßøπЖ中7", min_size=1)


def matches(keywords: str, title: str) -> bool:
    return bool(Keywords.parse(keywords).match(paper(title=title)))


@pytest.mark.parametrize(("keywords", "found", "missed"), cases("keywords.txt"))
def test_a_title_matches_as_the_grammar_says(keywords, found, missed):
    assert matches(keywords, found)
    assert not matches(keywords, missed)


def test_a_star_keeps_every_paper():
    stars = ("*", "abs:*", "cat: *")
    assert Keywords.parse(",".join(["llm", *stars])).match(paper(title="x", abstract="")) == stars


def test_a_field_is_looked_at_alone_or_with_all():
    texts = {"title": "A zoo", "abstract": "Dense retrieval", "authors": ("P. Lewis (Ark)", "B. C")}
    one = paper(**texts, categories=("cs.IR", "cs.CL"))
    terms = [f"{field}:{word}" for field in WORDS for word in WORDS.values()]
    found = [f"{field}:{word}" for field, word in WORDS.items()]
    found += [f"all:{word}" for word in WORDS.values()]
    missed = ["retrieval", "all:ark", 'all:"zoo dense"', "au:lewis b"]
    assert Keywords.parse(",".join([*terms, *found, *missed])).match(one) == tuple(found)


def test_every_alternative_that_matches_is_named_as_it_was_written():
    text = "# x, foo\n  # x, foo\n  x , Foo AND  bar,\n\n “baz”, ba"
    named = Keywords.parse(text).match(paper(title="bar foo baz"))
    assert named == ("Foo AND  bar", "“baz”", "ba")


def test_a_line_that_begins_with_a_number_sign_is_a_comment_to_its_end():
    named = Keywords.parse("#llm, rag\n # ti:a OR b\ngraph").texts
    assert named == ("graph",)


@pytest.mark.parametrize(("line", "instead"), cases("foreign.txt"))
def test_another_search_language_is_an_error_that_shows_what_to_write(line, instead):
    with pytest.raises(ValueError, match=re.escape(repr(line))) as caught:
        Keywords.parse(f"good\n{line}")
    assert instead in str(caught.value).replace(repr(line), "")


@given(LETTERS, LETTERS)
def test_a_quoted_word_is_never_found_in_a_longer_one_and_a_bare_one_always(word, more):
    assert matches(f'"{word}"', f"One ({word}), two")
    assert not matches(f'"{word}"', word + more)
    assert not matches(f'"{word}"', more + word)
    assert matches(f"ti:{word}", more + word)
