r"""What GitHub sets of a formula, and at which cost.

GitHub sets formulas with MathJax, without its packages noerrors, bbox, html, require,
newcommand, action and colortbl, and refuses some macros besides
(https://github.com/github/markup/issues/1688).
"""

import re

from .formulas import ENVIRONMENTS, SENTENCE, Braces

# The macros that MathJax has, as far as authors use them.
KNOWN = frozenset(
    """
    acute aleph alpha approx arccos arctan arg Arrowvert ast asymp atop backsimeq
    backslash bar Bbb Bbbk begin beta bf Big big bigcap bigcup Bigg bigg Biggl biggl
    biggm Biggr biggr Bigl bigl bigoplus bigotimes Bigr bigr bigsqcup bigstar
    bigtriangledown bigtriangleup bigvee bigwedge binom bmod boldsymbol bot Box
    boxplus boxtimes brack braket breve buildrel bullet cal cancel Cap cap cdot
    cases cdotp cdots ce centerdot check chi choose circ circlearrowright circledR
    clubsuit colon coloneqq color cong coprod cos cosh cot coth cr cup
    curvearrowright dagger dashrightarrow dashv ddot ddots deg degree Delta delta
    det dfrac Diamond diamond diamondsuit dim displaystyle div dot doteq dotplus
    dots dotsb dotsc dotsm dotso downarrow ell emptyset end enspace epsilon eqalign
    eqref equiv eta eth exists exp flat forall frac frak Gamma gamma gcd ge genfrac
    geq geqq geqslant gg gimel gneq gneqq grave gt gtrapprox gtreqqless gtrless
    gtrsim hat hbar heartsuit hline hom hookleftarrow hookrightarrow hskip hslash
    hspace iff iint Im imath implies in inf infty int intercal intop iota it jmath
    kappa ker kern ket Lambda lambda land langle lbrace lbrack lceil ldots le
    leadsto left leftarrow Leftrightarrow leftrightarrow leftrightarrows
    leftrightharpoons leftrightsquigarrow leq leqq leqslant lessapprox lessgtr
    lesssim lfloor lg lim liminf limits limsup ll llcorner ln lneq lneqq log
    Longleftrightarrow longleftrightarrow longmapsto Longrightarrow longrightarrow
    lrcorner lt ltimes lVert lvert mapsto mathbb mathbf mathbin mathcal mathclose
    mathfrak mathinner mathit mathop mathopen mathrel mathring mathrm mathscr mathsf
    mathtt matrix max mho mid min mkern mod mp mskip mspace mu multimap nabla
    natural ne nearrow neg neq newline ni nmid nolimits not notin nsubseteq nu odot
    oint Omega omega ominus oplus otimes over overbrace overleftarrow overline
    overrightarrow overset parallel partial perp Phi phi Pi pi pm pmatrix pmb pmod
    Pr prec preceq precsim prime prod propto Psi psi qquad quad rangle rbrace rbrack
    rceil Re ref rfloor rho right Rightarrow rightarrow rightharpoondown
    rightharpoonup rightleftarrows rightleftharpoons rlap rm rtimes rule rVert rvert
    S scr scriptscriptstyle scriptsize scriptstyle searrow sec Set set setminus sf
    sharp shortparallel sideset Sigma sigma sim simeq sin sinh small smallint
    smallsetminus smash space sqcup sqrt square stackrel star strut Subset subset
    subseteq subsetneq subsetneqq substack succ succeq succsim sum sup Supset supset
    supseteq supsetneqq tag tan tanh tau tbinom text textbf textcolor textgreater
    textit textless textrm textsf textstyle texttt tfrac Theta theta thickapprox
    thicksim thinspace tilde times tiny to top triangle triangledown triangleleft
    trianglelefteq triangleq triangleright tt twoheadrightarrow underbrace underline
    underset unlhd upalpha uparrow upbeta upgamma upharpoonright uplus upmu Upsilon
    upsilon uptheta upvarphi urcorner varDelta varepsilon varGamma varinjlim
    varkappa varLambda varliminf varlimsup varnothing varOmega varPhi varphi varpi
    varPsi varrho varsigma varsubsetneqq vartheta vdash vdots vec vee verb Vert vert
    wedge widehat widetilde wp wr Xi xi xleftarrow xrightarrow zeta
    """.split()
)
# What stands for a macro that it does not have, or that GitHub refuses. Of any other
# one the name is set, upright.
_INSTEAD = {
    **{letter: rf"\mathbb{{{letter}}}" for letter in "CEFHNPQRZ"},
    **{letter * 2: rf"\mathbb{{{letter}}}" for letter in "CEFHNPQRZ"},
    **dict.fromkeys(["real", "reals", "Real", "Reals"], r"\mathbb{R}"),
    **dict.fromkeys("mbox hbox textsc textnormal textup".split(), r"\text"),
    **dict.fromkeys(["mathds", "mathbbm"], r"\mathbb"),
    **dict.fromkeys(["nicefrac", "sfrac", "nfrac", "cfrac"], r"\frac"),
    **dict.fromkeys("ensuremath xspace hfill protect footnotesize".split(), ""),
    "operatorname": r"\mathrm",
    "emph": r"\textit",
    "bm": r"\boldsymbol",
    "AA": r"\text{Å}",
}
# Macros that are put right together with their argument. Some are dropped with it.
_DROPPED = "label phantom hphantom vphantom vspace colorbox href raisebox".split()
_CITING = "cite citep citet ref eqref cref autoref".split()
_TEXTS = "text textit textbf textrm texttt textsf".split()
_WITH_ARGUMENT = frozenset(["tag", *_DROPPED, *_CITING, *_TEXTS])
# What LaTeX has in text, but MathJax does not: indices, and macros of maths.
_MATHS_IN_TEXT = re.compile(
    r"\\(?!text|q?quad|l?dots|tiny|small|scriptsize|large|rm|bf|it|tt|sf|emph)[A-Za-z]"
    r"|(?<!\\)[_^]"
)
_DOLLARS = re.compile(r"(?<!\\)\$([^$]*)\$")
# Commands whose first letter arXiv's API takes for an accent: \b{eta} was \beta.
_SLIPPED = re.compile(r"\\([bcdkrtuv])\{([a-z]{2,})\}")
_STARRED = re.compile(r"(\\(?:operatorname|hspace|tag))\*")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)|.)")
_ARGUMENT = re.compile(r"\\([a-z]+) ?\{")
_ENVIRONMENT = re.compile(r"\\(begin|end) ?\{(\w+)\*?\}")
_LOSING = re.compile(r"\\begin\{(cases|split|array|aligned|gathered|[pbv]?matrix)\}")
# Words in a row, or a group, in which they may be text already.
_WORDS = re.compile(r"\{[^{}]*\}|(?<![\\A-Za-z]) ?[a-z]+(?:,? [a-z]+)+(?![A-Za-z]) ?")
_NEEDLESS = re.compile(r"(?<!\\)([_^])\{([^\W_]|\\[A-Za-z]+)\}(?=(.?))")


def settable(tex: str) -> str:
    """Return a formula as GitHub's MathJax can set it."""
    if tex.isalnum():
        return tex
    tex = _balanced(" ".join(tex.split()).removeprefix("% ").rstrip("\\"))
    if "\\" in tex:
        tex = _with_known_macros(tex)
    if "&" in tex:
        tex = _with_columns(tex)
    if SENTENCE.search(tex):
        tex = _WORDS.sub(_sentence_as_text, tex)
    tex = re.sub(r"(?<!\\)[%#]", r"\\\g<0>", tex)  # they hide what follows
    tex = _NEEDLESS.sub(_without_braces, tex)
    return tex.replace("``", "“").replace("`", "‘").strip()


def _balanced(tex: str) -> str:
    r"""Return a formula in which every brace has its partner, every table its end.

    Of some abstracts arXiv has lost the macro in ``\end{cases}``.
    """
    braces = Braces(tex)
    if braces.stray:
        tex = "".join(sign for at, sign in enumerate(tex) if at not in braces.stray)
    tex += "".join("}" for _ in braces.unclosed)
    for name in set(_LOSING.findall(tex)):
        if tex.count(rf"\begin{{{name}}}") > tex.count(rf"\end{{{name}}}"):
            tex = tex.replace(f" {{{name}}}", rf" \end{{{name}}}")
    return tex


def _with_known_macros(tex: str) -> str:
    tex = _SLIPPED.sub(_unslipped, tex.replace("{tabular}", "{array}"))
    tex = _STARRED.sub(r"\1", tex)
    tex = _ENVIRONMENT.sub(_known_environment, tex)
    tex = _COMMAND.sub(_known_macro, tex)
    return _with_known_arguments(tex)


def _unslipped(found: re.Match[str]) -> str:
    name = found[1] + found[2]
    return rf"\{name} " if name in KNOWN else found[0]


def _known_environment(found: re.Match[str]) -> str:
    """Return an environment that may stand within a formula."""
    name = ENVIRONMENTS.get(found[2], found[2])
    return rf"\{found[1]}{{{name}}}" if name else ""


def _known_macro(found: re.Match[str]) -> str:
    name = found[1]
    if not name or name in KNOWN or name in _WITH_ARGUMENT:
        return found[0]
    instead = _INSTEAD.get(name, rf"\mathrm{{{name}}}")
    before = found.string[found.start() - 1 : found.start()]
    if instead.endswith("}") and (before.isalnum() or before == "}"):
        return f"{{{instead}}}"  # it may be the argument in \bar\R
    return instead


def _with_known_arguments(tex: str) -> str:
    ends = Braces(tex).ends
    parts: list[str] = []
    at = 0
    for found in _ARGUMENT.finditer(tex):
        end = ends.get(found.end() - 1)
        if found.start() < at or end is None or found[1] not in _WITH_ARGUMENT:
            continue
        parts.append(tex[at : found.start()])
        parts.append(_with_argument(found[1], tex[found.end() : end]))
        at = end + 1
    # Of plain TeX's macros \cases alone has text, which \( can stand in.
    instead = r"\\(\1\\)" if r"\cases" in tex else r"\1"
    return _DOLLARS.sub(instead, "".join(parts) + tex[at:])


def _with_argument(name: str, argument: str) -> str:
    r"""Return a macro with its argument; ``\text{in $Q$}`` is ``\text{in }Q``."""
    if name in _DROPPED:
        return ""
    if name in _CITING:
        return _text("text", f"[{argument}]")
    if name == "tag":
        return rf"\qquad({_with_argument('text', argument)})"
    parts = _DOLLARS.split(argument)
    parts[::2] = [_text(name, words) for words in parts[::2]]
    return "".join(parts)


def _text(macro: str, words: str) -> str:
    if _MATHS_IN_TEXT.search(words):
        macro = "mathrm"
        words = words.replace(" ", r"\ ")
    words = words.replace(r"\text{", "{")  # MathJax has no text in text
    return rf"\{macro}{{{words}}}" if words else ""


def _with_columns(tex: str) -> str:
    """Return a formula whose column signs stand in a table, or are to be seen."""
    if re.search(r"\\(?:begin|cases|p?matrix|eqalign)", tex):
        return tex
    if r"\\" in tex:
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return re.sub(r"(?<!\\)&", r"\\&", tex)


def _sentence_as_text(found: re.Match[str]) -> str:
    if found[0].startswith("{") or not SENTENCE.search(found[0]):
        return found[0]
    return rf"\text{{{found[0]}}}"


def _without_braces(found: re.Match[str]) -> str:
    """Return an index without the braces; each costs a unit of the page's budget."""
    sign, index, after = found.groups()
    needs_gap = index.startswith("\\") and after.isalpha()
    return f"{sign}{index} " if needs_gap else sign + index


# A dollar that is no maths, and the forms in which GitHub takes maths; no formula
# holds what ends it, so that a search never runs over the same text again and again.
_SHOWN = re.compile(
    r"<span>\$</span>|\\\$"
    r"|(?P<formula>\$`[^`]*`\$"
    r"|```math\n[^`]*```"
    r"|\$\$[^$]+\$\$"
    r"|(?<![\w$])\$(?![\s$])[^$\n]*(?<=[^\s\\])\$(?!\w))"
)


def formula_cost(markdown: str) -> int:
    """Return how much of a page's budget GitHub spends on the formulas in Markdown.

    Each is 1 unit, and 1 more for each opening brace in it.
    """
    if "$" not in markdown and "```math" not in markdown:
        return 0
    cost = 0
    for found in _SHOWN.finditer(markdown):
        if found["formula"]:
            cost += 1 + found["formula"].count("{")
    return cost
