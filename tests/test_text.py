r"""Authors' text, decoded, and as GitHub's own Markdown parser shows it in a row."""

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
    line,
    linked,
    paragraphs,
    plain,
    split_paragraphs,
)

from .conftest import DATA, DAYS
from .rendered import render

CASE = re.compile("(?m)^([^#].*?) ⇒ (.*?)(?: ⇒ (.*))?$")
CASES = [
    case
    for name in ("decoded.txt", "macros.txt")
    for case in CASE.findall((DATA / name).read_text("utf-8"))
]
SAMPLE = [
    *map(json.loads, (DATA / "latex.jsonl").read_text(encoding="utf-8").splitlines())
]
# what means something to TeX, Markdown, HTML or GitHub, also where nobody would type it
WORST = (DATA / "pieces.txt").read_text(encoding="utf-8").split()
URL = "https://arxiv.org/abs/2504.00001"


def cell(markdown: str) -> html.HtmlElement:
    """Return the only cell of the only row that Markdown makes of a table cell."""
    assert len(markdown.splitlines()) < 2
    page = render(f"| a |\n| --- |\n| {markdown} |\n\nafter\n")
    assert [element.tag for element in page] == ["table", "p"]
    (shown,) = page.iterfind("table/tbody/tr/td")
    for br in shown.iter("br"):
        br.text = "\n"
    return shown


def shown(element: html.HtmlElement) -> str:
    return unicodedata.normalize("NFC", " ".join("".join(element.itertext()).split()))


def formulas(element: html.HtmlElement) -> list[str]:
    """Return what GitHub typesets: code between dollars, after no letter, in no other mark-up."""
    before = "string(preceding-sibling::node()[1][self::text()])"
    return [
        code.text
        for code in element.iterfind("code")
        if re.search(r"(?<![^\W\d])\$$", code.xpath(before))
        and (code.tail or "").startswith("$")
    ]


def check(raw: str) -> None:
    """Hold a title and an abstract against the text: all is seen, nothing acts, no loose dollar."""
    decoded = " ".join(map(plain, split_paragraphs(raw)))
    for markdown, text in ((line(raw), plain(raw)), (paragraphs(raw), decoded)):
        row = cell(markdown)
        assert shown(row).replace(r"\lt ", "<") == " ".join(text.split())
        for mark in row.iterdescendants():
            written = " ".join([mark.tag, *map("=".join, mark.items())])
            assert re.fullmatch(
                "a href=https?://.+|br|code|em|span|strong|sub|sup", written
            )
        tex = formulas(row)
        assert not re.search(
            r"\\(operatorname|mbox|[hv]?phantom|unicode)|(?<!\\)%", " ".join(tex)
        )
        apart = sum(span.text == "$" for span in row.iter("span"))
        assert shown(row).count("$") == apart + sum(
            2 + formula.count("$") for formula in tex
        )


@pytest.mark.parametrize(("raw", "text", "markdown"), CASES)
def test_text_is_decoded_by_the_table_and_shown_as_decoded(raw, text, markdown):
    assert " ".join(plain(raw).split()) == text
    assert markdown in {"", line(raw)}
    check(raw)


def test_formulas_are_typeset_and_money_is_not():
    row = cell(line(r"R$^2$D costs \$5, $5 or $6: \textbf{VLM$^3$} $a|b_1*c\{d\\e$$x$"))
    assert formulas(row) == ["^2", "^3", r"a|b_1*c\{d\\e", "x"]


def test_a_link_to_a_paper_is_a_link_in_an_abstract_alone():
    other = "https://doi.org/10.48550/arXiv.2503.00002"
    raw = rf"see {other}, \url{{{other}}}, \href{{{other}}}{{it}}, [it]({other}), ${other}$"
    assert not linked_ids(line(raw) + linked(raw, "http://x.y"))
    assert [link.get("href") for link in cell(paragraphs(raw)).iter("a")] == [other] * 4


def test_a_linked_title_holds_no_other_link_and_no_formula():
    for title in (
        "see http://x.y",
        r"\href{http://x.y}{see} it",
        r"C$^2$ \emph{a} b",
        "$x$",
    ):
        row = cell(linked(title, URL))
        assert {link.get("href") for link in row.iter("a")} == {URL}
        assert "$" not in "".join(map(shown, row.iter("a")))
        assert shown(row).removesuffix(" link") == plain(title)
        assert len(formulas(row)) == title.count("$") // 2


@pytest.mark.parametrize("between", ["\n  ", "\n\n", "\n \t\n"])
def test_paragraphs_are_kept_apart_and_formulas_whole(between):
    for start, end in (("\\[", "\\]"), ("$", "$")):
        raw = f"  One\nline.{between}a {start}{between}x{between}=y{end}{between}b\n {between}\n"
        assert paragraphs(raw) == "One line.<br><br>a $`x =y`$<br><br>b"


def test_every_sample_shows_the_decoded_text():
    papers = [paper for day in DAYS for paper in atom.parse(day.read_bytes()).papers]
    texts = [
        text
        for paper in papers
        for text in (paper.title, paper.abstract, *paper.authors)
    ]
    texts += [
        paper[name] for paper in SAMPLE for name in ("title", "abstract", "comment")
    ]
    for raw in texts:
        check(raw)


@pytest.mark.parametrize("paper", SAMPLE, ids=lambda paper: paper["id"])
def test_the_sample_reads_as_pylatexenc_reads_it_but_for_known_differences(paper):
    reader = LatexNodes2Text(math_mode="remove", strict_latex_spaces="macros")
    raw = re.sub(
        r"\\href\{[^{}]*\}|(?<!\\)%", "", f"{paper['title']} {paper['abstract']}"
    )
    ours = re.sub(r"\$[^$]*\$", "", " ".join(map(plain, split_paragraphs(raw))))
    texts = {
        re.sub(r"[^\w<>=+*/]|_", "", text) for text in (ours, reader.latex_to_text(raw))
    }
    assert len(texts) == (2 if "differs" in paper else 1)


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


@settings(deadline=None, max_examples=400, derandomize=True)
@given(st.lists(PIECES, max_size=14).map("".join))
@example("https:{\\em}//arxiv.org/abs/2503.00002")
@example("`$x$` $`$ \\texttt{a|`b}")
@example("\\href{\\begin{equation}ttp://x.y}{")
@example("![a](http://x.y) b!\\href{http://x.y}{c}")
def test_whatever_authors_type_a_row_shows_the_decoded_text(raw):
    check(raw)
    assert not linked_ids(line(raw))
    assert linked_ids(linked(raw, URL))[0] == "2504.00001"
    assert plain(raw) == unicodedata.normalize("NFC", plain(raw))


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
@example(":smile: @name #12 GH-12 a@b.cd www.a.b http://a.b *a* <b> `c` | \\")
def test_escaped_text_shows_as_it_is_and_nothing_in_it_acts(text):
    row = render(f"x {escape(text)} x")
    assert (
        "".join(row.itertext()).strip() == f"x {unicodedata.normalize('NFC', text)} x"
    )
    assert {element.tag for element in row.iterdescendants()} <= {"p", "span"}
    for node in row.itertext():
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
]


@pytest.mark.parametrize(("markdown", "units"), COSTS)
def test_a_formula_costs_one_unit_and_one_for_each_brace(markdown, units):
    assert formula_cost(markdown) == units


@pytest.mark.parametrize(
    "piece", ["$", "$$", "$`", "`$", "```math\n", "$a", "$a ", "$`x`$", "{"]
)
def test_the_cost_of_a_page_is_counted_in_linear_time(piece):
    began = time.perf_counter()
    formula_cost(piece * 100_000)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("piece", [*WORST, " $5 aa", "$ a ", "aa ", "{ ", "\n "])
def test_the_worst_inputs_stay_on_one_line(piece):
    text = piece * (2_000 // len(piece))
    for raw in (text, f"${text}$}}"):
        assert len(line(raw).splitlines()) < 2
