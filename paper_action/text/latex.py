r"""What LaTeX's commands mean, as far as they are typed in titles, abstracts and names.

A macro is written as LaTeX itself would define it: ``\frac`` takes (2, "#1/#2"). Of a
command in none of these tables the argument is shown, or the name if it has none.
"""

from html.entities import html5

# The accent goes on the letter that follows (https://info.arxiv.org/help/prep.html).
ACCENTS = {
    "`": "\N{COMBINING GRAVE ACCENT}",
    "'": "\N{COMBINING ACUTE ACCENT}",
    "^": "\N{COMBINING CIRCUMFLEX ACCENT}",
    '"': "\N{COMBINING DIAERESIS}",
    "”": "\N{COMBINING DIAERESIS}",  # somebody's editor made it of the one above
    "~": "\N{COMBINING TILDE}",
    "=": "\N{COMBINING MACRON}",
    ".": "\N{COMBINING DOT ABOVE}",
    "u": "\N{COMBINING BREVE}",
    "v": "\N{COMBINING CARON}",
    "H": "\N{COMBINING DOUBLE ACUTE ACCENT}",
    "c": "\N{COMBINING CEDILLA}",
    "k": "\N{COMBINING OGONEK}",
    "r": "\N{COMBINING RING ABOVE}",
    "d": "\N{COMBINING DOT BELOW}",
    "b": "\N{COMBINING MACRON BELOW}",
    "t": "\N{COMBINING DOUBLE INVERTED BREVE}",
    # those of maths, typed without dollars
    "bar": "\N{COMBINING MACRON}",
    "dot": "\N{COMBINING DOT ABOVE}",
    "hat": "\N{COMBINING CIRCUMFLEX ACCENT}",
    "tilde": "\N{COMBINING TILDE}",
}

# The style of an argument, as the tag that GitHub shows.
STYLES = {
    "emph": "em",
    "textit": "em",
    "textsl": "em",
    "textbf": "strong",
    "mathbf": "strong",
    "boldsymbol": "strong",
    "texttt": "code",
    "code": "code",
    "textsuperscript": "sup",
    "textsubscript": "sub",
}
_FONTS = """
    rm sf sffamily sc scshape tiny scriptsize small normalsize large Large LARGE
"""
# The style of a group that begins with a command; some show none.
SWITCHES = {
    **dict.fromkeys(_FONTS.split(), ""),
    "em": "em",
    "it": "em",
    "itshape": "em",
    "sl": "em",
    "slshape": "em",
    "bf": "strong",
    "bfseries": "strong",
    "tt": "code",
    "ttfamily": "code",
}

_SHOWN = """
    text textrm textsf textmd textsc textnormal textup mbox hbox underline mathrm
    mathop ensuremath
"""
_CITED = """
    cite citep citet citealp citealt citeauthor citeyear textcite ref eqref cref
"""
_HIDDEN = "begin end vspace color label phantom hphantom vphantom"
_SECOND = "textcolor scalebox foreignlanguage hyperlink overset underset stackrel"
# How many arguments a macro takes, and what it shows of them.
MACROS: dict[str, tuple[int, str]] = {
    **dict.fromkeys(_SHOWN.split(), (1, "#1")),
    **dict.fromkeys(_CITED.split(), (1, "[#1]")),
    **dict.fromkeys(_HIDDEN.split(), (1, "")),
    **dict.fromkeys(_SECOND.split(), (2, "#2")),
    "multicolumn": (3, "#3"),
    **dict.fromkeys("frac dfrac tfrac nicefrac sfrac".split(), (2, "#1/#2")),
    "footnote": (1, " (#1)"),
    "thanks": (1, " (#1)"),
    **dict.fromkeys(["SI", "qty", "ion"], (2, "#1 #2")),
    "SIrange": (3, "#1–#2 #3"),
    "qtyrange": (3, "#1–#2 #3"),
    "sqrt": (1, "√#1"),
    "enquote": (1, "“#1”"),
    "texorpdfstring": (2, "#1"),
    "hspace": (1, " "),
    "ang": (1, "#1°"),
}
# Macros whose arguments may lack braces: \frac 12.
BARE = frozenset(["frac", "dfrac", "tfrac", "sqrt"])

# Names that HTML has, too.
_HTML = """
    ETH eth alpha beta gamma delta zeta eta theta vartheta iota kappa lambda mu nu
    xi pi rho sigma varsigma tau upsilon chi psi omega Gamma Delta Theta Lambda Pi
    Sigma Phi Psi Omega deg times pm div sim simeq approx equiv propto leq le geq ge
    leqslant ne ll gg lesssim gtrsim in notin ni subset subseteq supset supseteq cup
    cap setminus Leftrightarrow forall wedge vee oplus otimes odot perp bot parallel
    mid rightarrow mapsto hookrightarrow downarrow nearrow sum prod int nabla square
    ell hbar Re Im prime langle rangle lfloor rfloor lceil rceil Vert vert colon
"""
_THEMSELVES = """
    TeX % & _ # $ { } argmin cos det dim exp inf lim limsup ln log max min sec sin
    sup tan
"""
_NOTHING = """
    ! / - @ protect left right bigl bigr Bigl Bigr big Big displaystyle textstyle
    limits nobreak nobreakdash allowbreak footnotemark xspace nonumber notag
    footnotesize romannumeral mathcal mathbb mathfrak mathscr mathit cal bb frak
    boldmath unboldmath overline
"""
_BLANK = r"""
    \ ; : par newline linebreak quad qquad thinspace space hfill newpage bigskip
    medskip smallskip noindent break
"""
# What a command without arguments shows.
SIGNS: dict[str, str] = {
    **{name: html5[f"{name};"] for name in _HTML.split()},
    **{name: name for name in _THEMSELVES.split()},
    **dict.fromkeys(_NOTHING.split(), ""),
    **dict.fromkeys(_BLANK.split(), " "),
    " ": " ",
    ",": "\N{THIN SPACE}",
    "item": " • ",
    # letters
    "i": "ı",
    "j": "ȷ",
    "ss": "ß",
    "SS": "ẞ",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "dh": "ð",
    "DH": "Ð",
    "dj": "đ",
    "DJ": "Đ",
    "th": "þ",
    "TH": "Þ",
    "ng": "ŋ",
    "NG": "Ŋ",
    "epsilon": "ε",
    "varepsilon": "ε",
    "phi": "ϕ",
    "varphi": "φ",
    # signs of text
    "P": "¶",
    "S": "§",
    "textsection": "§",
    "copyright": "©",
    "textregistered": "®",
    "pounds": "£",
    "dag": "†",
    "textdegree": "°",
    "degree": "°",
    "arcdeg": "°",
    "textmu": "µ",
    "textendash": "–",
    "textemdash": "—",
    "lq": "‘",
    "rq": "’",
    "textquoteright": "’",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "guillemotleft": "«",
    "guillemotright": "»",
    "textbackslash": "\\",
    "backslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "ldots": "…",
    "dots": "…",
    "cdots": "⋯",
    "textrightarrow": "→",
    # units, and astronomers' signs (https://journals.aas.org/aastexguide)
    "micron": "μm",
    "celsius": "°C",
    "percent": "%",
    "arcmin": "′",
    "arcsec": "″",
    "farcm": ".′",
    "farcs": ".″",
    "fdg": ".°",
    # signs of maths, typed without dollars
    "cdot": "⋅",
    "ast": "∗",
    "star": "⋆",
    "circ": "∘",
    "neq": "≠",
    "infty": "∞",
    "exists": "∃",
    "to": "→",
    "over": "/",
    "partial": "∂",
    "triangle": "△",
    "Box": "□",
    "lvert": "|",
    "rvert": "|",
    # Latin
    "eg": "e.g.",
    "ie": "i.e.",
    "etal": "et al.",
    "etc": "etc.",
    "vs": "vs.",
    "wrt": "w.r.t.",
    "aka": "a.k.a.",
    "iid": "i.i.d.",
}

# What authors mean by names of their own, unless an argument follows.
OWN = {"C": "ℂ", "N": "ℕ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"}
