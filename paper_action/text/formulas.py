"""Find the groups and the formulas of a text."""

import re
from typing import NamedTuple

_DEPTH = 12  # groups within groups; what is nested deeper stays as it was typed
_BRACE = re.compile(r"\\.|\{|\}", re.DOTALL)
_SIGN = re.compile(r"\\.|\$", re.DOTALL)  # whole, so that \$ is no dollar
# Environments that are formulas, and which one stands for them in a formula.
ENVIRONMENTS = {
    "equation": "",
    "displaymath": "",
    "math": "",
    "align": "aligned",
    "flalign": "aligned",
    "multline": "aligned",
    "eqnarray": "aligned",
    "alignat": "alignedat",
    "gather": "gathered",
}
# What opens a formula, and what closes it.
_OPENER = re.compile(rf"\\begin\{{({'|'.join(ENVIRONMENTS)})\*?\}}|\\\(|\\\[|\$\$?")
_CLOSERS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
# Where the search for the closer stops: also at a brace.
_MARK = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\.|\$|\{", re.DOTALL)
# Two words of a sentence, as "bounded domain"; "dx dy" is none.
_SENTENCE = re.compile(r"(?<![\\A-Za-z])[a-z]{3,} [a-z]{3,}(?![A-Za-z])")
_TEX = re.compile(r"\\[A-Za-z]|[\^_{}<>=]")  # nobody types these about money
# The dollar stands behind it; "$2 R$" is a formula.
_CURRENCY = re.compile(r"\s(?:US|AU|CA|HK|NZ|R(?<!\A\w\sR))\Z")
_AMOUNT = re.compile(r"\s*\d")
_WORD = re.compile(r"\s[a-z]{2,}\s")
# What stands before a formula: an amount, a word of two letters, or stops alone.
_BEFORE_FORMULA = re.compile(r"\d|.*[A-Za-z]{2}| ?[,.;:()]+ \Z", re.DOTALL)


class Formula(NamedTuple):
    """The TeX of a formula, and where the text goes on behind it."""

    tex: str
    behind: int


class Grouped:
    """A text and its groups, each known by where its inside begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ends: dict[int, int] = {}  # of the groups that are closed
        begun: list[int] = []
        for sign in _BRACE.finditer(text):
            if sign[0] == "{":
                begun.append(sign.end())
            elif sign[0] == "}" and begun:
                start = begun.pop()
                if len(begun) < _DEPTH:
                    self.ends[start] = sign.start()
        # An argument may lack its last brace: a note of two paragraphs ends with the
        # first one.
        never_closed = dict.fromkeys(begun[:_DEPTH], len(text))
        self.argument_ends = self.ends | never_closed

    def formula_at(self, start: int, end: int) -> Formula | None:
        """Return the formula that begins at a sign and ends before ``end``, or None."""
        opened = _OPENER.match(self.text, start, end)
        if not opened:
            return None
        closer = _CLOSERS.get(opened[0], opened[0].replace("begin", "end"))
        closed = self._find_closer(closer, opened, end)
        if closed is None:
            return None
        tex = self.text[opened.end() : closed]
        behind = closed + len(closer)
        after = self.text[behind : behind + 1]
        if not tex or (closer == "$" and _is_prose(tex, after)):
            return None
        if opened[1]:
            tex = self.text[start:behind]
        return Formula(tex, behind)

    def _find_closer(self, closer: str, opened: re.Match[str], end: int) -> int | None:
        r"""Return where the closer stands, or None if another formula begins before.

        A group on the way is left out, so ``\text{if $x$}`` hides its dollars, unless
        one of them is without a partner, as in ``\bar{\Omega$}``.
        """
        mark = _MARK.search(self.text, opened.end(), end)
        while mark and not self.text.startswith(closer, mark.start()):
            if mark[0] == opened[0]:
                return None
            at = mark.end()
            group_end = self.ends.get(at)
            if group_end and self.text.count("$", at, group_end) % 2 == 0:
                at = group_end + 1
            mark = _MARK.search(self.text, at, end)
        return mark.start() if mark else None


def on_one_line(raw: str) -> str:
    """Return text whose formulas have no line ends, nor comments, which end with one.

    In text a percent sign begins one only where it ends a line, behind a word.
    """
    raw = re.sub(r"(?<=[A-Za-z.,:;])%\n", "\n", raw)
    grouped = Grouped(raw)
    parts: list[str] = []
    at = 0
    for sign in _SIGN.finditer(raw):
        start = sign.start()
        if start < at:
            continue  # it stands in a formula
        formula = grouped.formula_at(start, len(raw))
        if formula:
            typed = re.sub(r"(?<!\\)%[^\n]*\n\s*", "", raw[start : formula.behind])
            parts += [raw[at:start], " ".join(typed.split())]
            at = formula.behind
    return "".join(parts) + raw[at:]


def _is_prose(tex: str, after: str) -> bool:
    """Tell whether prose stands between two dollars; ``after`` is the sign behind."""
    outside = re.sub(r"(?:\\text\w*)?\{[^{}]*\}", "", tex)  # words in \text{} are none
    if _SENTENCE.search(outside) and tex != tex.strip():
        return True  # "a $ and the $b$", but not "$in vitro$"
    if _TEX.search(outside):
        return False
    return _is_money(outside, after) or _is_before_formula(outside, after)


def _is_money(between: str, after: str) -> bool:
    """Tell whether one of the two dollars means money."""
    if _CURRENCY.search(between):
        return True  # "$ in May and 20 US$"
    if not _AMOUNT.match(between):
        return False
    # "$5 per user in $", "$7-$8"
    return after.isdecimal() or _WORD.search(between) is not None


def _is_before_formula(between: str, after: str) -> bool:
    """Tell whether the second dollar begins the next formula: "$5, $x", "a $, $b"."""
    begins_formula = after == "\\" or after.isalnum()
    if not begins_formula or not between.endswith((" ", "(")):
        return False
    return _BEFORE_FORMULA.match(between) is not None
