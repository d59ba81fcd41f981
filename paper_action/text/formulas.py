"""Find the formulas of a text in one pass, from left to right."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# What may open a formula, and escaped signs, so that \$ is no dollar.
_OPENER = re.compile(r"\\(?:begin\{(\w+)\*?\}|[\\$(\[])|\$")
# Where the search for its closer stops: also at a brace.
_MARK = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\.|\$|\{|\}", re.DOTALL)
_SIGN = re.compile(r"\\.|\$|\{|\}", re.DOTALL)
_CLOSERS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
# Environments that are formulas, and which one stands for them in a formula.
ENVIRONMENTS = {
    **dict.fromkeys(["equation", "displaymath", "math"], ""),
    **dict.fromkeys("align flalign multline eqnarray".split(), "aligned"),
    "alignat": "alignedat",
    "gather": "gathered",
}

_LITTLE = "the|of|for|is|are|with|and|that|from|where|under|per|in|on|to|as|by|or|if"
# Two words of a sentence, as "and the" or "bounded domain"; "dx dy" is none.
_SENTENCE = re.compile(
    r"(?<![\\A-Za-z])(?:[a-z]{3,} [a-z]{3,}"
    rf"|[a-z]{{2,}} (?:{_LITTLE})|(?:{_LITTLE}) [a-z]{{2,}})(?![A-Za-z])"
)
_TEX = re.compile(r"\\[A-Za-z]|[\^_{}<>=]")  # nobody types these about money
# Text without TeX between two dollars, then the second one and the sign behind it.
_PROSE = re.compile(
    # a currency: "$ in May and 20 US$"
    r".*\s(?:US|AU|CA|HK|NZ|R)\$"
    # an amount with a word or another amount: "$5 per user in $", "$7-$8"
    r"|\s*\d.*(?:\s[a-z]{2,}\s|\$\d\Z)"
    # an amount, words or stops before the next formula: "$5, $x", "a $, $b"
    r"|(?=\d|.*[A-Za-z]{2}| ?[,.;:()]+ \$).*[ (]\$(?:\\|[^\W_])\Z",
    re.DOTALL,
)


class Formula(NamedTuple):
    """Where a formula stands, its signs included, and its TeX."""

    start: int
    end: int
    tex: str


class Braces:
    r"""The braces of a text.

    ``ends`` tells where a group ends, by where it begins, and ``behind`` where the text
    goes on behind one whose dollars are pairs, unlike in ``$\bar{\Omega$}``. ``stray``
    braces close nothing, ``unclosed`` ones are never closed.
    """

    def __init__(self, text: str) -> None:
        self.ends: dict[int, int] = {}
        self.behind: dict[int, int] = {}
        self.stray: set[int] = set()
        self.unclosed: list[int] = []
        dollars = 0
        before: list[int] = []  # the dollars before each unclosed brace
        for sign in _SIGN.finditer(text):
            at = sign.start()
            if sign[0] == "$":
                dollars += 1
            elif sign[0] == "{":
                self.unclosed.append(at)
                before.append(dollars)
            elif self.unclosed and sign[0] == "}":
                start = self.unclosed.pop()
                self.ends[start] = at
                if (dollars - before.pop()) % 2 == 0:
                    self.behind[start] = at + 1
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
    closer = _CLOSERS.get(opener)
    if mark[1] in ENVIRONMENTS:
        closer = opener.replace("begin", "end")
    if not closer:
        return None
    inner = start + len(opener)
    closed = _find_closer(text, inner, opener, closer, braces)
    if closed is None:
        return None
    end = closed + len(closer)
    tex = text[inner:closed]
    if not tex or (opener == "$" and _is_prose(tex, text[end : end + 1])):
        return None
    if mark[1]:
        tex = text[start:end]
    return Formula(start, end, tex)


def _find_closer(
    text: str, at: int, opener: str, closer: str, braces: Braces
) -> int | None:
    r"""Return where the closer stands, or None.

    It stands in the group in which the formula began. A group that begins on the way is
    left out, so ``\text{if $x$}`` hides its dollars.
    """
    mark = _MARK.search(text, at)
    while mark and not text.startswith(closer, mark.start()):
        start = mark.start()
        ends_group = mark[0] == "}" and start not in braces.stray
        begins_another = mark[0] == opener
        if ends_group or begins_another:
            return None
        at = braces.behind.get(start, mark.end())
        mark = _MARK.search(text, at)
    return mark.start() if mark else None


def _is_prose(tex: str, after: str) -> bool:
    """Tell whether prose stands between two dollars.

    They mean money, or the second one begins the next formula; ``after`` is the sign
    behind it.
    """
    outside = re.sub(r"(?:\\text\w*)?\{[^{}]*\}", "", tex)  # words in \text{} are none
    if _SENTENCE.search(outside) and tex != tex.strip():
        return True  # "a $ and the $b$", but not "$in vitro$"
    if _TEX.search(outside):
        return False
    return _PROSE.match(f"{outside}${after}") is not None
