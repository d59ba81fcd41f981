r"""What GitHub sets of a formula, and at which cost.

GitHub sets formulas with MathJax, without its packages noerrors, bbox, html, require,
newcommand, action and colortbl, and refuses some macros besides
(https://github.com/github/markup/issues/1688).
"""

import re

from .formulas import SENTENCE, Braces

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
    mathtt matrix max mho mid min mkern mod mp mskip mspace mu multimap nabla natural ne
    nearrow neg neq newline ni nmid nolimits not notin nsubseteq nu odot oint Omega
    omega ominus oplus otimes over overbrace overleftarrow overline overrightarrow
    overset parallel partial perp Phi phi Pi pi pm pmatrix pmb pmod Pr prec preceq precsim
    prime prod propto Psi psi qquad quad rangle rbrace rbrack rceil Re ref rfloor
    rho right Rightarrow rightarrow rightharpoondown rightharpoonup rightleftarrows
    rightleftharpoons rlap rm rtimes rule rVert rvert S scr scriptscriptstyle
    scriptsize scriptstyle searrow sec Set set setminus sf sharp shortparallel
    sideset Sigma sigma sim simeq sin sinh small smallint smallsetminus smash space
    sqcup sqrt square stackrel star strut Subset subset subseteq subsetneq
    subsetneqq substack succ succeq succsim sum sup Supset supset supseteq
    supsetneqq tag tan tanh tau tbinom text textbf textcolor textgreater textit
    textless textrm textsf textstyle texttt tfrac Theta theta thickapprox thicksim
    thinspace tilde times tiny to top triangle triangledown triangleleft
    trianglelefteq triangleq triangleright tt twoheadrightarrow underbrace underline
    underset unlhd upalpha uparrow upbeta upgamma upharpoonright uplus upmu Upsilon
    upsilon uptheta upvarphi urcorner varDelta varepsilon varGamma varinjlim
    varkappa varLambda varliminf varlimsup varnothing varOmega varPhi varphi varpi
    varPsi varrho varsigma varsubsetneqq vartheta vdash vdots vec vee verb Vert vert
    wedge widehat widetilde wp wr Xi xi xleftarrow xrightarrow zeta
    """.split()
)
# What stands for a macro that it does not have, or that GitHub refuses. Of any other
# one its name is set, upright.
_INSTEAD = {
    **{letter: rf"\mathbb{{{letter}}}" for letter in "CEFHNPQRZ"},
    **{letter * 2: rf"\mathbb{{{letter}}}" for letter in "CEFHNPQRZ"},
    **dict.fromkeys(["real", "reals", "Real", "Reals"], r"\mathbb{R}"),
    **dict.fromkeys(["operatorname", "rmfamily"], r"\mathrm"),
    **dict.fromkeys("mbox hbox textsc textnormal textup texttrm".split(), r"\text"),
    **dict.fromkeys(["mathds", "mathbbm"], r"\mathbb"),
    **dict.fromkeys(["nicefrac", "sfrac", "nfrac", "cfrac"], r"\frac"),
    **dict.fromkeys("ensuremath xspace hfill protect footnotesize".split(), ""),
    "emph": r"\textit",
    "bm": r"\boldsymbol",
    "AA": r"\text{Å}",
}
# Macros that nothing is left of, nor of their first argument (or first two).
_DROPPED = re.compile(
    r"\\(?:label|[hv]?phantom|vspace|colorbox|href|raisebox|fcolorbox\s*\{[^{}]*\})"
    r"\*?\s*\{[^{}]*\}"
)
_CITED = re.compile(r"\\(?:(?:eq|c|C|auto)?ref|cite\w*)\s*(?:\[[^][]*\])?\{([^{}]*)\}")
# Commands whose first letter arXiv's API takes for an accent: \b{eta} was \beta.
_SLIPPED = re.compile(r"\\([bcdkrtuv])\{([a-z]{2,})\}")
_STARRED = re.compile(r"\\(operatorname|hspace|vspace|tag)\*")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)|.)")
# A macro that takes what follows, before that.
_TAKING = re.compile(
    r"(?:[_^]|\\(?:[dt]?frac|sqrt|bar|hat|tilde|vec|d?dot|(?:over|under)line|wide\w+)"
    r"(?: ?\w)?) ?$"
)
_ENVIRONMENT = re.compile(r"\\(begin|end) ?\{(\w+\*?)\}")
_BEGIN = re.compile(r"\\begin\{(cases|split|array|aligned|gathered|[pbv]?matrix)\}")
_INNER = {"align", "alignat", "gather", "multline", "eqnarray"}
_TEXT = re.compile(r"\\(tag|text(?:it|bf|rm|tt|sf)?) ?\{")
_DOLLAR = re.compile(r"(?<!\\)\$")
# Signs that text in a formula cannot have: indices, and commands of maths alone.
_OF_TEXT = "text|q?quad|l?dots|tiny|small|scriptsize|large|rm|bf|it|tt|sf|emph"
_MATHS_IN_TEXT = re.compile(rf"\\(?!{_OF_TEXT})[A-Za-z]|(?<!\\)[_^]")
_WORDS = re.compile(r"\{[^{}]*\}|(?<![\\A-Za-z]) ?[a-z]+(?:,? [a-z]+)+(?![A-Za-z]) ?")
_NEEDLESS = re.compile(r"(?<!\\)([_^])\{([^\W_]|\\[A-Za-z]+)\}(?=(.?))")


def settable(tex: str) -> str:
    """Return a formula, without its dollars, as GitHub's MathJax can set it."""
    tex = " ".join(tex.split())
    if tex.isalnum():
        return tex
    if "{" in tex or "}" in tex:
        tex = _balanced(tex)
    if "\\" in tex:
        tex = _with_known_macros(tex)
    if r"\t" in tex:
        tex = _without_dollars(tex)
    if "$" in tex:
        tex = _with_cases(tex)
    if "&" in tex:
        tex = _with_columns(tex)
    if SENTENCE.search(tex):
        tex = _WORDS.sub(_word_text, tex)
    if "%" in tex or "#" in tex:
        tex = re.sub(r"(?<!\\)[%#]", r"\\\g<0>", tex)  # they hide what follows
    tex = _NEEDLESS.sub(_without_braces, tex)
    return tex.replace("``", "“").replace("`", "‘").strip()


def _with_known_macros(tex: str) -> str:
    tex = _SLIPPED.sub(_unslipped, tex)
    tex = _STARRED.sub(r"\\\1", tex)
    tex = _DROPPED.sub("", tex)
    tex = _CITED.sub(r"\\text{[\1]}", tex)
    tex = _ENVIRONMENT.sub(_known_environment, tex)
    return _COMMAND.sub(_known_macro, tex)


def _balanced(tex: str) -> str:
    """Return a formula in which every brace has its partner, every environment its end.

    Of some abstracts arXiv has lost the macro in ``\\end{cases}``.
    """
    braces = Braces(tex)
    if braces.stray:
        tex = "".join(sign for at, sign in enumerate(tex) if at not in braces.stray)
    tex += "".join("}" for _ in braces.unclosed)
    for name in set(_BEGIN.findall(tex)):
        if tex.count(rf"\begin{{{name}}}") > tex.count(rf"\end{{{name}}}"):
            tex = tex.replace(f" {{{name}}}", rf" \end{{{name}}}")
    return tex


def _unslipped(found: re.Match[str]) -> str:
    name = found[1] + found[2]
    return rf"\{name} " if name in KNOWN else found[0]


def _known_environment(found: re.Match[str]) -> str:
    """Return an environment that may stand within a formula."""
    name = found[2].rstrip("*")
    if name in _INNER:
        return rf"\{found[1]}{{aligned}}"
    if name in ("equation", "displaymath"):
        return ""
    return found[0].replace("tabular", "array")


def _known_macro(found: re.Match[str]) -> str:
    name = found[1]
    if not name or name in KNOWN:
        return found[0]
    instead = _INSTEAD.get(name)
    if instead is None:
        instead = rf"\mathrm{{{name}}}"
    before = found.string[max(found.start() - 12, 0) : found.start()]
    if instead.endswith("}") and _TAKING.search(before):
        return f"{{{instead}}}"
    return instead


def _without_dollars(tex: str) -> str:
    r"""Return a formula whose text has no formulas: \text{in $Q$} is \text{in }Q."""
    ends = Braces(tex).ends
    parts: list[str] = []
    at = 0
    for found in _TEXT.finditer(tex):
        start = found.end()
        if found.start() < at or start - 1 not in ends:
            continue
        words = tex[start : ends[start - 1]]
        parts.append(tex[at : found.start()])
        if found[1] == "tag":
            parts.append(rf"\qquad({_texts('text', words)})")
        else:
            parts.append(_texts(found[1], words))
        at = ends[start - 1] + 1
    return "".join(parts) + tex[at:]


def _texts(macro: str, words: str) -> str:
    parts = _DOLLAR.split(words)
    for number, part in enumerate(parts):
        is_formula = number % 2
        if is_formula or not part:
            continue
        if _MATHS_IN_TEXT.search(part):
            spaced = part.replace(" ", r"\ ")
            parts[number] = rf"\mathrm{{{spaced}}}"
        else:
            part = part.replace(r"\text{", "{")  # text in text
            parts[number] = rf"\{macro}{{{part}}}"
    return "".join(parts)


def _with_cases(tex: str) -> str:
    r"""Return a formula without dollars; the text of plain TeX's \cases may have some."""
    instead = r"\\(\1\\)" if r"\cases" in tex else r"\1"
    return re.sub(r"(?<!\\)\$([^$]*)\$", instead, tex)


def _with_columns(tex: str) -> str:
    """Return a formula whose column signs stand in a table, or are to be seen."""
    if r"\begin" in tex or re.search(r"\\(?:cases|p?matrix|eqalign)", tex):
        return tex
    if r"\\" in tex:
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return re.sub(r"(?<!\\)&", r"\\&", tex)


def _word_text(found: re.Match[str]) -> str:
    """Return the words of a sentence within a formula as text."""
    if SENTENCE.search(found[0]) and not found[0].startswith("{"):
        return rf"\text{{{found[0]}}}"
    return found[0]


def _without_braces(found: re.Match[str]) -> str:
    """Return an index without braces that it does not need; each costs a unit."""
    gap = (
        " "
        if found[2][-1].isalpha() and len(found[2]) > 1 and found[3].isalpha()
        else ""
    )
    return found[1] + found[2] + gap


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
