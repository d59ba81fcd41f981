"""The keyword grammar, and what it says to the words of other search languages."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paper_action.match import Keywords, fold

from .conftest import paper

WORDS = st.text(st.characters(categories=["L", "Nd"]), min_size=1)


def matches(keywords: str, **fields) -> bool:
    return bool(Keywords.parse(keywords).match(paper(**fields)))


@pytest.mark.parametrize(
    ("keywords", "found", "missed"),
    [
        ("llm", "MLLMs at work", "Language models"), ('"RAG"', "RAG-based search", "Fragments"),
        ('"rag"', "(RAG)", "RAGs"), ("“RAG”", "RAG", "RAGs"), ('"C++"', "Modern C++ code", "C"),
        ("multi-modal", "Multi‑Modal, multi–modal", "multimodal"), ("c++", "Modern C++", "C"),
        ("large   language", "Large\u00a0Language", "largelanguage"),
        ("O'Brien", "By O’Brien", "OBrien"), ("Poincaré", r"Poincar{\'e}", "Poincar"),
        ("lodz", r"{\L}\'od\'z", "Lod"), ("strasse", "Straße", "S"), ("a, b", "xbx", "c"),
        ("a，b", "xbx", "c"), ("a AND b", "b or a", "only a"), ("a ANDNOT b", "a", "a b"),
        ("a AND NOT b", "a", "a b"), ("a AND b ANDNOT c", "a b", "a b c"), ('"a, b"', "a, b", "a"),
        ('"x AND y"', "x AND y", "y x"), ("* ANDNOT b", "A study", "b"),
        ("# a\n  # a\nb\n\n", "b", "a"), ("a.b", "a.b", "axb"), ("ti: a", "a", "b"),
        ("TI:a", "a", "b"), ('ti:"deep: a"', "Deep: a", "deep a"), ('"a|b"', "a|b", "a"),
        ("OR-tools", "OR-Tools", "OR"), ("3D", "3D", "2D"), ("μ", "µ-opioid", "u"),
        ("R&D", "R&amp;D", "RD"), ("检索", "大模型检索", "大模型"), ("it's", "It's", "its"),
        ("users' view", "Users' view", "users"), ("C#", "C#", "C"),
    ],
)  # fmt: skip
def test_a_title_matches_as_the_grammar_says(keywords, found, missed):
    assert matches(keywords, title=found)
    assert not matches(keywords, title=missed)


@pytest.mark.parametrize("keywords", ["*", "abs:*", "cat: *", "llm, *"])
def test_a_star_keeps_every_paper(keywords):
    assert matches(keywords, title="whatever", abstract="")


@pytest.mark.parametrize(
    ("field", "word"),
    [("ti", "Zoo"), ("abs", '"dense retrieval"'), ("au", "lewis"), ("cat", "cs.cl")],
)
def test_a_field_is_looked_at_alone_or_with_all(field, word):
    texts = {"title": "Zoo", "abstract": "dense retrieval", "authors": ("P. Lewis (Ark)",)}
    texts["categories"] = ("cs.IR", "cs.CL")
    found = {name for name in ("ti", "abs", "au", "cat") if matches(f"{name}:{word}", **texts)}
    assert found == {field}
    assert matches(f"all:{word}", **texts)
    assert not matches("all:ark", **texts)


def test_every_alternative_that_matches_is_named_as_it_was_written():
    keywords = Keywords.parse("  x , Foo AND  bar,\n “baz”, ba")
    assert keywords.match(paper(title="bar foo baz")) == ("Foo AND  bar", "“baz”", "ba")
    assert keywords.match(paper(title="none")) == ()
    assert [written for written, _ in keywords.alternatives] == ["x", "Foo AND  bar", "“baz”", "ba"]


def test_a_name_with_a_comma_is_told_to_be_two_alternatives():
    assert Keywords.parse("au:Wang, Wei, llm").notes == ("'au:Wang, Wei' is two alternatives",)
    assert Keywords.parse('au:"Wang, Wei", llm\nau:Li, au:Wei').notes == ()


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("llm OR rag", "llm, rag"), ('"a" OR "b"', '"a", "b"'), ("llm | rag", "llm, rag"),
        ("a;b", "a, b"), ("OR", '"OR"'), ("'RAG'", '"RAG"'), ("‘RAG’", '"RAG"'),
        ("'a, b'", '"a, b"'), ("- llm", "llm"), ("* llm", "llm"), ("[llm, rag]", "llm, rag"),
        ("NOT llm", "* ANDNOT llm"), ("-a", "* ANDNOT a"), ("llm NOT rag", "llm ANDNOT rag"),
        ("ANDNOT llm", "* ANDNOT llm"), ("multimod*", "multimod"), ("llm.*agent", "llm AND agent"),
        ("a * b", "a AND b"), ("A*", "in quotes"), ("title:llm", "ti"),
        ("(a OR b) AND c", "a AND c, b AND c"), ("f(x)", '"f(x)"'), ("re: search", '"a: b"'),
        ('("a b" OR c)', "a AND c, b AND c"), ('"f(x)" (y)', '"f(x)"'), ('a "b (c)', '"RAG"'),
        ('"open', '"RAG"'), ("a AND", "a AND b"), ("AND a", "a AND b"), ("a AND AND b", "a AND b"),
        ('x"y"', '"a: b"'), ('"a" b', '"a: b"'), ('""', "ti:a"), ("ti:", "ti:a"),
        ("ti:a ti:b", "a AND b"),
    ],
)  # fmt: skip
def test_another_search_language_is_an_error_that_shows_what_to_write(line, instead):
    with pytest.raises(ValueError, match=re.escape(repr(line))) as caught:
        Keywords.parse(f"good\n{line}")
    assert instead in str(caught.value).replace(repr(line), "")


@pytest.mark.parametrize("text", ["# only", ",", " \n"])
def test_a_setting_without_a_keyword_is_an_error(text):
    with pytest.raises(ValueError, match=re.escape(f"{text!r} holds no keyword")):
        Keywords.parse(text)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(WORDS, WORDS)
def test_a_quoted_word_is_never_found_in_a_longer_one_and_a_bare_one_always(word, more):
    assume(fold(word + more) == fold(word) + fold(more) and fold(word).isalnum())
    assume(fold(more).isalnum())
    assert matches(f'"{word}"', title=f"One ({word}), two")
    assert fold(word) in fold(more) or not matches(f'"{word}"', title=word + more)
    assert matches(f"ti:{word}", title=more + word) or fold(more + word) != fold(more) + fold(word)


@given(st.lists(st.sampled_from([*"aB*\"',;:|()[]- \n", " AND ", "ti:", " NOT ", " OR "])))
def test_what_is_read_can_be_matched_and_what_is_not_is_shown(pieces):
    text = "".join(pieces)
    parts = [repr(part.strip())[1:-1] for part in re.split("[,\n]", text) if part.strip()]
    try:
        shown = Keywords.parse(text).match(paper())
        expected = {written for written, _ in Keywords.parse(text).alternatives}
    except ValueError as refused:
        shown, expected = {True}, {any(part in str(refused) for part in parts or [repr(text)])}
    assert set(shown) <= expected
