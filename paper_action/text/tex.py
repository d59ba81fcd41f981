r"""Read what authors type, TeX and all, into pieces that show as text or as Markdown.

It is read once, from left to right, from one special sign to the next; what lies
between is text. TeX that the tables of ``latex`` do not know shows as it was typed.
arXiv's own converter (arxiv-base, ``tex2utf``) is the yardstick for letters.
"""

import html
import re
import unicodedata
from itertools import chain

from paper_action.paper import LINK

from .formulas import Braces, find_formulas
from .latex import ACCENTS, BARE, MACROS, OWN, SIGNS, STYLES, SWITCHES
from .mathjax import settable
from .pieces import Maths, Piece, as_text, in_link, in_span, joined, single_blanks

_DEPTH = 20  # groups within groups; what is nested deeper stays as it was typed
# A printable text without any of these is what it shows.
_SPECIAL = re.compile(r"\\|\$|\{|~|`|''|--|://|&|  |\]\(")
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_MARKDOWN_LINK = re.compile(r"\[([^\][{}]+)\]\((https?://[^\s<>(){}\\]+)\)")
# Single quotes, in pairs alone: the sign on the right is an apostrophe, too.
_QUOTED = re.compile(r"`(?<![\w`\\]`)([^`'$]+)(?<!\\)'(?![\w'])")

# What an address consists of, escaped or not; its last sign is no stop.
_ADDRESS_SIGNS = r"(?:[A-Za-z0-9!#%&'()*+,./:;=?@_~\[\]-]|\\[_%#&~])+(?<![].,;:!?')*])"
# Where the reader stops. Each alternative begins with a sign, not with a group, which
# lets the search go from one such sign to the next.
_MARK = re.compile(
    r"\\(?P<command>[A-Za-z]+|.)|\{|\}|\$|~|``|''|--+"
    rf"|http(?P<address>s?://{_ADDRESS_SIGNS})"
)
_ESCAPED = re.compile(r"\\([_%#&~])")
_TIE = re.compile(r"(?<=[^ ~(\[<>=\\])~(?=[^~])")  # other tildes are no ties
_QUOTES_AND_DASHES = {"``": "“", "''": "”", "---": "—", "--": "–"}
# How an argument begins, behind a star or options.
_ARGUMENT = re.compile(r"\*?(?: ?\[[^][{}]*\]){0,2} ?\{")
_BARE_ARGUMENT = re.compile(r" ?([A-Za-z0-9])")
_SWITCH = re.compile(r" *\\([A-Za-z]+) *")
# A letter that needs no braces for its accent.
_LETTER = re.compile(r" *(?:([^\W\d_])|\\([ij])(?![A-Za-z]) ?)")
_DOTTED = str.maketrans("ıȷ", "ij")
_ADDRESS = re.compile(r"https?://[^\s<>{}|\\`]+")
# Braces that are seen: of an index of several signs; of a set of several members, or
# of one with an index, without TeX.
_SEEN = re.compile(r"(?<=[_^])\{[^}][^}]|(?<![^ (])\{[^{}\\,_]*[,_][^{}\\]+\}")
# In a formula: text in a style, a citation, and what may stand beside those.
_GROUP = r"\{(?:[^{}\\]|\\.|\{[^{}]*\})*\}"
_TEXT_MACRO = re.compile(
    rf"\\(?:text\w*|[hm]box|emph|underline|cite\w*|(?:eq)?ref)\s*{_GROUP}"
    rf"|\\href\s*{_GROUP}\s*{_GROUP}"
)
_STOPS = re.compile(r"[\s.,;:?()\[\]\"“”‘’–—…`]*")


def read(raw: str, *, with_papers: bool = False) -> list[Piece]:
    """Return the pieces of one line of text.

    An address of another paper is a link ``with_papers`` alone.
    """
    if raw.isprintable() and not _SPECIAL.search(raw):
        return [raw.strip()]
    text = re.sub(r"\\unicode\{(\w+)\}", r"&#\1;", raw)  # MathJax's: 945, x3b1
    text = re.sub(r"(?a)&#?\w{1,31};", lambda entity: html.unescape(entity[0]), text)
    text = _CONTROLS.sub("", " ".join(text.splitlines()).replace("\t", " "))
    text = single_blanks(text)
    text = text.replace(r"\''", r"\"")  # Schr\''odinger
    text = text.replace(r"\'92", "’")  # from a word processor
    text = _MARKDOWN_LINK.sub(r"\\href{\2}{\1}", text)
    text = _QUOTED.sub(r"‘\1’", text)
    return _Reader(text, with_papers=with_papers).pieces()


class _Reader:
    """Reads a text from left to right; ``at`` is where it has come to."""

    def __init__(self, text: str, *, with_papers: bool, depth: int = 0) -> None:
        self.text = text
        self.with_papers = with_papers
        self.at = 0
        self.depth = depth
        self.is_code = False
        braces = Braces(text)
        self.ends = braces.ends
        self.formulas = {each.start: each for each in find_formulas(text, braces)}

    def pieces(self) -> list[Piece]:
        """Read up to the brace that closes the group, and over it, or to the end."""
        pieces: list[Piece] = []
        while True:
            mark = _MARK.search(self.text, self.at)
            if not mark:
                pieces.append(self.text[self.at :])
                self.at = len(self.text)
                break
            pieces.append(self.text[self.at : mark.start()])
            self.at = mark.end()
            if mark[0] == "}" and self.depth:
                break
            pieces += self._marked(mark)
        return joined(pieces)

    def _marked(self, mark: re.Match[str]) -> list[Piece]:
        """Read what begins with a sign that the reader has just gone past."""
        formula = self.formulas.get(mark.start())
        if formula:
            self.at = formula.end
            return self._formula(formula.tex)
        if mark["command"]:
            return self._command(mark["command"])
        if mark["address"]:
            return self._address(mark[0])
        if mark[0] == "{":
            return self._group(mark.start())
        if self.is_code:
            return [mark[0]]
        if mark[0] == "~":
            return [self._tie(mark.start())]
        return [_QUOTES_AND_DASHES.get(mark[0], mark[0])]

    def _within(self) -> list[Piece]:
        """Read the group whose brace was just opened."""
        self.depth += 1
        pieces = self.pieces()
        self.depth -= 1
        return pieces

    def _styled(self, tag: str) -> list[Piece]:
        """Read the group whose brace was just opened, in a style."""
        was_code = self.is_code
        self.is_code = was_code or tag == "code"
        pieces = in_span(self._within(), tag)
        self.is_code = was_code
        return pieces

    def _group(self, start: int) -> list[Piece]:
        """Read a group; one that never ends is none."""
        if self.depth >= _DEPTH or start not in self.ends:
            return ["{"]
        switch = _SWITCH.match(self.text, self.at)
        if switch and SWITCHES.get(switch[1]):
            self.at = switch.end()
            return self._styled(SWITCHES[switch[1]])
        is_seen = _SEEN.match(self.text, start)
        pieces = self._within()
        return ["{", *pieces, "}"] if is_seen else pieces

    def _formula(self, tex: str) -> list[Piece]:
        """Return a formula, or what it says: text, or the address of a paper."""
        beside_text = _TEXT_MACRO.sub("", tex)
        if _STOPS.fullmatch(beside_text) and self.depth < _DEPTH:
            inner = _Reader(tex, with_papers=self.with_papers, depth=self.depth + 1)
            return inner.pieces()
        shown = settable(tex)
        if not shown:
            return [" "]
        return [f"${shown}$"] if self._is_barred(shown) else [Maths(shown)]

    def _address(self, address: str) -> list[Piece]:
        url = _ESCAPED.sub(r"\1", address)
        return [url] if self._is_barred(url) else in_link([url], url)

    def _is_barred(self, text: str) -> bool:
        return not self.with_papers and LINK.search(text) is not None

    def _tie(self, at: int) -> str:
        """Return a blank that does not break, behind a word, else a tilde."""
        if not _TIE.match(self.text, at):
            return "~"
        return "" if self.text.startswith(" ", self.at) else "\N{NO-BREAK SPACE}"

    def _command(self, name: str) -> list[Piece]:
        """Return what a command shows; its name, if nothing better is known."""
        if name in ACCENTS:
            return self._accent(name)
        if name in SIGNS or name in SWITCHES:
            return [self._sign(name)]
        if name in ("url", "href") and self._opens_argument():
            return self._link(name)
        if name in STYLES and self._opens_argument():
            return self._styled(STYLES[name])
        if name not in MACROS:  # of the author's own, such as \Ours{}
            argument = self._within() if self._opens_argument() else []
            return argument or [OWN.get(name, f"\\{name}")]
        return self._macro(name)

    def _sign(self, name: str) -> str:
        """Return what a command without arguments shows, and go past its end."""
        shown = SIGNS.get(name, "")
        is_letter = len(shown) == 1 and shown.isalpha()
        if is_letter or name in SWITCHES:
            self._skip(" ")
        if shown.endswith("."):
            self._skip(".")  # it is not set twice
        return shown

    def _macro(self, name: str) -> list[Piece]:
        """Return what a macro shows of its arguments; its name, if some are missing."""
        count, shown = MACROS[name]
        arguments: list[list[Piece]] = []
        while len(arguments) < count:
            bare = _BARE_ARGUMENT.match(self.text, self.at) if name in BARE else None
            if bare:
                self.at = bare.end()
                arguments.append([bare[1]])
            elif self._opens_argument():
                arguments.append(self._within())
            else:
                return [f"\\{name}", *chain.from_iterable(arguments)]
        pieces: list[Piece] = []
        for part in re.split(r"(#\d)", shown):
            pieces += arguments[int(part[1]) - 1] if part.startswith("#") else [part]
        return pieces

    def _opens_argument(self) -> bool:
        """Go past the brace that begins an argument; tell whether there is one.

        The last one may end with the text.
        """
        begin = _ARGUMENT.match(self.text, self.at)
        if not begin or self.depth >= _DEPTH:
            return False
        self.at = begin.end()
        return True

    def _accent(self, name: str) -> list[Piece]:
        """Put an accent on the first letter of what follows, or show it by itself."""
        accent = ACCENTS[name]
        if self._opens_argument():
            argument = self._within()
            letters = as_text(argument)
            command = name + letters
            if len(letters) > 1 and command in SIGNS:
                return [SIGNS[command]]  # \b{eta}: arXiv's API took \beta for it
            if letters[:1].isalpha():
                return [_accented(letters, accent)]
            return argument or [name]
        letter = _LETTER.match(self.text, self.at)
        if letter:
            self.at = letter.end()
            return [_accented(letter[1] or letter[2], accent)]
        return [f"\\{name}" if name.isalpha() else name]

    def _link(self, name: str) -> list[Piece]:
        r"""Read ``\url{address}`` or ``\href{address}{words}`` from the address on."""
        end = self.ends.get(self.at - 1, len(self.text))
        address = _ESCAPED.sub(r"\1", self.text[self.at : end].strip())
        self.at = end + 1
        words: list[Piece] = [address]
        if name == "href" and self._opens_argument():
            words = self._within()
        is_link = _ADDRESS.fullmatch(address) and not self._is_barred(address)
        return in_link(words, address) if is_link else words

    def _skip(self, sign: str) -> None:
        """Go past a sign, if it is there."""
        if self.text.startswith(sign, self.at):
            self.at += len(sign)


def _accented(letters: str, accent: str) -> str:
    """Put an accent on the first of letters, outside of those that it has."""
    letters = letters.translate(_DOTTED)
    end = 1
    while end < len(letters) and unicodedata.combining(letters[end]):
        end += 1
    return letters[:end] + accent + letters[end:]
