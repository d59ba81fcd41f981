r"""Authors' text, decoded: TeX, entities, money, maths, characters out of place."""

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paper_action.text import escape, line, paragraphs, plain

from .rendered import render

CASES = {
    "accents, with braces or without": [
        (r"\`a \'e \^o \"u \~n \=a \.z", "à é ô ü ñ ā ż"),
        (r"\`{a} \'{e} \^{o} \"{u} \~{n} \={a} \.{z}", "à é ô ü ñ ā ż"),
        (r"\u{g} \v{S} \H{o} \c{c} \k{a} \r{u} \d{s} \b{d} \t{oo}", "ğ Š ő ç ą ů ṣ ḏ o͡o"),
        (r"\u g \v S \H o \c c \k a \r u \d s \b d", "ğ Š ő ç ą ů ṣ ḏ"),
        (r"{\'e} {\'{e}} \' e {\v S} Erd{\H o}s \"{\"}", r"é é \' e Š Erdős " + r"\"{\"}"),
        (r"\'\i \'{\i} \^{\j} \v\j \`\i x", "í í ĵ ǰ ì x"),
        (r"\'E\'cole Poincar\'e, Fran\c{c}ois, Dvo\v{r}\'ak", "Éćole Poincaré, François, Dvořák"),
        (r"\'{\ae} \'{\o} \^{} \~{}", "ǽ ǿ ^ ~"),
        (r"\'{} \'{1} \'1 \k{appa} \'{ab}", None),
    ],
    "letters": [
        (r"\ss{} \o{} \O{} \l{} \L{} \ae{} \AE{} \oe{} \OE{}", "ß ø Ø ł Ł æ Æ œ Œ"),
        (r"\aa{} \AA{} \dh{} \DH{} \dj{} \DJ{} \th{} \TH{} \ng{} \NG{}", "å Å ð Ð đ Đ þ Þ ŋ Ŋ"),
        (r"Gei{\ss}ler, M{\o}ller, M\o ller, \L{}\'od\'z, \AA rhus, \i\j", "Geißler, Møller, Møller, Łódź, Århus, ıȷ"),
    ],
    "Greek": [
        (r"\alpha-helix, {\beta}-sheet, \Gamma, \Omega$x$", r"α-helix, β-sheet, Γ, Ω$x$"),
        (r"\epsilon{} \phi{} \varphi{} \sigma{} \varsigma{} \omicron", "ε ϕ φ σ ς ο"),
    ],
    "symbols": [
        (r"100\% R\&D a\_b \#1 \$5 \{x\} vs.\ b a\,b ef\-fect f\!b", "100% R&D a_b #1 $5 {x} vs. b a\u2009b effect fb"),
        (r"\S2, \P, \copyright, \pounds5, 90\deg, \dag, \ddag, \div", "§2, ¶, ©, £5, 90°, †, ‡, ÷"),
        (r"5\textdegree{}C \textregistered{} \texttrademark, \ldots \textbackslash", "5°C ® ™, … \\"),
        (r"3 \times 4, \leq 5, \geq 6, \pm 1, \to", "3 × 4, ≤ 5, ≥ 6, ± 1, →"),
    ],
    "ligatures": [
        ("Fig.~1 ~x ~/home a ~ b (~5 s, <~6)", "Fig.\u00a01 ~x ~/home a ~ b (~5 s, <~6)"),
        ("``quoted'' `single' don't", "“quoted” `single' don't"),
        ("pages 1--2, yes---no, ---- and -", "pages 1–2, yes—no, ---- and -"),
    ],
    "styles and groups": [
        (
            r"\emph{a} \textit{b} \textbf{c} \texttt{d_e} \textsc{F} {\em g} {\bf h} {\it i} {\tt j}",
            "a b c d_e F g h i j",
        ),
        (r"\emph{a \textbf{b} {\tt c} \'e} \emph {x}", "a b c é x"),
        (r"\url{http://a.b/c_d~e} \href{http://a.b/\%7E\_x}{the {N}ame}", "http://a.b/c_d~e the Name"),
        (r"{A} {B}ERT {{C}} {D{E}} {}", "A BERT C DE"),
        ("a {b} c } { d", "a b c } { d"),
        (r"\texttt{--flag ``x''} -- y", "--flag ``x'' – y"),
    ],
    "unknown commands, as typed": [
        (
            r"\foo \foo{bar} \cite{a,b} \foo{a}{b} C:\dir \\ x\\y",
            r"\foo \foo{bar} \cite{a,b} \foo{a}{b} C:\dir \\ x\\y",
        ),
        (r"\cite[p. 5]{a} \textsuperscript{2} \begin{itemize} \emph \'", None),
        ("\\", "\\"),
    ],
    "maths, as TeX between dollar signs": [
        (r"$O(n \log n)$ $$x_1 * y$$ \(a|b\) \[\{a\\b\}\]", r"$O(n \log n)$ $x_1 * y$ $a|b$ $\{a\\b\}$"),
        (r"$\alpha$-x $\'e$ $a~b$ $\$5$ $x$$y$ $f'' -- g$", r"$\alpha$-x $\'e$ $a~b$ $\$5$ $x$$y$ $f'' -- g$"),
        (r"\emph{an $x_1$} {$y$}", "an $x_1$ $y$"),
        (r"\( x \) \[\] \(\)", r"$x$ \[\] \(\)"),
    ],
    "money": [
        ("costs $5 and $6, or 7$", "costs $5 and $6, or 7$"),
        ("$5-$10, $ x$ $x $, one $ alone, $$", "$5-$10, $ x$ $x $, one $ alone, $$"),
        (r"$\sim$30 of 9$\pm$2, ${>}$0.4", r"$\sim$30 of 9$\pm$2, ${>}$0.4"),
        (r"save $38 ($x_1$)", r"save $38 ($x_1$)"),
        (r"from \$5 to \$6 in $O(n)$", "from $5 to $6 in $O(n)$"),
    ],
    "entities, once": [
        ("R&amp;D &lt;b&gt; &#233; &#xe9; &eacute; &amp;lt; &amp;amp;", "R&D <b> é é é &lt; &amp;"),
        ("AT&T; &nosuch; &; & &#; &amp", "AT&T; &nosuch; &; & &#; &amp"),
        ("&amp;#36;5 &#36;x&#36;", "&#36;5 $x$"),
    ],
    "what looks like HTML or Markdown, as typed": [
        ("10% of <5 | >7 <b>x</b> <!- y -> <script>", None),
        ("*a* _b_ `c` [d](e) ![f](g) # h ~~i~~ > j", None),
        ("- a\n+ b\n1. c", "- a + b 1. c"),
    ],
    "blanks, control and bidirectional characters, NFC": [
        ("a\n b \t c\r\nd\u2028e\x0bf\x85g ", "a b c d e f g"),
        ("a\x00b\x1bc\x7fd\x9be\u202ef\u2066g\u2069h\ufeffi", "abcdefghi"),
        ("e\u0301 \u212b ﬁ a&#7;b", "é Å ﬁ ab"),
        ("a&#8238;b&#0;c e\x1b\u0301", "ab\ufffdc é"),
    ],
}


@pytest.mark.parametrize(("raw", "decoded"), [case for cases in CASES.values() for case in cases])
def test_text_is_decoded_by_the_rules(raw, decoded):
    assert plain(raw) == (raw if decoded is None else decoded)


@pytest.mark.parametrize(
    ("raw", "markdown"),
    [
        (r"$a|b_1*c\{d\\e$", r"$`a\|b_1*c\{d\\e`$"),
        (r"$$x$$, \(y\), \[z\]", "$`x`$, $`y`$, $`z`$"),
        ("$5", "<span>$</span>5"),
        (r"$\sim$30 of 9$\pm$2", r"$`\sim`$30 of 9$`\pm`$2"),
        (r"save $38 ($x_1$)", r"save <span>$</span>38 ($`x_1`$)"),
        (r"\emph{a} \textit{b} \textbf{c} \texttt{d_e|f}", r"*a* *b* **c** `d_e\|f`"),
        (r"un\emph{believ}able \textbf{(x)} \textsc{Abc}", "un<em>believ</em>able <strong>(x)</strong> Abc"),
        (r"\url{http://x.y/a_b} http://x.y/c_d.", "<http://x.y/a_b> <http://x.y/c_d>."),
        (r"\href{http://x.y/(a)}{a *name*}", r"[a \*name\*](http://x.y/%28a%29)"),
        (r"\href{javascript:x}{c} \href{http://x.y/?a=1\&b}{d}", "c [d](http://x.y/?a=1&amp;b)"),
        (r"\href{http://x.y}{see http://z.w}", r"[see http\://z.w](http://x.y)"),
        ("1 < 2 | 3 & *", r"1 \< 2 \| 3 & \*"),
        ("www.x.y ftp://x.y", r"www\.x.y ftp\://x.y"),
    ],
)
def test_the_markdown_is_what_a_person_would_write(raw, markdown):
    assert line(raw) == markdown


def test_a_link_to_a_paper_in_a_title_is_text_and_in_an_abstract_a_link():
    raw = r"see https://arxiv.org/abs/2504.00001 and \url{https://arxiv.org/pdf/2504.00001}"
    assert line(raw) == r"see https\://arxiv.org/abs/2504.00001 and https\://arxiv.org/pdf/2504.00001"
    assert paragraphs(raw) == "see <https://arxiv.org/abs/2504.00001> and <https://arxiv.org/pdf/2504.00001>"


@pytest.mark.parametrize("between", ["\n  ", "\n\n", "\n \t\n", "\n\n\n  "])
def test_paragraphs_become_two_line_breaks_and_other_line_breaks_a_blank(between):
    assert paragraphs(f"  One\nline.{between}Two\n {between}\n") == "One line.<br><br>Two"
    assert plain(f"One\nline.{between}Two") == "One line. Two"


@pytest.mark.parametrize(
    "bit",
    [
        *r"\ { } {} }{ $x $\$ $$ \( \[ \(\ \'{ \'{\i \v{ \emph{ \href{x}{ \foo{ \foo[ `` -- http:// &amp; `$ *".split(),
        "{\\em ",
        "\n ",
    ],
)
def test_100_kb_of_anything_take_no_longer_than_a_fair_share(bit):
    for end in ("", "$}", "\\)"):
        raw = bit * (50_000 // len(bit)) + (end or bit) * (50_000 // len(end or bit))
        before = time.process_time()
        plain(raw), paragraphs(raw)
        assert time.process_time() - before < 3


BITS = [
    *r"\${}~`'-&<*_[|a é5",
    "\\(",
    "\\)",
    "\\'",
    "\\v{",
    "\\emph{",
    "\\href{http://x.y}{",
    "\\texttt{",
    "{\\em ",
    "$x$",
]
fragments = st.lists(st.sampled_from(BITS) | st.text(max_size=3)).map("".join)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(fragments)
@example("\\'{\\'{e}}")
def test_decoded_text_is_one_line_of_composed_text_without_controls(raw):
    text = plain(raw)
    assert text == unicodedata.normalize("NFC", text)
    assert text == " ".join(text.split(" ")).strip(" ")
    assert not [c for c in text if unicodedata.category(c) == "Cc" or c in "\u202e\u2066\u2028\ufeff"]


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_escaped_text_shows_as_it_is(text):
    shown = "".join(render(f"x{escape(text)}x").itertext()).strip()
    assert shown == f"x{unicodedata.normalize('NFC', text)}x"
