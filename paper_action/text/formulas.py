r"""Find the formulas of a text in one pass, from left to right."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# What may open a formula, and escaped signs, so that \$ is no dollar.
_OPENER = re.compile(r"\\(?:begin\{(\w+)\*?\}|[\\$(\[])|\$")
# Where the search for its closer stops: also at a brace.
_MARK = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\.|[${}]", re.DOTALL)
_SIGN = re.compile(r"\\.|[${}]", re.DOTALL)
_CLOSERS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
# Environments that are formulas: of one line, and of lines with columns.
_PLAIN = {"equation", "displaymath", "math"}
_ALIGNED = {"align", "alignat", "flalign", "gather", "multline", "eqnarray"}

_TEX = re.compile(r"\\[A-Za-z]|[\^_{}<>=]")  # nobody types these about money
_PRICE_GOES_ON = re.compile(r"\s[a-z]{2,}\s|\s(?:US|AU|CA|HK|NZ|R)$")
_LITTLE = "the|of|for|is|are|with|and|that|from|where|under|per|in|on|to|as|by|or|if"
# Two words of a sentence, as "and the" or "bounded domain"; "dx dy" is none.
SENTENCE = re.compile(
    r"(?<![\\A-Za-z])(?:[a-z]{3,} [a-z]{3,}"
    rf"|[a-z]{{2,}} (?:{_LITTLE})|(?:{_LITTLE}) [a-z]{{2,}})(?![A-Za-z])"
)
# Words that somebody set in italics by dollars: "$in vitro$".
ITALICS = re.compile(r"[A-Za-z][a-z]+(?:[ -][a-z]+)+\.?")


class Formula(NamedTuple):
    """Where a formula stands, its signs included, and the TeX between them."""

    start: int
    end: int
    tex: str


class Braces:
    """The braces of a text: where groups end, and which braces have no partner.

    ``ends`` tells where a group ends, by where it begins. In a ``torn`` one a dollar
    has no partner. ``stray`` are braces that close nothing, ``unclosed`` those that
    are never closed.
    """

    def __init__(self, text: str) -> None:
        self.ends: dict[int, int] = {}
        self.torn: set[int] = set()
        self.stray: set[int] = set()
        opened: list[tuple[int, int]] = []
        dollars = 0
        for sign in _SIGN.finditer(text):
            at = sign.start()
            if sign[0] == "$":
                dollars += 1
            elif sign[0] == "{":
                opened.append((at, dollars))
            elif sign[0] == "}" and opened:
                start, dollars_before = opened.pop()
                self.ends[start] = at
                if (dollars - dollars_before) % 2:
                    self.torn.add(start)
            elif sign[0] == "}":
                self.stray.add(at)
        self.unclosed = [start for start, _ in opened]


def formulas(text: str, braces: Braces) -> Iterator[Formula]:
    """Yield the formulas of a text; a sign that opens none is text."""
    mark = _OPENER.search(text)
    while mark:
        formula = _formula(text, mark, braces)
        if formula:
            yield formula
        mark = _OPENER.search(text, formula.end if formula else mark.end())


def on_one_line(raw: str) -> str:
    """Return text whose formulas have no line end, nor the comment before one."""
    parts: list[str] = []
    at = 0
    for formula in formulas(raw, Braces(raw)):
        tex = re.sub(r"(?<!\\)%[ \t]*\n\s*", "", raw[formula.start : formula.end])
        parts += [raw[at : formula.start], " ".join(tex.split())]
        at = formula.end
    return "".join(parts) + raw[at:]


def _formula(text: str, mark: re.Match[str], braces: Braces) -> Formula | None:
    """Return the formula that a mark opens, or None."""
    opener = "$$" if text.startswith("$$", mark.start()) else mark[0]
    is_aligned = mark[1] in _ALIGNED
    if opener in _CLOSERS:
        closer = _CLOSERS[opener]
    elif opener.startswith(r"\begin") and (is_aligned or mark[1] in _PLAIN):
        closer = opener.replace("begin", "end")
    else:
        return None
    start = mark.start() + len(opener)
    end = _find_closer(text, start, opener, closer, braces)
    if end is None or not text[start:end].strip(" \n~"):
        return None
    if opener == "$" and _is_words(text[start:end], text[end + 1 : end + 2]):
        return None
    tex = text[start:end]
    if is_aligned:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return Formula(mark.start(), end + len(closer), tex)


def _find_closer(
    text: str, at: int, opener: str, closer: str, braces: Braces
) -> int | None:
    r"""Return where the closer stands, or None; ``\text{if $x$}`` hides its dollars.

    It stands in the same group; a brace without a partner makes none.
    """
    mark = _MARK.search(text, at)
    while mark and not text.startswith(closer, mark.start()):
        start = mark.start()
        ends_group = mark[0] == "}" and start not in braces.stray
        if ends_group or mark[0] == opener:
            return None
        at = mark.end()
        if start in braces.ends and start not in braces.torn:
            at = braces.ends[start] + 1
        mark = _MARK.search(text, at)
    return mark.start() if mark else None


def _is_words(tex: str, after: str) -> bool:
    """Tell whether two dollars are money, or the second one begins another formula.

    ``after`` is the sign behind the second.
    """
    is_number = tex.lstrip()[0].isdigit()
    is_sentence = SENTENCE.search(tex) is not None
    is_lopsided = tex[-1] in " (" and tex[0] != " "  # "$5 or $6", but not "$ 2 $"
    opens_another = is_lopsided and (after.isalnum() or after == "\\")
    if _TEX.search(tex):
        # "$6: \emph{VLM$^3$}, $x$" and "$e^V under conditions on $x$"
        return (is_number and "$" in tex) or (opens_another and is_sentence)
    if is_sentence:
        return not ITALICS.fullmatch(tex)
    if is_number:
        goes_on = _PRICE_GOES_ON.search(tex) is not None
        return opens_another or after.isdigit() or goes_on
    is_word = re.search("[A-Za-z]{2}", tex) is not None
    is_stop = " " in tex and not tex.strip(" ,.;:()")  # "a $, $b$"
    return opens_another and (is_word or is_stop)
