r"""What authors type, as plain text and as Markdown: TeX, entities, characters out of place.

arXiv's own converter (arxiv-base, ``arxiv.util.tex2utf``) is the yardstick for the names of
letters and for the blank after them; accents are composed by Unicode (NFC), not listed. The
Markdown is GitHub's (https://github.github.com/gfm/), its maths too
(https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting).
"""

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from urllib.parse import quote

from .paper import LINK


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_MARKS = "\u0300 \u0301 \u0302 \u0308 \u0303 \u0304 \u0307 \u0306 \u030c \u030b \u0327 \u0328 \u030a"
_ACCENTS = dict(zip("`'^\"~=.uvHckrdbt", [*_MARKS.split(), "\u0323", "\u0331", "\u0361"], strict=True))
_LETTERS = _pairs("""
    i ı j ȷ ss ß o ø O Ø l ł L Ł ae æ AE Æ oe œ OE Œ aa å AA Å dh ð DH Ð dj đ DJ Đ th þ TH Þ ng ŋ NG Ŋ ETH Ð eth ð
    alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ
    mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ
    psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω P ¶ S §
    copyright © pounds £ dag † ddag ‡ div ÷ deg ° guillemotleft « guillemotright »
""")
_SYMBOLS = _pairs(r"""
    textendash – textemdash — textquoteleft ‘ textquoteright ’ textquotedblleft “ textquotedblright ”
    textregistered ® texttrademark ™ textcopyright © textdegree ° textmu µ texteuro € textbullet • textbackslash \
    textasciitilde ~ textasciicircum ^ textbar | textless < textgreater > textunderscore _ textdollar $ ldots …
    dots … textellipsis … times × pm ± sim ∼ approx ≈ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ infty ∞ cdot ⋅ rightarrow → to →
    leftarrow ← ell ℓ circ ∘ LaTeX LaTeX TeX TeX
    % % & & _ _ # # $ $ { { } }
""") | {" ": " ", ",": "\u2009", ";": " ", ":": " ", "!": "", "/": "", "-": ""}
_LIGATURES = {"``": "“", "''": "”", "--": "–", "---": "—", "~": "\u00a0"}
_STYLES = {"emph": "em", "textit": "em", "textbf": "strong", "texttt": "code"} | dict.fromkeys(
    ("textsc", "textrm", "textsf", "textup", "textnormal", "mbox"), ""
)
_SWITCHES = {"em": "em", "it": "em", "bf": "strong", "tt": "code"}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_BLANKS = re.compile(r"(?! \S)[ \t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*|\n[ \t]{2,}")
_SPECIAL = re.compile(r"[\\${}~]|``|''|--|https?://")
_ARGUMENT = r"\{(?:[^{}\\]|\\.|\{[^{}]*\})*\}"
_TOKEN = re.compile(
    rf"""(?=[h$\\{{}}`'~-])(?:
      (?P<url>https?://(?:[^\s<>{{}}|\\^`"$]|\\[_%#&~])*[^\s<>{{}}|\\^`"$.,;:!?')\]*])
    | \$\$(?P<display>(?:[^$\\]|\\.)+)\$\$
    | \$(?P<sign>(?:\\[A-Za-z]+\ ?|[<>=+{{}}-])+)\$(?=\d)
    | \$(?![\s$])(?P<inline>(?:[^$\\]|\\.)+)(?<![\s(])\$(?!\d)
    | \\\((?P<paren>(?:[^\\]|\\[^()])+)\\\) | \\\[(?P<bracket>(?:[^\\]|\\[^][])+)\\\]
    | \\url\s*\{{(?P<address>[^{{}}\s]*)\}}
    | \\href\s*\{{(?P<target>[^{{}}\s]*)\}}\s*(?=\{{)
    | (?P<accented>\\[`'^"~=.](?:\s*{_ARGUMENT}|\\[ij](?![A-Za-z])|[^\W\d_])
      | \\[uvHckrdbt](?:\s*{_ARGUMENT}|\s*\\[ij](?![A-Za-z])|\s+[^\W\d_]))
    | \\(?P<command>[%&_#${{}}\ ,;:!/-]|[A-Za-z]+(?:\[[^][{{}}]*\](?=\{{))?)
    | (?P<typed>\\\\)
    | (?P<brace>\{{(?:\\(?P<switch>em|it|bf|tt|sc|rm)(?![A-Za-z])\ ?)?|\}})
    | (?P<ligature>``|''|(?<!-)---?(?!-)|(?<=[^\s~([<>=])~(?=[^\s~])))
    """,
    re.VERBOSE | re.DOTALL,
)
_MATHS = ("display", "sign", "inline", "paren", "bracket")
_MARKDOWN = re.compile(
    # the first look at the next character alone makes the search four times as fast
    r"(?=[]$&'*.:<>[\\_`{|}~-])(?:(?P<entity>[`~]|(?<=')')|(?P<dollar>\$)|[\\*_{}\[\]<>|]"
    r"|&(?=#?\w+;)|(?<=[wW]{3})\.|:(?=//)|(?<=-)-)"
)
_UNFIT = re.compile(rf"`|{LINK.pattern}")
"""What code cannot hold: its own mark, and a link that would list the paper it leads to."""
_SAFE = "%/:=&?~#+!,;'@-._"

Linked = Callable[[str], object]
"""Tells whether an address in a text may become a link."""
_nowhere = frozenset[str]().__contains__  # as within another link


def clean(raw: str) -> str:
    """Resolve entities once, compose (NFC), drop control characters and direction overrides."""
    if raw.isascii() and raw.isprintable() and "&" not in raw:
        return raw
    raw = _ENTITY.sub(lambda found: html.unescape(found[0]), raw)
    return unicodedata.normalize("NFC", _CONTROLS.sub("", raw))


@lru_cache(maxsize=4096)
def plain(raw: str) -> str:
    """Return one line of Unicode text; maths stays TeX between dollar signs."""
    return _decoded(raw, None)


def line(raw: str, *, links: bool = True) -> str:
    """Return text for one line of Markdown, in which a link to another paper is no link.

    A link is what marks a paper as listed, so one that a title or a comment merely mentions must
    not become one; what is to be a link itself can hold none.
    """
    return _decoded(raw, lambda address: links and not LINK.search(address))


def paragraphs(raw: str) -> str:
    """Return an abstract as one line of Markdown, its paragraphs kept apart."""
    parts = (_decoded(part, lambda _: True) for part in split_paragraphs(raw))
    return "<br><br>".join(part for part in parts if part)


def split_paragraphs(raw: str) -> list[str]:
    """Split text where arXiv begins a paragraph: at an empty line and at two blanks."""
    return _PARAGRAPH.split(raw.strip())


def escape(text: str) -> str:
    """Return Markdown that GitHub shows as the text, and that cannot be taken for TeX either."""
    return _MARKDOWN.sub(_escaped, unicodedata.normalize("NFC", text))


def _escaped(found: re.Match[str]) -> str:
    if found["dollar"]:
        return "<span>$</span>"
    return f"&#{ord(found[0])};" if found["entity"] else "\\" + found[0]


def _decoded(raw: str, linked: Linked | None) -> str:
    """Return text decoded, as Markdown where ``linked`` is given."""
    text = _BLANKS.sub(" ", clean(raw)).strip()
    if _SPECIAL.search(text):
        return _convert(text, linked)
    return escape(text) if linked else text


class _Group:
    """A group of text between braces: its style, where it ends, and what it has so far.

    A piece is text, or Markdown that is done.
    """

    def __init__(self, style: str, closing: int, linked: Linked | None, target: str = "") -> None:
        self.style, self.closing, self.target = style, closing, target
        self.linked = None if style == "code" or not linked else _nowhere if style == "link" else linked
        self.pieces: list[tuple[bool, str]] = []

    def add(self, text: str, *, done: bool = False) -> None:
        if text:
            self.pieces.append((done, text))

    def finished(self) -> str:
        """Return what the group holds; neighbours are escaped together."""
        runs = ((done, "".join(text for _, text in run)) for done, run in groupby(self.pieces, itemgetter(0)))
        if not self.linked:
            return unicodedata.normalize("NFC", "".join(text for _, text in runs))
        return "".join(text if done else escape(text) for done, text in runs)


def _convert(text: str, linked: Linked | None) -> str:
    """Decode TeX; what is not known stays as typed."""
    tokens = list(_TOKEN.finditer(text))
    partner = _partners(tokens)
    closing = set(partner.values())
    opened = [_Group("", -1, linked)]
    at = index = 0
    while index < len(tokens):
        token, group = tokens[index], opened[-1]
        group.add(text[at : token.start()])
        at, kind, following = token.end(), token.lastgroup, index + 1
        braced = following in partner and not text[at : tokens[following].start()].strip()
        command = token["command"] or ""
        style = "link" if kind == "target" else _STYLES.get(command)
        if index == group.closing:
            _close(opened, text[at : at + 1])
        elif index in partner:
            _open(opened, _SWITCHES.get(token["switch"], ""), partner[index])
        elif style is not None and braced:
            _open(opened, style, partner[following], _address(token["target"] or ""))
            index, at = following, tokens[following].end()
        elif index in closing:
            pass
        elif command in _LETTERS:
            group.add(_LETTERS[command])
            at += text[at : at + 1] == " "
        elif command in _SYMBOLS:
            group.add(_SYMBOLS[command])
        elif command:
            while index + 1 in partner and tokens[index + 1].start() == at:
                index = partner[index + 1]
                at = tokens[index].end()
            group.add(text[token.start() : at])
        elif kind in _MATHS and token[kind].strip():
            _add_maths(group, token[kind].strip())
        elif kind in ("url", "address"):
            _add_url(group, _address(token[kind]))
        elif kind == "accented":
            group.add(_accented(token[0]))
        elif kind == "ligature" and all(one.style != "code" for one in opened):
            group.add(_LIGATURES[token[0]])
        else:
            group.add(token[0])
        index += 1
    opened[-1].add(text[at:])
    return opened[0].finished().strip()


def _partners(tokens: list[re.Match[str]]) -> dict[int, int]:
    """Map the index of every opening brace that is closed to the index that closes it."""
    partner, opened = {}, []
    for index, token in enumerate(tokens):
        if token[0][0] == "{":
            opened.append(index)
        elif token[0] == "}" and opened:
            partner[opened.pop()] = index
    return partner


def _open(opened: list[_Group], style: str, closing: int, target: str = "") -> None:
    """Begin a group that has a style; where they are nested deep, and for plain text, it has none."""
    if style and len(opened) < 20:
        opened.append(_Group(style, closing, opened[-1].linked, target))


def _close(opened: list[_Group], follower: str) -> None:
    """Put the innermost group, with its style, into the one around it."""
    inner = opened.pop()
    outer = opened[-1]
    if not outer.linked:
        outer.pieces += inner.pieces
        return
    before = outer.pieces[-1][1][-1:] if outer.pieces else ""
    apart = before in ("", " ", "(") and follower in ("", *" .,;:)?!}")
    text = inner.finished()
    bare = text.strip()
    outer.add(text.replace(bare, _styled(inner, bare, apart, outer.linked), 1) if bare else text, done=True)


def _styled(group: _Group, inner: str, apart: bool, linked: Linked) -> str:
    """Return what a group holds, styled; ``apart`` from other words GitHub's short marks can be used."""
    if group.style == "link":
        link = re.match("https?://.", group.target) and linked(group.target)
        return f"[{inner}]({quote(group.target, safe=_SAFE).replace('&', '&amp;')})" if link else inner
    if group.style == "code":
        short = apart and not _UNFIT.search(inner)
        return "`" + inner.replace("|", r"\|") + "`" if short else f"<code>{escape(inner)}</code>"
    if apart and inner[0].isalnum() and inner[-1].isalnum():
        return f"*{inner}*" if group.style == "em" else f"**{inner}**"
    return f"<{group.style}>{inner}</{group.style}>"


def _add_maths(group: _Group, formula: str) -> None:
    """Add maths, in Markdown as code between dollar signs, whose content GitHub leaves alone."""
    if not group.linked or _UNFIT.search(formula):
        group.add(f"${formula}$")
    else:
        touching = group.pieces and group.pieces[-1][1].endswith("`$")
        group.add(("<span></span>" if touching else "") + "$`" + formula.replace("|", r"\|") + "`$", done=True)


def _add_url(group: _Group, address: str) -> None:
    safe = re.fullmatch(r"https?://[^\s<>|\\`]+", address)
    if safe and group.linked and group.linked(address):
        group.add(f"<{address.replace('&', '&amp;')}>", done=True)
    else:
        group.add(address)


def _address(text: str) -> str:
    return re.sub(r"\\([_%#&~])", r"\1", text)


def _accented(typed: str) -> str:
    """Return an accent's argument with the accent on its only letter; ``t`` ties two."""
    accent, argument = typed[1], typed[2:].strip()
    base = _decoded(argument[1:-1] if argument[0] == "{" else argument, None)
    base = {"ı": "i", "ȷ": "j"}.get(base[:1], base[:1]) + base[1:]
    if not base[:1].isalpha() or sum(map(str.isalpha, base)) > 1 + (accent == "t"):
        return accent if not base and accent in "~^" else typed
    return unicodedata.normalize("NFC", base[0] + _ACCENTS[accent]) + base[1:]
