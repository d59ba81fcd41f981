"""Find the formulas of a text in one pass, from left to right."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# What may open a formula, and escaped signs, so that \$ is no dollar.
_OPENER = re.compile(r"\\(?:begin\{(\w+)\*?\}|[\\$(\[])|\$")
# Where the search for its closer stops: also at a brace.
_MARK = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\.|[${}]", re.DOTALL)
_SIGN = re.compile(r"\\.|[${}]", re.DOTALL)
_CLOSERS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
# Environments that are formulas, and which one stands for them in a formula.
ENVIRONMENTS = {
    **dict.fromkeys(["equation", "displaymath", "math"], ""),
    **dict.fromkeys("align alignat flalign multline eqnarray".split(), "aligned"),
    "gather": "gathered",
}

_TEX = re.compile(r"\\[A-Za-z]|[\^_{}<>=]")  # nobody types these about money
_CURRENCY = re.compile(r"\s(?:US|AU|CA|HK|NZ|R)$")
_LITTLE = "the|of|for|is|are|with|and|that|from|where|under|per|in|on|to|as|by|or|if"
# Two words of a sentence, as "and the" or "bounded domain"; "dx dy" is none.
SENTENCE = re.compile(
    r"(?<![\\A-Za-z])(?:[a-z]{3,} [a-z]{3,}"
    rf"|[a-z]{{2,}} (?:{_LITTLE})|(?:{_LITTLE}) [a-z]{{2,}})(?![A-Za-z])"
)


class Formula(NamedTuple):
    """Where a formula stands, its signs included, and its TeX."""

    start: int
    end: int
    tex: str


class Braces:
    """The braces of a text.

    ``ends`` tells where a group ends, by where it begins. In a ``torn`` one a dollar
    has no partner. ``stray`` braces close nothing, ``unclosed`` ones are never closed.
    """

    def __init__(self, text: str) -> None:
        self.ends: dict[int, int] = {}
        self.torn: set[int] = set()
        self.stray: set[int] = set()
        self.unclosed: list[int] = []
        dollars = 0
        dollars_before: dict[int, int] = {}
        for sign in _SIGN.finditer(text):
            at = sign.start()
            if sign[0] == "$":
                dollars += 1
            elif sign[0] == "{":
                self.unclosed.append(at)
                dollars_before[at] = dollars
            elif sign[0] == "}" and self.unclosed:
                start = self.unclosed.pop()
                self.ends[start] = at
                if (dollars - dollars_before[start]) % 2:
                    self.torn.add(start)
            elif sign[0] == "}":
                self.stray.add(at)


def find_formulas(text: str, braces: Braces) -> Iterator[Formula]:
    """Yield the formulas of a text; a sign that opens none is text."""
    mark = _OPENER.search(text)
    while mark:
        formula = _formula(text, mark, braces)
        if formula:
            yield formula
        mark = _OPENER.search(text, formula.end if formula else mark.end())


def on_one_line(raw: str) -> str:
    """Return text whose formulas have no line ends, nor comments, which end with one.

    In text a percent sign is one, unless it ends the line behind a word.
    """
    raw = re.sub(r"(?<=[A-Za-z.,:;])%\n", "\n", raw)
    parts: list[str] = []
    at = 0
    for start, end, _ in find_formulas(raw, Braces(raw)):
        formula = re.sub(r"(?<!\\)%[^\n]*\n\s*", "", raw[start:end])
        parts += [raw[at:start], " ".join(formula.split())]
        at = end
    return "".join(parts) + raw[at:]


def _formula(text: str, mark: re.Match[str], braces: Braces) -> Formula | None:
    """Return the formula that a mark opens, or None."""
    start = mark.start()
    opener = "$$" if text.startswith("$$", start) else mark[0]
    if mark[1] in ENVIRONMENTS:
        closer = opener.replace("begin", "end")
    elif opener in _CLOSERS:
        closer = _CLOSERS[opener]
    else:
        return None
    inner = start + len(opener)
    closed = _find_closer(text, inner, opener, closer, braces)
    if closed is None:
        return None
    end = closed + len(closer)
    tex = text[inner:closed]
    if not tex or (opener == "$" and _is_words(tex, text[end : end + 1])):
        return None
    if mark[1]:
        tex = text[start:end]
    return Formula(start, end, tex)


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
    is_number = tex.lstrip()[:1].isdigit()
    is_sentence = SENTENCE.search(tex) is not None
    opens_another = tex[-1] in " (" and (after.isalnum() or after == "\\")
    if _TEX.search(tex):
        # "$6: \emph{VLM$^3$}, $x$" and "$e^V under conditions on $x$"
        return (is_number and "$" in tex) or (opens_another and is_sentence)
    if _CURRENCY.search(tex):
        return True
    if is_number:
        has_word = re.search(r"\s[a-z]{2,}\s", tex) is not None
        is_padded = tex[0] == " "  # "$ 2 $m", but not "$5 or $6"
        return (opens_another and not is_padded) or after.isdigit() or has_word
    if is_sentence:
        return tex != tex.strip()  # but "$in vitro$"
    is_word = re.search("[A-Za-z]{2}", tex) is not None
    is_stop = re.fullmatch(r" ?[,.;:()]+ ", tex) is not None  # "a $, $b$"
    return opens_another and (is_word or is_stop)
