"""The keyword grammar, and what it says to the words of other search languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper_action.match import Keywords

from .conftest import cases, paper

WORDS = {"ti": "Zoo", "abs": '"dense retrieval"', "au": "lewis", "cat": "cs.cl"}
HYPHENS = "-֊־‐‑‒–—―⁃−⸺⸻﹘﹣－ "
LETTERS = st.text("aBéßøπЖ中7", min_size=1)


def matches(keywords: str, title: str) -> bool:
    return bool(Keywords.parse(keywords).match(paper(title=title)))


def is_in(keywords: str, *categories: str) -> bool:
    return bool(Keywords.parse(keywords).match(paper(categories=categories)))


def texts(keywords: str) -> tuple[str, ...]:
    return tuple(Keywords.parse(keywords).alternatives)


def error(keywords: str) -> str:
    with pytest.raises(ValueError, match=r"write") as caught:
        Keywords.parse(keywords)
    return str(caught.value)


@pytest.mark.parametrize(("keywords", "found", "missed"), cases("keywords.txt"))
def test_a_title_matches_as_the_grammar_says(keywords, found, missed):
    assert matches(keywords, found)
    assert not matches(keywords, missed)


def test_a_star_keeps_every_paper():
    stars = ("*", "abs:*", "cat: *")
    empty = paper(title="x", abstract="")
    assert Keywords.parse(",".join(["llm", *stars])).match(empty) == stars


def test_a_star_in_quotes_is_a_star():
    assert matches('"*"', "A * search")
    assert not matches('"*"', "A search")


def test_a_field_is_looked_at_alone_or_with_all():
    one = paper(
        title="A zoo",
        abstract="Dense retrieval",
        authors=("P. Lewis (Ark)", "B. C"),
        categories=("cs.IR", "cs.CL"),
    )
    crossed = [f"{field}:{word}" for field in WORDS for word in WORDS.values()]
    found = [f"{field}:{word}" for field, word in WORDS.items()]
    found += [f"all:{word}" for word in WORDS.values()]
    missed = ["retrieval", "all:ark", 'all:"zoo dense"', "au:lewis b"]
    keywords = Keywords.parse(",".join([*crossed, *found, *missed]))
    assert keywords.match(one) == tuple(found)


@pytest.mark.parametrize("field", ["ti", "abs", "au"])
def test_a_letter_that_an_author_typed_in_tex_is_found_in_every_field(field):
    typed = r"Henri Poincar\'e"
    one = paper(title=typed, abstract=typed, authors=(typed,))
    assert Keywords.parse(f"{field}:poincaré").match(one)


@pytest.mark.parametrize(
    "keywords", ["cat:cs.IR", "cat:CS.ir", 'cat:"cs.IR"', "cat:cs"]
)
def test_a_category_is_that_one_and_an_archive_all_of_its_own(keywords):
    assert is_in(keywords, "math.ST", "cs.IR")
    assert not is_in(keywords, "physics.soc-ph", "econ.IR", "nlin.CS")


def test_a_category_is_never_found_inside_another_name():
    assert is_in("cat:math", "math.GT")
    assert not is_in("cat:math", "hep-th")
    assert not is_in("cat:ph", "quant-ph", "physics.soc-ph")
    assert not is_in("cat:cs.I", "cs.IR")
    assert not is_in("cat:ir", "cs.IR")
    assert not is_in("all:cs.I", "cs.IR")


@pytest.mark.parametrize("keywords", ["cat:cs.SY", "cat:eess.SY", "cat:cs", "cat:eess"])
@pytest.mark.parametrize("name", ["cs.SY", "eess.SY"])
def test_either_name_of_a_category_means_both(keywords, name):
    assert is_in(keywords, name)


def test_a_category_may_have_a_hyphen():
    assert is_in("cat:hep-th", "hep-th")
    assert is_in("cat:math-ph", "math.MP")
    assert not is_in("cat:hep", "hep-th")
    assert not is_in("cat:th", "hep-th")


def test_every_alternative_that_matches_is_named_as_it_was_written():
    text = "# x, foo\n  # x, foo\n  x , Foo AND  bar,\n\n “baz” # y, foo\nba"
    assert texts(text) == ("x", "Foo AND  bar", "“baz”", "ba")
    found = Keywords.parse(text).match(paper(title="bar foo baz"))
    assert found == ("Foo AND  bar", "“baz”", "ba")


def test_a_blank_of_any_kind_is_shown_as_a_plain_one():
    assert texts("a\tb\u3000c\xa0d") == ("a b c d",)
    assert error("a\tOR\u3000b").startswith("in 'a OR b' write ")


def test_a_keyword_that_stands_twice_is_named_once():
    assert texts("llm, llm\nllm") == ("llm",)


def test_a_line_that_begins_with_a_number_sign_is_a_comment_to_its_end():
    assert texts("#llm, rag\n #ti:a OR b\ngraph") == ("graph",)


@pytest.mark.parametrize(
    ("line", "named"),  # what the line holds when its comment is gone
    [
        ("RAG # whole word", ("RAG",)),
        ("RAG # a, b", ("RAG",)),
        ("a, RAG\t#\tb", ("a", "RAG")),
        ("RAG #", ("RAG",)),
        ("RAG, # more", ("RAG",)),
        ("C# code", ("C# code",)),
        ("a #1 b", ("a #1 b",)),
        ('"a # b", c', ('"a # b"', "c")),
    ],
)
def test_a_number_sign_between_blanks_begins_a_comment(line, named):
    assert texts(line) == named


@pytest.mark.parametrize(("line", "instead"), cases("foreign.txt"))
def test_another_search_language_is_an_error_that_says_what_to_write(line, instead):
    said = error(f"good\n{line}")
    assert said.startswith(f"in {line!r} write ")
    assert said.count(repr(line)) == 1
    assert instead in said


@pytest.mark.parametrize("line", ["llm OR rag", "(a)", "a;b", "[a]", "a & b", "what?"])
def test_a_sign_in_quotes_is_only_itself(line):
    assert matches(f'"{line}"', f"On {line}, once more")


def test_the_alternative_alone_is_named_of_a_long_line():
    assert error("good, llm OR rag, better").startswith("in 'llm OR rag' write ")


@pytest.mark.parametrize(
    ("line", "said"),  # the first part that cannot be read, and what to write in it
    [
        ("[llm, rag]  # two", "in '[llm' write commas "),
        ('llm, [rag, "x, y"]', "in '[rag' write commas "),
        ("(a, b) AND c", "in '(a' write each combination "),
    ],
)
def test_a_list_in_brackets_is_named_where_it_begins(line, said):
    assert error(line).startswith(said)


@pytest.mark.parametrize(
    ("line", "said"),  # signs of another script ⇒ the error has them as well
    [
        ("（llm）", "in '（llm）' write each combination "),
        ("a；b", "in 'a；b' write a comma "),
        ("“open", "in '“open' write a quotation mark "),
        ('au:"Lewis，Patrick"', """in 'au:"Lewis，Patrick"' write the name """),
        ('au:"Lewis、Patrick"', """in 'au:"Lewis、Patrick"' write the name """),
        ("x, «RAG»  OR llm、y", "in '«RAG»  OR llm' write a comma "),
    ],
)
def test_signs_of_another_script_are_read_as_plain_ones_and_shown_as_written(
    line, said
):
    assert error(line).startswith(said)


@pytest.mark.parametrize("text", ["# only", ",", " , ,\n#"])
def test_keywords_without_one_are_an_error(text):
    assert error(text) == f"{text!r} holds no keyword; write llm, or * for every paper"


@pytest.mark.parametrize(("line", "told"), cases("notices.txt"))
def test_what_may_be_meant_otherwise_is_told(line, told):
    notices = " ".join(Keywords.parse(line).notices) or "nothing"
    assert told in notices


def test_what_may_be_meant_otherwise_is_told_once():
    assert len(Keywords.parse("RAG\nabs:RAG AND llm").notices) == 1


def test_two_alternatives_on_two_lines_are_meant_so():
    assert Keywords.parse("au:Wang\nWei").notices == ()


@given(LETTERS, LETTERS)
def test_a_quoted_word_is_never_found_in_a_longer_one_and_a_bare_one_always(word, more):
    assert matches(f'"{word}"', f"One ({word}), two")
    assert not matches(f'"{word}"', word + more)
    assert not matches(f'"{word}"', more + word)
    assert matches(f"ti:{word}", more + word)


@given(st.sampled_from(HYPHENS), st.sampled_from(HYPHENS))
def test_a_hyphen_of_any_kind_is_a_blank_and_the_other_way_round(one, other):
    assert matches(f"zero{one}shot", f"Zero{other}Shot")
    assert matches(f'"zero{one}shot"', f"Zero{other}Shot")
