r"""What GitHub sets of a formula, and at which cost.

GitHub sets formulas with MathJax, without its packages noerrors, bbox, html, require,
newcommand, action and colortbl, and refuses some macros besides
(https://github.com/github/markup/issues/1688).
"""

import re

from .formulas import ENVIRONMENTS

# The macros that MathJax has, and GitHub does not refuse.
KNOWN = frozenset(
    """
    abovewithdelims acute aleph alpha amalg And angle approx approxeq arccos arcsin
    arctan arg Arrowvert arrowvert ast asymp atop atopwithdelims backepsilon backprime
    backsim backsimeq backslash bar barwedge Bbb Bbbk because begin beta beth between bf
    Big big bigcap bigcirc bigcup Bigg bigg Biggl biggl Biggm biggm Biggr biggr Bigl
    bigl Bigm bigm bigodot bigoplus bigotimes Bigr bigr bigsqcup bigstar bigtriangledown
    bigtriangleup biguplus bigvee bigwedge binom blacklozenge blacksquare blacktriangle
    blacktriangledown blacktriangleleft blacktriangleright bmod boldsymbol bot bowtie
    Box boxdot boxed boxminus boxplus boxtimes brace bracevert brack braket breve
    buildrel bullet Bumpeq bumpeq cal cancel Cap cap cases cdot cdotp cdots ce centerdot
    check checkmark chi choose circ circeq circlearrowleft circlearrowright circledast
    circledcirc circleddash circledR circledS clubsuit colon coloneqq color complement
    cong coprod cos cosh cot coth cr csc Cup cup curlyeqprec curlyeqsucc curlyvee
    curlywedge curvearrowleft curvearrowright dagger daleth dashleftarrow dashrightarrow
    dashv dbinom ddagger ddddot dddot ddot ddots deg degree Delta delta det dfrac
    diagdown diagup Diamond diamond diamondsuit digamma dim displaylines displaystyle
    div divideontimes divsymbol dot Doteq doteq doteqdot dotplus dots dotsb dotsc dotsi
    dotsm dotso doublebarwedge doublecap doublecup Downarrow downarrow downdownarrows
    downharpoonleft downharpoonright ell emptyset end enspace epsilon eqalign eqalignno
    eqcirc eqref eqsim eqslantgtr eqslantless equiv eta eth exists exp fallingdotseq
    fbox Finv flat forall frac frak frown Game Gamma gamma gcd ge genfrac geq geqq
    geqslant gets gg ggg gggtr gimel gnapprox gneq gneqq gnsim grave gt gtrapprox gtrdot
    gtreqless gtreqqless gtrless gtrsim gvertneqq hat hbar hdashline heartsuit hline hom
    hookleftarrow hookrightarrow hskip hslash hspace Huge huge idotsint iff iiiint iiint
    iint Im imath impliedby implies in inf infty injlim int intercal intop iota it jmath
    Join kappa ker kern ket Lambda lambda land langle LARGE Large large lbrace lbrack
    lceil ldotp ldots le leadsto left Leftarrow leftarrow leftarrowtail leftharpoondown
    leftharpoonup leftleftarrows Leftrightarrow leftrightarrow leftrightarrows
    leftrightharpoons leftrightsquigarrow leftthreetimes leq leqalignno leqq leqslant
    lessapprox lessdot lesseqgtr lesseqqgtr lessgtr lesssim lfloor lg lgroup lhd lim
    liminf limits limsup ll llap llcorner Lleftarrow lll llless lmoustache ln lnapprox
    lneq lneqq lnot lnsim log Longleftarrow longleftarrow Longleftrightarrow
    longleftrightarrow longmapsto Longrightarrow longrightarrow looparrowleft
    looparrowright lor lozenge lrcorner Lsh lt ltimes lVert lvert lvertneqq maltese
    mapsto mathbb mathbf mathbfcal mathbffrak mathbfit mathbfscr mathbfsf mathbfsfit
    mathbfsfup mathbfup mathbin mathcal mathclose mathfrak mathinner mathit mathnormal
    mathop mathopen mathord mathpunct mathrel mathring mathrm mathscr mathsf mathsfit
    mathsfup mathstrut mathtt mathup matrix max measuredangle mho mid middle min mit
    mkern mod models mp mskip mspace mu multimap nabla natural ncong ne nearrow neg
    negmedspace negthickspace negthinspace neq newline nexists ngeq ngeqq ngeqslant ngtr
    ni nLeftarrow nleftarrow nLeftrightarrow nleftrightarrow nleq nleqq nleqslant nless
    nmid nobreakspace nolimits nonumber normalsize not notag notin nparallel nprec
    npreceq nRightarrow nrightarrow nshortmid nshortparallel nsim nsubseteq nsubseteqq
    nsucc nsucceq nsupseteq nsupseteqq ntriangleleft ntrianglelefteq ntriangleright
    ntrianglerighteq nu nVDash nVdash nvDash nvdash nwarrow odot oint Omega omega
    omicron ominus oplus oslash otimes over overbrace overleftarrow overleftrightarrow
    overline overparen overrightarrow overset overunderset overwithdelims owns parallel
    partial perp Phi phi Pi pi pitchfork pm pmatrix pmb pmod pod Pr prec precapprox
    preccurlyeq preceq precnapprox precneqq precnsim precsim prime prod projlim propto
    Psi psi qquad quad rangle rbrace rbrack rceil Re ref restriction rfloor rgroup rhd
    rho right Rightarrow rightarrow rightarrowtail rightharpoondown rightharpoonup
    rightleftarrows rightleftharpoons rightrightarrows rightsquigarrow rightthreetimes
    risingdotseq rlap rm rmoustache root Rrightarrow Rsh rtimes rule rVert rvert S scr
    scriptscriptstyle scriptsize scriptstyle searrow sec Set set setminus sf sharp
    shortmid shortparallel shoveleft shoveright sideset Sigma sigma sim simeq sin sinh
    small smallfrown smallint smallsetminus smallsmile smash smile space spadesuit
    sphericalangle sqcap sqcup sqrt sqsubset sqsubseteq sqsupset sqsupseteq square
    stackbin stackrel star strut Subset subset subseteq subseteqq subsetneq subsetneqq
    substack succ succapprox succcurlyeq succeq succnapprox succneqq succnsim succsim
    sum sup Supset supset supseteq supseteqq supsetneq supsetneqq surd swarrow tag tan
    tanh tau tbinom text textbf textcolor textgreater textit textless textrm textsf
    textstyle texttt tfrac therefore Theta theta thickapprox thicksim thinspace tilde
    times tiny to top triangle triangledown triangleleft trianglelefteq triangleq
    triangleright trianglerighteq tt twoheadleftarrow twoheadrightarrow ulcorner
    underbrace underleftarrow underleftrightarrow underline underparen underrightarrow
    underset unlhd unrhd upalpha Uparrow uparrow upbeta Updownarrow updownarrow upgamma
    upharpoonleft upharpoonright uplus upmu Upsilon upsilon uptheta upuparrows upvarphi
    urcorner varDelta varepsilon varGamma varinjlim varkappa varLambda varliminf
    varlimsup varnothing varOmega varPhi varphi varPi varpi varprojlim varpropto varPsi
    varrho varSigma varsigma varsubsetneq varsubsetneqq varsupsetneq varsupsetneqq
    varTheta vartheta vartriangle vartriangleleft vartriangleright varUpsilon varXi
    Vdash vDash vdash vdots vec vee veebar verb Vert vert Vvdash wedge widehat widetilde
    wp wr Xi xi xleftarrow xrightarrow yen zeta
    """.split()
)
_BLACKBOARD = """
    C E F H N P Q R Z CC EE FF HH NN PP QQ RR ZZ real reals Real Reals
"""
# What stands for a macro that it does not have, or that GitHub refuses. Of any other
# one the name is set, upright.
_INSTEAD = {
    **{name: rf"\mathbb{{{name[0].upper()}}}" for name in _BLACKBOARD.split()},
    **dict.fromkeys("mbox hbox textsc textnormal textup".split(), r"\text"),
    **dict.fromkeys("nicefrac sfrac nfrac cfrac".split(), r"\frac"),
    **dict.fromkeys("ensuremath xspace hfill hfil protect footnotesize".split(), ""),
    "mathds": r"\mathbb",
    "mathbbm": r"\mathbb",
    "operatorname": r"\mathrm",
    "emph": r"\textit",
    "bm": r"\boldsymbol",
    "AA": r"\text{Å}",
}
# Macros that are dropped with their argument, and those that become text with it.
_GROUP = r"\{((?:[^{}\\]|\\.|\{(?:[^{}\\]|\\.|\{[^{}]*\})*\})*)\}"
_DROPPED = re.compile(
    rf"\\(?:label|[hv]?phantom|vspace|colorbox|href|raisebox) ?{_GROUP}"
)
_CITED = re.compile(rf"\\(?:cite[pt]?|(?:eq|c|auto)?ref) ?{_GROUP}")
_TAG = re.compile(rf"\\tag ?{_GROUP}")
_TEXT = re.compile(rf"\\(text(?:it|bf|rm|tt|sf)?) ?{_GROUP}")
# What MathJax does not set in text: indices, and macros but for blanks and sizes.
_MATHS = re.compile(r"\\(?!q?quad|tiny|small|scriptsize)[A-Za-z]|(?<!\\)[_^]")
_DOLLARS = re.compile(r"(?<!\\)\$([^$]*)\$")
# A star that MathJax does not know.
_STARRED = re.compile(r"(\\(?:operatorname|hspace|tag))\*")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)|.)")
_BRACE = re.compile(r"(\\.|\{|\})")
_LOST_END = re.compile(r" \{(cases|split)\}")  # as in some of arXiv's abstracts
_ENVIRONMENT = re.compile(r"\\(begin|end) ?\{(\w+)\*?\}")
_TABLE = re.compile(r"\\(?:begin|cases|p?matrix|eqalign)")
# An index that needs no braces, each of which costs a unit of the page's budget: one
# sign, or a macro, if no letter follows.
_SHORT_INDEX = re.compile(r"([_^])\{(\w|\\[A-Za-z]+(?!\}[A-Za-z]))\}")


def settable(tex: str) -> str:
    """Return a formula as GitHub's MathJax can set it."""
    if tex.isalnum():
        return tex
    tex = " ".join(tex.split()).removeprefix("% ").rstrip("\\")
    tex = _with_paired_braces(tex)
    if "\\" in tex:
        tex = _with_known_macros(tex)
    unseen = "%#" if _TABLE.search(tex) else "%#&"  # & begins a column of a table
    tex = re.sub(rf"(?<!\\)[{unseen}]", r"\\\g<0>", tex)
    tex = _SHORT_INDEX.sub(r"\1\2", tex)
    return tex.replace("`", "‘").strip()


def _with_paired_braces(tex: str) -> str:
    parts: list[str] = []
    closers: list[str] = []  # those that are still due
    for part in _BRACE.split(tex):
        if part == "{":
            closers.append("}")
        elif part == "}":
            if not closers:
                continue
            closers.pop()
        parts.append(part)
    return "".join(parts + closers)


def _with_known_macros(tex: str) -> str:
    tex = tex.replace("{tabular}", "{array}")
    tex = _STARRED.sub(r"\1", tex)
    tex = _ENVIRONMENT.sub(_known_environment, tex)
    tex = _LOST_END.sub(r" \\end{\1}", tex)
    tex = _DROPPED.sub("", tex)
    tex = _CITED.sub(r"\\text{[\1]}", tex)
    tex = _TAG.sub(r"\\qquad(\\text{\1})", tex)
    tex = _COMMAND.sub(_known_macro, tex)
    tex = _TEXT.sub(_without_formulas, tex)
    # Of plain TeX's macros \cases alone has text, in which \( begins a formula.
    instead = r"\\(\1\\)" if r"\cases" in tex else r"\1"
    return _DOLLARS.sub(instead, tex)


def _known_environment(found: re.Match[str]) -> str:
    """Return an environment that may stand within a formula."""
    name = ENVIRONMENTS.get(found[2], found[2])
    return rf"\{found[1]}{{{name}}}" if name else ""


def _known_macro(found: re.Match[str]) -> str:
    name = found[1]
    if not name or name in KNOWN:
        return found[0]
    instead = _INSTEAD.get(name, rf"\mathrm{{{name}}}")
    before = found.string[found.start() - 1 : found.start()]
    if instead.endswith("}") and (before.isalnum() or before == "}"):
        return f"{{{instead}}}"  # it may be the argument in \bar\R
    return instead


def _without_formulas(found: re.Match[str]) -> str:
    r"""Return text without its formulas: ``\text{in $Q$}`` is ``\text{in }Q``."""
    parts = _DOLLARS.split(found[2])
    for number in range(0, len(parts), 2):  # the others stood between dollars
        parts[number] = _text(found[1], parts[number])
    return "".join(parts)


def _text(font: str, words: str) -> str:
    if not words:
        return ""
    if _MATHS.search(words):
        blanks_kept = words.replace(" ", r"\ ")
        return rf"\mathrm{{{blanks_kept}}}"
    return rf"\{font}{{{words}}}"


# A dollar that is no maths, and the forms in which GitHub takes maths; no formula
# holds what ends it, so that a search never runs over the same text again and again.
_COUNTED = re.compile(
    r"<span>\$</span>|\\\$"
    r"|\$`[^`]*`\$"
    r"|```math\n[^`]*```"
    r"|\$\$[^$]+\$\$"
    r"|\$(?<![\w$]\$)(?![\s$])[^$\n]*(?<=[^\s\\])\$(?!\w)"
)


def formula_cost(markdown: str) -> int:
    """Return how much of a page's budget GitHub spends on the formulas in Markdown.

    Each is 1 unit, and 1 more for each opening brace in it.
    """
    if "$" not in markdown and "```math" not in markdown:
        return 0
    cost = 0
    for found in _COUNTED.finditer(markdown):
        if found[0].startswith(("$", "`")):
            cost += 1 + found[0].count("{")
    return cost
