r"""Read what authors type, TeX and all, into pieces that show as text or as Markdown.

It is read once, from left to right, from one special sign to the next; what lies
between is text. TeX that the tables of ``latex`` do not know shows as it was typed.
arXiv's own converter (arxiv-base, ``tex2utf``) is the yardstick for letters.
"""

import html
import re
from itertools import chain

from paper_action.paper import LINK

from .formulas import Grouped
from .latex import ACCENTS, BARE, MACROS, OWN, SIGNS, STYLES, SWITCHES
from .mathjax import settable
from .pieces import Maths, Piece, as_text, in_link, in_span

# A printable text without any of these is what it shows.
_SPECIAL = re.compile(r"\\|\$|\{|~|`|''|--|://|&|\]\(")
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_MARKDOWN_LINK = re.compile(r"\[([^\][{}]+)\]\((https?://[^\s<>(){}\\]+)\)")
# Single quotes, in pairs alone: the sign on the right is an apostrophe, too.
_QUOTED = re.compile(r"`(?<![\w`\\]`)([^`'$]+)(?<!\\)'(?![\w'])")

# What an address consists of, escaped or not; its last sign is no stop.
_ADDRESS_SIGNS = r"(?:[A-Za-z0-9!#%&'()*+,./:;=?@_~\[\]-]|\\[_%#&~])+(?<![].,;:!?')*])"
# Where the reader stops. Each alternative begins with a sign, not with a group, which
# lets the search go from one such sign to the next.
_MARK = re.compile(
    r"\\(?P<command>[A-Za-z]+|.)|\{|\$|``|''|--+"
    r"|~(?<=[^ ~(\[<>=\\]~)(?!~) ?"  # a tie; other tildes are none
    rf"|http(?P<address>s?://{_ADDRESS_SIGNS})"
)
_ESCAPED = re.compile(r"\\([_%#&~])")
_TIE = "\N{NO-BREAK SPACE}"
_SHOWN = {"``": "“", "''": "”", "---": "—", "--": "–", "~": _TIE, "~ ": _TIE}
# How an argument begins, behind a star or options.
_ARGUMENT = re.compile(r"\*?(?: *\[[^][{}]*\]){0,2} *\{")
_BARE_ARGUMENT = re.compile(r" ?([A-Za-z0-9])")
_SWITCH = re.compile(r" *\\([A-Za-z]+) *")
# A letter that needs no braces for its accent.
_LETTER = re.compile(r" *(?:([^\W\d_])|\\([ij])(?![A-Za-z]) ?)")
_ACCENTED = re.compile(r"[^\W\d_][\u0300-\u036f]*")  # with the accents that it has
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


def read(raw: str) -> list[Piece]:
    """Return the pieces of one line of text."""
    if raw.isprintable() and not _SPECIAL.search(raw):
        return [raw]
    text = re.sub(r"\\unicode\{(\w+)\}", r"&#\1;", raw)  # MathJax's: 945, x3b1
    text = re.sub(r"(?a)&#?\w{1,31};", lambda entity: html.unescape(entity[0]), text)
    text = _CONTROLS.sub("", " ".join(text.splitlines()).replace("\t", " "))
    text = text.replace(r"\''", r"\"")  # Schr\''odinger
    text = text.replace(r"\'92", "’")  # from a word processor
    text = _MARKDOWN_LINK.sub(r"\\href{\2}{\1}", text)
    text = _QUOTED.sub(r"‘\1’", text)
    return _Reader(text).pieces(len(text))


def _formula(tex: str) -> list[Piece]:
    """Return a formula, or what it says if it is but text."""
    beside_text = _TEXT_MACRO.sub("", tex)
    if _STOPS.fullmatch(beside_text):
        return _Reader(tex).pieces(len(tex))
    shown = settable(tex)
    if not shown:
        return [" "]
    # No reader of the list may take it for a link to a paper.
    return [f"${shown}$"] if LINK.search(shown) else [Maths(shown)]


class _Reader:
    """Reads a text from left to right; ``at`` is where it has come to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.grouped = Grouped(text)
        self.at = 0
        self.code_end = 0  # up to here, signs show as they were typed

    def pieces(self, end: int) -> list[Piece]:
        """Read up to the brace that closes the group, and over it, or to the end."""
        pieces: list[Piece] = []
        mark = _MARK.search(self.text, self.at, end)
        while mark:
            pieces.append(self.text[self.at : mark.start()])
            self.at = mark.end()
            pieces += self._marked(mark, end)
            mark = _MARK.search(self.text, self.at, end)
        pieces.append(self.text[self.at : end])
        self.at = end + 1
        return [piece for piece in pieces if piece]

    def _marked(self, mark: re.Match[str], end: int) -> list[Piece]:
        """Read what begins with a sign that the reader has just gone past."""
        formula = self.grouped.formula_at(mark.start(), end)
        if formula:
            self.at = formula.behind
            return _formula(formula.tex)
        if mark["command"]:
            return self._command(mark["command"])
        if mark["address"]:
            url = _ESCAPED.sub(r"\1", mark[0])
            return in_link([url], url)
        if mark[0] == "{":
            return self._group()
        if self.at <= self.code_end:
            return [mark[0]]
        return [_SHOWN.get(mark[0], mark[0])]

    def _group(self) -> list[Piece]:
        """Read the group whose brace was just met; one that never ends is none."""
        end = self.grouped.ends.get(self.at)
        if end is None:
            return ["{"]
        switch = _SWITCH.match(self.text, self.at)
        if switch and SWITCHES.get(switch[1]):
            self.at = switch.end()
            return self._styled(SWITCHES[switch[1]], end)
        is_seen = _SEEN.match(self.text, self.at - 1)
        pieces = self.pieces(end)
        return ["{", *pieces, "}"] if is_seen else pieces

    def _styled(self, style: str, end: int) -> list[Piece]:
        """Read in a style what is left of a group."""
        if style == "code":
            self.code_end = max(self.code_end, end)  # code may stand in code
        return in_span(self.pieces(end), style)

    def _command(self, name: str) -> list[Piece]:
        """Return what a command shows; its name, if nothing better is known."""
        if name in ACCENTS:
            return self._accent(name)
        if name in SIGNS or name in SWITCHES:
            return [self._sign(name)]
        if name in MACROS:
            return self._macro(name)
        if name in ("url", "href"):
            return self._link(name)
        if name in STYLES:
            end = self._begin_argument()
            return [f"\\{name}"] if end is None else self._styled(STYLES[name], end)
        # One of the author's own, such as \Ours{}.
        return self._argument() or [OWN.get(name, f"\\{name}")]

    def _sign(self, name: str) -> str:
        """Return what a command without arguments shows, and go past its end."""
        shown = SIGNS.get(name, "")
        is_letter = len(shown) == 1 and shown.isalpha()
        swallows_blank = is_letter or name in SWITCHES
        if swallows_blank and self.text.startswith(" ", self.at):
            self.at += 1
        if shown.endswith(".") and self.text.startswith(".", self.at):
            self.at += 1  # it is not set twice
        return shown

    def _argument(self) -> list[Piece] | None:
        """Read an argument, or return None if none follows."""
        end = self._begin_argument()
        return None if end is None else self.pieces(end)

    def _begin_argument(self) -> int | None:
        """Go into an argument and return where it ends, or None if none follows."""
        begin = _ARGUMENT.match(self.text, self.at)
        if not begin or begin.end() not in self.grouped.argument_ends:
            return None
        self.at = begin.end()
        return self.grouped.argument_ends[self.at]

    def _macro(self, name: str) -> list[Piece]:
        """Return what a macro shows of its arguments; its name, if some are missing."""
        count, shown = MACROS[name]
        arguments: dict[str, list[Piece]] = {}
        for number in ("#1", "#2", "#3")[:count]:
            argument = self._argument()
            if argument is None and name in BARE:
                argument = self._bare_argument()
            if argument is None:
                return [f"\\{name}", *chain.from_iterable(arguments.values())]
            arguments[number] = argument
        pieces: list[Piece] = []
        for part in re.split(r"(#\d)", shown):
            pieces += arguments.get(part, [part])
        return pieces

    def _bare_argument(self) -> list[Piece] | None:
        """Read an argument of one letter or digit, or return None if none follows."""
        bare = _BARE_ARGUMENT.match(self.text, self.at)
        if not bare:
            return None
        self.at = bare.end()
        return [bare[1]]

    def _accent(self, name: str) -> list[Piece]:
        """Put an accent on the first letter of what follows, or show it by itself."""
        argument = self._argument()
        if argument is None:
            argument = self._letter()
        letters = as_text(argument).translate(_DOTTED)
        command = name + letters
        if len(letters) > 1 and command in SIGNS:
            return [SIGNS[command]]  # \b{eta}: arXiv's API took \beta for it
        first = _ACCENTED.match(letters)
        if first:
            return [first[0], ACCENTS[name], letters[first.end() :]]
        return argument or [f"\\{name}" if name.isalpha() else name]

    def _letter(self) -> list[Piece]:
        """Read a letter that needs no braces for its accent, if there is one."""
        letter = _LETTER.match(self.text, self.at)
        if not letter:
            return []
        self.at = letter.end()
        return [letter[1] or letter[2]]

    def _link(self, name: str) -> list[Piece]:
        r"""Read ``\url{address}`` or ``\href{address}{words}``."""
        end = self._begin_argument()
        if end is None:
            return [f"\\{name}"]
        address = _ESCAPED.sub(r"\1", self.text[self.at : end].strip())
        self.at = end + 1
        words: list[Piece] = [address]
        if name == "href":
            words = self._argument() or words
        return in_link(words, address) if _ADDRESS.fullmatch(address) else words
