r"""Authors' text, decoded, and as GitHub's own Markdown parser shows it in a row."""

import json
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html
from pylatexenc.latex2text import LatexNodes2Text

from paper_action import atom
from paper_action.paper import linked_ids
from paper_action.text import escape, line, linked, paragraphs, plain, split_paragraphs

from .conftest import DATA, DAYS
from .rendered import render

SAMPLE = [
    json.loads(row) for row in (DATA / "latex.jsonl").read_text(encoding="utf-8").splitlines()
]
URL = "https://arxiv.org/abs/2504.00001"
OTHERS = [
    "https://arxiv.org/abs/2503.00002",
    "https://arxiv.org/pdf/math.GT/0309136v2",
    "https://doi.org/10.48550/arXiv.2503.00002",
    "https://huggingface.co/papers/2503.00002",
    "https://www.alphaxiv.org/abs/2503.00002",
]


def cell(markdown: str) -> html.HtmlElement:
    """Return the only cell of the only row that Markdown makes of a table cell."""
    assert len(markdown.splitlines()) < 2
    page = render(f"| a |\n| --- |\n| {markdown} |\n\nafter\n")
    assert [element.tag for element in page] == ["table", "p"]
    (shown,) = page.iterfind("table/tbody/tr/td")
    for br in shown.iter("br"):
        br.tail = "\n" + (br.tail or "")
    return shown


def shown(element: html.HtmlElement) -> str:
    return unicodedata.normalize("NFC", " ".join("".join(element.itertext()).split()))


def formulas(element: html.HtmlElement) -> list[str]:
    """Return what GitHub typesets: code between dollars, after no letter, in no other mark-up."""
    pieces = [("", element.text or "")]
    for child in element:
        pieces += [(child.tag, child.text or ""), ("", child.tail or "")]
    triples = zip(pieces, pieces[1:], pieces[2:], strict=False)
    return [
        tex
        for (_, before), (tag, tex), (_, after) in triples
        if tag == "code" and re.search(r"(?<![^\W\d])\$$", before) and after.startswith("$")
    ]


def check(markdown: str, text: str) -> html.HtmlElement:
    """Hold a cell against the text: all is seen, nothing acts, no dollar is loose."""
    row = cell(markdown)
    assert shown(row) == " ".join(text.split())
    for element in row.iterdescendants():
        assert element.tag in {"a", "br", "code", "em", "span", "strong", "sub", "sup"}
        assert set(element.keys()) == ({"href"} if element.tag == "a" else set())
        assert re.match("https?://", element.get("href", "http://"))
    apart = sum(span.text == "$" for span in row.iter("span"))
    tex = formulas(row)
    assert not re.search(r"\\(operatorname|mbox|[hv]?phantom|unicode)|(?<!\\)%", " ".join(tex))
    assert shown(row).count("$") == apart + sum(2 + formula.count("$") for formula in tex)
    return row


CASES = [
    row.split(" ⇒ ")
    for row in (DATA / "decoded.txt").read_text(encoding="utf-8").splitlines()
    if " ⇒ " in row[1:] and row[0] != "#"
]


@pytest.mark.parametrize(("raw", "text"), CASES)
def test_text_is_decoded_by_the_table_and_shown_as_decoded(raw, text):
    assert " ".join(plain(raw).split()) == text
    check(line(raw), plain(raw))


def test_formulas_are_typeset_and_money_is_not():
    row = cell(line(r"R$^2$D costs \$5, $5 or $6: \textbf{VLM$^3$} $a|b_1*c\{d\\e$$x$"))
    assert formulas(row) == ["^2", "^3", r"a|b_1*c\{d\\e", "x"]
    assert [strong.text for strong in row.iter("strong")] == ["VLM"]


def test_the_markdown_is_plain_html():
    raw = r"un\emph{believ}able \texttt{d_e|f} m\textsuperscript{2} \href{http://x.y/(a)}{a *b*}"
    marked = (
        r"un<em>believ</em>able <code>d\_e\|f</code> m<sup>2</sup> [a \*b\*](http://x.y/%28a%29)"
    )
    assert line(raw) == marked
    assert (
        line(r"\href{javascript:x}{c} www.x.y ftp://x.y") == r"<span>c</span> www\.x.y ftp\://x.y"
    )


@pytest.mark.parametrize("other", OTHERS)
def test_a_link_to_a_paper_is_a_link_in_an_abstract_alone(other):
    raw = rf"see {other}, \url{{{other}}}, \href{{{other}}}{{it}}, [it]({other}), ${other}$"
    assert not linked_ids(line(raw) + linked(raw, "http://x.y"))
    assert [link.get("href") for link in cell(paragraphs(raw)).iter("a")] == [other] * 4


@pytest.mark.parametrize(
    "title", ["see http://x.y", r"\href{http://x.y}{see} it", "C$^2$ \\emph{a} b", "$x$"]
)
def test_a_linked_title_holds_no_other_link_and_no_formula(title):
    row = cell(linked(title, URL))
    assert {link.get("href") for link in row.iter("a")} == {URL}
    assert not any(link.iter("code") for link in row.iter("a") if "$" in shown(link))
    assert shown(row).removesuffix(" link") == plain(title)
    assert len(formulas(row)) == title.count("$") // 2


@pytest.mark.parametrize("between", ["\n  ", "\n\n", "\n \t\n"])
def test_paragraphs_are_kept_apart_and_formulas_whole(between):
    assert paragraphs(f"  One\nline.{between}Two\n {between}\n") == "One line.<br><br>Two"
    assert (
        paragraphs(f"a{between}\\[{between}x{between}=y\\]{between}b")
        == "a<br><br>$`x =y`$<br><br>b"
    )


def test_every_sample_shows_the_decoded_text():
    papers = [paper for day in DAYS for paper in atom.parse(day.read_bytes()).papers]
    texts = [(paper.title, paper.abstract, *paper.authors) for paper in papers]
    for title, abstract, *names in texts + [
        (p["title"], p["abstract"], p["comment"]) for p in SAMPLE
    ]:
        check(paragraphs(abstract), " ".join(map(plain, split_paragraphs(abstract))))
        for text in (title, *names):
            check(line(text), plain(text))


DIFFERENT = {
    "a formula of text alone is text": "2505.13282 2505.15062 2506.02510 2511.09388 2602.21864",
    "a link typed as Markdown is one link": "2505.16416 2606.20076",
    "a citation or a reference shows its key": "2507.20548 2605.05558 2605.12374",
    "what is opened and never closed ends with the text": "2505.24362",
    "a dollar that opens no formula is money": "2508.13404",
    "an unknown command's name stays": "2510.00492 2510.15624 2603.12468 2605.19692",
}


def test_the_sample_reads_as_pylatexenc_reads_it_but_for_known_differences():
    reader = LatexNodes2Text(math_mode="remove", strict_latex_spaces="macros")
    different = set()
    for paper in SAMPLE:
        raw = re.sub(r"\\href\{[^{}]*\}|(?<!\\)%", "", f"{paper['title']} {paper['abstract']}")
        ours = re.sub(r"\$[^$]*\$", "", " ".join(map(plain, split_paragraphs(raw))))
        readings = {
            re.sub(r"[^\w<>=+*/]|_", "", text) for text in (ours, reader.latex_to_text(raw))
        }
        if len(readings) > 1:
            different.add(paper["id"])
    assert different == set(" ".join(DIFFERENT.values()).split())


BITS = r"""
    \ $ { } ~ ` ' " - _ * # | & < > [ ] ( ) ! : ; @ / . , % ^ = + a 1 é \| \\ -- `` '' $x$
    $$y$$ $5 $`z`$ \( \) \[ \] \'e \'{\i} \v \H{ {\em {\tt \emph{ {x} \textbf{ \texttt{
    \textsc{ \url{ \href{ \href{http://x.y}{ \foo{ \ss \c{ http://x.y/a_b
    https://arxiv.org/abs/2503.00002 www.x.y a@b.cd <b> </td> <!-- --> <script> <br>
    <details> <code> <img/src=x> <http://x> [a](http://b) ![a](b) ** __ ~~ &amp; &lt; &#36;
    &#x7c; mailto: ftp:// [^1] [x] :+1: @me \item \begin{equation} \end{equation} \footnote{
    \textcolor{ \eg \b{eta} GH-1
""".split()
BLANKS = ["\n", "\n  ", "\t", " ", "- ", "# ", "\u00a0", "\u0301", "\u202e", "\U000f0001"]
anything = st.sampled_from(BITS + BLANKS) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=4
)


@settings(deadline=None, max_examples=400, derandomize=True)
@given(st.lists(anything, max_size=14).map("".join))
@example("https:{\\em}//arxiv.org/abs/2503.00002")
@example("`$x$` $`$ \\texttt{a|`b}")
@example("\\href{\\begin{equation}ttp://x.y}{")
@example("![a](http://x.y) b!\\href{http://x.y}{c}")
def test_whatever_authors_type_a_row_shows_the_decoded_text(raw):
    check(line(raw), plain(raw))
    check(paragraphs(raw), " ".join(map(plain, split_paragraphs(raw))))
    assert not linked_ids(line(raw))
    assert linked_ids(linked(raw, URL))[0] == "2504.00001"
    assert plain(raw) == unicodedata.normalize("NFC", plain(raw))


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
@example(":smile: @name #12 GH-12 a@b.cd www.a.b http://a.b *a* <b> `c` | \\")
def test_escaped_text_shows_as_it_is_and_nothing_in_it_acts(text):
    row = render(f"x {escape(text)} x")
    assert "".join(row.itertext()).strip() == f"x {unicodedata.normalize('NFC', text)} x"
    assert {element.tag for element in row.iterdescendants()} <= {"p", "span"}
    for node in row.itertext():
        assert not re.search(r":[a-z+]+:|@\w|#\d|\b[Gg][Hh]-\d", node)


WORST = r"""
    \ { } }{ $ $x $\$ $$ \( \[ \(\ \\[ \'{ \'{\i \v{ \emph{ \href{x}{ \foo{ \foo[ `` ` `a -- http://
    http://. &amp; `$ * _{ ^{ $5 ${ $a{ $a\ \begin{equation} [a]( {\bf {\color{ $\textbf{ \a~ <{ {,
    :a @ é́ ̨́
""".split()


def worst(size: int) -> list[str]:
    """Return inputs of about that many characters which patterns could take long for."""
    repeated = [bit * (size // len(bit)) for bit in [*WORST, " $5 aa", "$ a ", "aa ", "{ ", "\n "]]
    return [start + text + end for text in repeated for start, end in (("", ""), ("$", "$}"))]


def test_the_worst_inputs_stay_on_one_line():
    for raw in worst(2_000):
        assert len(line(raw).splitlines()) < 2
