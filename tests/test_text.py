r"""Authors' text, decoded, and as GitHub's own Markdown parser shows it in a row."""

import inspect
import json
import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html
from pylatexenc.latex2text import LatexNodes2Text

from paper_action.arxiv import atom
from paper_action.paper import linked_ids
from paper_action.text import (
    escape,
    formula_cost,
    latex,
    line,
    linked,
    mathjax,
    paragraphs,
    plain,
    split_paragraphs,
)

from .conftest import DATA, DAYS
from .rendered import render

URL = "https://arxiv.org/abs/2504.00001"
OTHER = "https://doi.org/10.48550/arXiv.2503.00002"


def cases(name: str) -> list[tuple[str, str, str]]:
    """Return a table: what is typed, what it shows, and maybe the Markdown."""
    text = (DATA / name).read_text(encoding="utf-8")
    return re.findall("(?m)^([^#].*?) ⇒ (.*?)(?: ⇒ (.*))?$", text)


def records(name: str) -> list[dict]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(record) for record in lines]


TYPED = cases("decoded.txt") + cases("formulas.txt")
CASES = TYPED + cases("macros.txt")
SAMPLE = records("latex.jsonl")
# Real texts of all fields, the kind of fault they once showed, and what they must show.
FIELDS = records("fields.jsonl")
# What means something to TeX, Markdown, HTML or GitHub, also where nobody types it.
WORST = (DATA / "pieces.txt").read_text(encoding="utf-8").split()


def named(record: dict) -> str:
    return record["id"]


def cell(markdown: str) -> html.HtmlElement:
    """Return the only cell of the only row that Markdown makes of a table cell."""
    assert len(markdown.splitlines()) < 2
    page = render(f"| a |\n| --- |\n| {markdown} |\n\nafter\n")
    assert [element.tag for element in page] == ["table", "p"]
    (shown,) = page.iterfind("table/tbody/tr/td")
    for br in shown.iter("br"):
        br.text = "\n"
    return shown


def one_line(text: str) -> str:
    return " ".join(text.split())


def shown(element: html.HtmlElement) -> str:
    text = "".join(element.itertext())
    return unicodedata.normalize("NFC", one_line(text))


def decoded(abstract: str) -> str:
    """Return an abstract as plain text, all paragraphs on one line."""
    parts = [plain(part) for part in split_paragraphs(abstract)]
    return one_line(" ".join(parts))


def formulas(element: html.HtmlElement) -> list[str]:
    """Return what GitHub typesets.

    It is code between dollars, after no letter, in no other mark-up.
    """
    found = []
    for code in element.iterfind("code"):
        before = code.xpath("string(preceding-sibling::node()[1][self::text()])")
        starts = re.search(r"(?<![^\W\d])\$$", before)
        if starts and (code.tail or "").startswith("$"):
            found.append(code.text)
    return found


def check_cell(markdown: str, text: str) -> None:
    """Hold a cell against its text: all is seen, nothing acts, no dollar is loose."""
    row = cell(markdown)
    # GitHub reads a formula as HTML once more, where a sign would begin a tag
    seen = shown(row).replace(r"\lt ", "<")
    assert seen == one_line(text)
    for mark in row.iterdescendants():
        attributes = ["=".join(item) for item in mark.items()]
        written = " ".join([mark.tag, *attributes])
        assert re.fullmatch(
            "a href=https?://.+|br|code|em|span|strong|sub|sup", written
        )
    tex = formulas(row)
    for formula in tex:
        assert not re.search(r"<[A-Za-z/!?]", formula)
        assert not re.search(r"(?<!\\)%", formula)
        assert not re.search(r"\\(operatorname|mbox|[hv]?phantom|unicode)", formula)
    dollars = [span for span in row.iter("span") if span.text == "$"]
    within = "".join(tex).count("$")
    assert shown(row).count("$") == len(dollars) + 2 * len(tex) + within


def check(raw: str) -> None:
    """Hold a text against what a row shows of it, as a title and as an abstract."""
    check_cell(line(raw), plain(raw))
    check_cell(paragraphs(raw), decoded(raw))


@pytest.mark.parametrize(("raw", "text", "markdown"), CASES)
def test_text_is_decoded_by_the_tables(raw, text, markdown):
    assert one_line(plain(raw)) == text


@pytest.mark.parametrize(("raw", "text", "markdown"), CASES)
def test_text_becomes_the_markdown_that_the_tables_say(raw, text, markdown):
    assert line(raw) == markdown or not markdown


@pytest.mark.parametrize(("raw", "text", "markdown"), TYPED)
def test_a_row_shows_the_decoded_text(raw, text, markdown):
    check(raw)


@pytest.mark.parametrize("paper", FIELDS, ids=named)
def test_a_paper_of_any_field_shows_what_its_authors_meant(paper):
    assert paper["shows"] in decoded(paper["text"])


@pytest.mark.parametrize("paper", FIELDS, ids=named)
def test_a_row_of_a_paper_of_any_field_shows_the_decoded_text(paper):
    check(paper["text"])


@pytest.mark.parametrize("depth", [1, 5, 12])
def test_groups_are_read_to_a_depth_of_twelve(depth):
    opened = "".ljust(depth, "{")
    closed = "".ljust(depth, "}")
    assert plain(rf"{opened}\'e{closed}") == "é"


def test_groups_that_are_nested_deeper_stay_as_they_were_typed():
    raw = "{" * 13 + r"\'e" + "}" * 13
    assert plain(raw) == "{é}"


def test_what_reads_as_a_sentence_between_dollars_is_no_formula():
    assert plain("$e^V under which $x$") == "$e^V under which $x$"


@pytest.mark.parametrize(
    "sign", "\0 \x1b \x7f \u202a \u202e \u2066 \u2069 \ufeff".split(" ")
)
def test_a_sign_that_only_controls_is_not_shown(sign):
    assert plain(f"a{sign}b") == "ab"


def test_a_tie_is_a_blank_at_which_no_line_ends():
    assert plain("Fig.~1") == "Fig.\N{NO-BREAK SPACE}1"
    assert plain("5~ kpc") == "5\N{NO-BREAK SPACE}kpc"


def test_no_blank_stands_at_the_ends_of_a_text():
    assert plain(r"\emph{ a }") == "a"


def test_formulas_are_typeset_and_money_is_not():
    raw = r"R$^2$D costs \$5, $5 or $6: \textbf{VLM$^3$} $a|b_1*c\{d\\e$$x$"
    row = cell(line(raw))
    assert formulas(row) == ["^2", "^3", r"a|b_1*c\{d\\e", "x"]


LINKS = [
    f"see {OTHER}",
    rf"\url{{{OTHER}}}",
    rf"\href{{{OTHER}}}{{it}}",
    f"[it]({OTHER})",
    rf"$\text{{see {OTHER}}}$",
    rf"$\href{{{OTHER}}}{{it}}$",
]


@pytest.mark.parametrize("raw", [*LINKS, f"${OTHER}$"])
def test_another_paper_is_no_link_in_a_title(raw):
    assert not linked_ids(line(raw))


@pytest.mark.parametrize("raw", [*LINKS, f"${OTHER}$"])
def test_another_paper_is_no_link_in_a_linked_title(raw):
    assert not linked_ids(linked(raw, "http://x.y"))


@pytest.mark.parametrize("raw", LINKS)
def test_another_paper_is_a_link_in_an_abstract(raw):
    (link,) = cell(paragraphs(raw)).iter("a")
    assert link.get("href") == OTHER


TITLES = [
    "see http://x.y",
    r"\href{http://x.y}{see} it",
    r"C$^2$ \emph{a} b",
    r"{\em a $x$ b}",
    r"\emph{\href{http://x.y}{see} it}",
    "$x$",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_linked_title_holds_no_other_link(title):
    row = cell(linked(title, URL))
    addresses = {link.get("href") for link in row.iter("a")}
    assert addresses == {URL}


@pytest.mark.parametrize("title", TITLES)
def test_the_link_of_a_title_holds_no_formula(title):
    row = cell(linked(title, URL))
    texts = [shown(link) for link in row.iter("a")]
    assert "$" not in "".join(texts)


@pytest.mark.parametrize("title", TITLES)
def test_the_formulas_of_a_linked_title_are_typeset(title):
    row = cell(linked(title, URL))
    assert len(formulas(row)) == title.count("$") // 2


@pytest.mark.parametrize("title", TITLES)
def test_a_linked_title_shows_the_decoded_text(title):
    row = cell(linked(title, URL))
    assert shown(row).removesuffix(" link") == plain(title)


# A title, and what it is as a link to http://x.y.
LINKED = [
    (r"\emph{ a }", "[<em>a</em>](http://x.y)"),
    (r"\href{http://a.b}{\emph{a}} b", "[<em>a</em> b](http://x.y)"),
    ("a $x$", "[a](http://x.y) $`x`$"),
    ("$x$", "$`x`$ [link](http://x.y)"),
    (r"\label{x}", "[link](http://x.y)"),
]


@pytest.mark.parametrize(("title", "markdown"), LINKED)
def test_a_title_becomes_a_link(title, markdown):
    assert linked(title, "http://x.y") == markdown


@pytest.mark.parametrize("between", ["\n  ", "\n\n", "\n \t\n"])
@pytest.mark.parametrize("signs", [("\\[", "\\]"), ("$", "$")])
def test_paragraphs_are_kept_apart_and_formulas_whole(between, signs):
    formula = f"{signs[0]}{between}x{between}=y{between}{signs[1]}"
    raw = f"  One\nline.{between}a {formula}{between}b\n {between}\n"
    assert paragraphs(raw) == "One line.<br><br>a $`x =y`$<br><br>b"


# An abstract, lines and all, and its paragraphs.
PARAGRAPHS = [
    ("a\n \nb", "a<br><br>b"),
    ("a\n \tb", "a<br><br>b"),
    ("a\n\n{}\n\nb", "a<br><br>b"),
    ("\n\\emph{ a }\n\n\\emph{ b }\n", "<em>a</em><br><br><em>b</em>"),
    ("a\tb\nc", "a b c"),
]


@pytest.mark.parametrize(("raw", "markdown"), PARAGRAPHS)
def test_blanks_beside_paragraphs_make_none(raw, markdown):
    assert paragraphs(raw) == markdown


def test_a_line_that_begins_with_one_blank_goes_on_with_the_paragraph():
    assert paragraphs("One\n line.\n\ttabbed") == "One line. tabbed"


# An abstract, lines and all, and the Markdown: a percent sign hides the rest of its
# line in a formula, in text where it ends the line behind a word.
COMMENTS = [
    ("$\\mathbb{R}%\n^2$", "$`\\mathbb{R}^2`$"),
    ("\\[\n  %\\tag{1}\n  x\n\\]", "$`x`$"),
    ("$50\\%\nx$", "$`50\\% x`$"),
    ("the problem%\n\\[x\\]", "the problem $`x`$"),
    ("10%\nof it", "10% of it"),
    ("LLM%\nis.%\nis,%\nis:%\nis;%\nis", "LLM is. is, is: is; is"),
    ("$2%\n  3$", "$`23`$"),
]


@pytest.mark.parametrize(("raw", "markdown"), COMMENTS)
def test_a_comment_at_the_end_of_a_line_is_not_shown(raw, markdown):
    assert paragraphs(raw) == markdown


def test_every_title_abstract_and_author_shows_the_decoded_text():
    for day in DAYS:
        for paper in atom.parse(day.read_bytes()).papers:
            for raw in (paper.title, paper.abstract, *paper.authors):
                check(raw)


@pytest.mark.parametrize("paper", SAMPLE, ids=named)
def test_every_sample_shows_the_decoded_text(paper):
    for name in ("title", "abstract", "comment"):
        check(paper[name])


def letters(text: str) -> str:
    """Return what two readings of TeX must agree on: neither formulas nor stops."""
    return re.sub(r"\$[^$]*\$|[^\w<>=+*/]|_", "", text)


@pytest.mark.parametrize("paper", SAMPLE, ids=named)
def test_a_sample_reads_as_pylatexenc_reads_it_but_for_known_differences(paper):
    raw = f"{paper['title']} {paper['abstract']}"
    raw = re.sub(r"\\href\{[^{}]*\}|(?<!\\)%", "", raw)
    reader = LatexNodes2Text(math_mode="remove", strict_latex_spaces="macros")
    is_same = letters(decoded(raw)) == letters(reader.latex_to_text(raw))
    assert is_same == ("differs" not in paper)


def test_every_command_of_the_tables_is_tested():
    tables = (latex.ACCENTS, latex.STYLES, latex.MACROS, latex.SIGNS, latex.SWITCHES)
    tested = {
        re.match(r"x ?\\([A-Za-z]+|.)", raw)[1] for raw, *_ in cases("macros.txt")
    }
    for table in tables:
        assert table.keys() <= tested


def test_no_command_stands_in_two_tables():
    tables = [latex.ACCENTS, latex.STYLES, latex.MACROS, latex.SIGNS, latex.OWN]
    names = [name for table in tables for name in table]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("table", [latex, mathjax], ids=["latex", "mathjax"])
def test_no_word_stands_twice_in_a_list_of_words(table):
    for words in re.findall(
        r'"{3}\n((?: {4}[^"]+\n)+) *"{3}', inspect.getsource(table)
    ):
        names = words.split()
        assert len(names) == len(set(names))


# Macros that GitHub refuses (github/markup issue 1688), or has no package for.
REFUSED = """
    DeclareMathOperator DeclarePairedDelimiters colorbox fcolorbox definecolor hphantom
    vphantom phantom mathchoice unicode mmlToken operatorname mbox newcommand def
    require bbox href
""".split()


@pytest.mark.parametrize("name", REFUSED)
def test_a_formula_has_no_macro_that_github_refuses(name):
    raw = rf"$a\{name}{{b}}{{c}}$"
    assert not re.search(rf"\\{name}(?![A-Za-z])", line(raw))


BLANKS = [
    "\n",
    "\n  ",
    "\t",
    " ",
    "- ",
    "# ",
    "\u00a0",
    "\u0301",
    "\u202e",
    "\U000f0001",
]
PIECES = st.sampled_from(WORST + BLANKS) | st.text(max_size=4)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@settings(deadline=None, max_examples=400, derandomize=True)
@given(TEXTS)
@example("https:{\\em}//arxiv.org/abs/2503.00002")
@example("`$x$` $`$ \\texttt{a|`b}")
@example("\\href{\\begin{equation}ttp://x.y}{")
@example("![a](http://x.y) b!\\href{http://x.y}{c}")
@example("$\\text{$\\text{$x$}$}$ $\\tag{$\\tag{a}$}$ ${${$x$}$}$")
def test_whatever_authors_type_a_row_shows_the_decoded_text(raw):
    check(raw)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(TEXTS)
def test_whatever_authors_type_a_title_lists_no_other_paper(raw):
    assert not linked_ids(line(raw))


@settings(deadline=None, max_examples=200, derandomize=True)
@given(TEXTS)
def test_whatever_authors_type_a_linked_title_lists_its_paper_first(raw):
    assert linked_ids(linked(raw, URL))[0] == "2504.00001"


@settings(deadline=None, max_examples=200, derandomize=True)
@given(TEXTS)
def test_whatever_authors_type_the_decoded_text_is_composed(raw):
    assert plain(raw) == unicodedata.normalize("NFC", plain(raw))


ANY_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
SIGNS = ":smile: @name #12 GH-12 a@b.cd www.a.b http://a.b *a* <b> `c` | \\"


@settings(deadline=None, max_examples=200, derandomize=True)
@given(ANY_TEXT)
@example(SIGNS)
def test_escaped_text_shows_as_it_is(text):
    row = render(f"x {escape(text)} x")
    seen = "".join(row.itertext()).strip()
    assert seen == f"x {unicodedata.normalize('NFC', text)} x"


@settings(deadline=None, max_examples=200, derandomize=True)
@given(ANY_TEXT)
@example(SIGNS)
def test_nothing_in_escaped_text_is_markup(text):
    row = render(f"x {escape(text)} x")
    tags = {element.tag for element in row.iterdescendants()}
    assert tags <= {"p", "span"}


@settings(deadline=None, max_examples=200, derandomize=True)
@given(ANY_TEXT)
@example(SIGNS)
def test_nothing_in_escaped_text_is_an_emoji_a_mention_or_a_reference(text):
    for node in render(f"x {escape(text)} x").itertext():
        assert not re.search(r":[a-z+]+:|@\w|#\d|\b[Gg][Hh]-\d", node)


# What stands on a page, and the units that GitHub counts for its formulas.
COSTS = [
    ("no formula", 0),
    ("a $`x`$ b $`y^2`$", 2),
    ("$`x_{i}^{n}`$", 3),
    (r"$`\|a\|_{2}`$ and $`\{b\}`$ \| c", 4),
    ("a<span></span>$`z`$<span></span>$`z`$", 2),
    ("costs <span>$</span>5 and <span>$</span>6", 0),
    ("costs $5 and $6, or \\$7$", 0),
    ("theirs: $x$ and $x_{i}$.", 3),
    ("$$\n\\frac{a}{b}\n$$", 3),
    ("```math\nx_{i}\n```\n\n```\n{}\n```", 2),
    ("5$x$ and $x$y and $ x$ and $x $ and $x\\$", 0),
    ("$x\ny$ and $$x$ and $$ and", 0),
]


@pytest.mark.parametrize(("markdown", "units"), COSTS)
def test_a_formula_costs_one_unit_and_one_for_each_brace(markdown, units):
    assert formula_cost(markdown) == units


def seconds(function, text: str) -> float:
    """Return the time that it takes to read a text."""
    began = time.process_time()
    function(text)
    return time.process_time() - began


def is_read_within(limit: float, function, text: str) -> bool:
    """Tell whether a text is read in some seconds, at the second time at least."""
    return seconds(function, text) < limit or seconds(function, text) < limit


PAGES = ["$", "$$", "$`", "`$", "```math\n", "$a", "$a ", "$`x`$", "{"]


@pytest.mark.parametrize("piece", PAGES)
def test_the_cost_of_a_page_is_counted_in_linear_time(piece):
    assert is_read_within(1, formula_cost, piece * 100_000)


# Braces, dollars and formulas in and behind each other, as no author types them.
NESTED = [
    "${",
    "${$a}",
    "{$a$}",
    r"\text{$",
    r"$\text{$a$",
    r"\[ \( ",
    r"\begin{align}\begin{gather}\[",
    r"$\begin{cases}",
    "$}",
    "in the $",
    r"\frac1",
    r"\'{\'{",
    "e\u0301\u0323",
    "ı\u0301",
    "%\n",
    "[a](http://b) ",
]


@pytest.mark.parametrize("piece", [*WORST, *NESTED])
def test_the_worst_texts_are_read_in_linear_time(piece):
    assert is_read_within(0.5, paragraphs, piece * (20_000 // len(piece)))


def test_a_dollar_deep_within_groups_is_read_in_linear_time():
    raw = "{" * 40_000 + "$" + "}" * 40_000
    assert is_read_within(0.5, paragraphs, rf"\( {raw}")


def test_a_title_of_many_combining_marks_is_read_in_linear_time():
    assert is_read_within(1, line, "a" + "\u0301\u0323" * 100_000)


def test_an_abstract_of_many_addresses_is_read():
    markdown = paragraphs("http://x.y " * 100_000)
    assert markdown.count("<http://x.y>") == 100_000


@pytest.mark.parametrize("piece", [*WORST, " $5 aa", "$ a ", "aa ", "{ ", "\n "])
def test_the_worst_texts_stay_on_one_line(piece):
    text = piece * (2_000 // len(piece))
    assert len(line(text).splitlines()) < 2


@pytest.mark.parametrize("piece", [*WORST, " $5 aa", "$ a ", "aa ", "{ ", "\n "])
def test_the_worst_texts_in_a_formula_stay_on_one_line(piece):
    text = piece * (2_000 // len(piece))
    assert len(line(f"${text}$}}").splitlines()) < 2
