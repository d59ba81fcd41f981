r"""What authors type, as plain text and as Markdown, showing what they meant to show.

Plain text stays as it was typed, and TeX becomes what LaTeX would make of it; nothing that anybody
types can act as Markdown or HTML, leave its line or its cell, or pass for a link to a listed paper.

Text is decoded in two passes. The first sets aside what is not running text (formulas, addresses):
a private-use character stands for each. The second replaces the commands by what ``latex.txt`` says
of them, from the innermost braces outwards. arXiv's own converter (arxiv-base, ``tex2utf``) is the
yardstick for letters and the blank after them. The Markdown is GitHub's (https://github.github.com/
gfm/), and so is its maths (https://docs.github.com/get-started/writing-on-github/
working-with-advanced-formatting/writing-mathematical-expressions).
"""

import html
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from .paper import LINK

# Private-use characters stand for signs that would be read as TeX again, and for what is set aside.
_HIDDEN = "\U000f0000\U000f0001\U000f0002\U000f0003"
_TYPED = str.maketrans("{}\\-", _HIDDEN)
_SIGNS = dict(zip(map(ord, _HIDDEN), "{}\\-", strict=True))
# The first of those for text, for the HTML and the links that open, as far on for what closes them,
# and for formulas.
_TEXT, _HTML, _LINKS, _CLOSING, _FORMULAS = 0xF1000, 0xF8000, 0xF8010, 0x4000, 0x100000
_TAGS = {_HTML + at: f"<{tag}>" for at, tag in enumerate("em strong code sub sup span".split())}
_MARKS = {tag: chr(mark) for mark, tag in _TAGS.items()}
_TAGS |= {mark + _CLOSING: tag.replace("<", "</") for mark, tag in _TAGS.items()}
_OPENING = "[\U000f8000-\U000fbfff]"
_LINK = re.compile("[\U000f8010-\U000fbfff\U000fc010-\U000fffff]")
_LINKED = re.compile("[\U000f8010-\U000fbfff][^\U000fc010-\U000fffff]+")

_TABLE = Path(__file__).with_name("latex.txt").read_text(encoding="utf-8").replace("◌", "#1")
_TABLE = _TABLE.translate(str.maketrans("❴❵⧵⁃␣", f"{_HIDDEN} "))
_TABLE = re.sub("</?[a-z]+>", lambda tag: _MARKS.get(tag[0], ""), _TABLE)
_TREATMENTS: dict[str, str] = dict(re.findall(r"(?m)^(\\\S+) ?(.*)$", _TABLE))
_RULES = {phase: re.findall(rf"(?m)^{phase} (.) (.*) → ?(.*)$", _TABLE) for phase in "0123"}

_MARK = "\U000f0000-\U0010ffff"
_MARKED = re.compile(f"[{_MARK}]")
_CONTROLS = re.compile(f"[\0-\b\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff{_MARK}]")
_BLANKS = re.compile(r"(?! \S)[ \t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# More accents than any letter has; composing them takes time that grows with their square.
_PILE = re.compile(r"[^\w\s\x00-\u02ff]{31}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*|\n[ \t]{2,}")
_SPECIAL = re.compile(r"(?=[]\\${}~`':-])(?:[\\${}~`]|''|--|://|]\()")

_TEX = r"(?:[^$\\{}]|\\.)"
for _depth in range(6):
    _TEX = rf"(?:[^$\\{{}}]|\\.|\{{{_TEX}*\}})"
_WORDS = r"(?:[^$\\^_{}<>=]|\\[%&#])*"
_MONEY = rf"\s*\d{_WORDS}(?:[\s(/-]\$|\$\d|\s[a-z]{{2,}}\s)"
_PROSE = rf"(?={_WORDS}[A-Za-z]{{2}})(?={_WORDS}[\s(]\$|\s{_WORDS}\$)|[\s,.;:()]*\$|\s{_WORDS}\$\d"
_FORMULA = re.compile(rf"(?s)\$(?<!(?<!\\)\\\$)(?!{_MONEY}|{_PROSE})({_TEX}+)\$")
_URL = rf"https?://(?:[^\s<>{{}}|\\^`\"${_MARK}]|\\[_%#&~])*[^\s<>{{}}|\\^`\"$.,;:!?')\]*{_MARK}]"
_ADDRESS = re.compile(rf"(?<!\\)\\href\s*\{{\s*([^{{}}\s]*)\s*\}}\s*|({_URL})")
_ARGUMENT = re.compile(rf"({_OPENING}?)\{{?#(\d)(\}}?)([\u0300-\u036f]?)")
_COMMAND = re.compile(
    r"\\(?P<name>[A-Za-z]+|[^A-Za-z])(?:\*(?=\{)|(?<=\\\\)\[[\d.]+ ?[a-z]+\]|\[[^][{}]*\](?=\{))?"
    r"(?P<gap> ?)(?P<arguments>(?:\{[^{}]*(?:\}|\Z))*)|\{[^{}\\]*\}"
)

# A look at each character alone, and back at it, makes these two searches three times as fast.
_SIGN = r"(?<=[]*<>[\\_`|~])|(?<=&)(?=#?\w+;)|(?<=www\.)|(?<=:)(?=//)"
_MARKDOWN = re.compile(rf"[]&*.:<>[\\_`|~](?:{_SIGN})")
# What GitHub would take for maths, a reference, a mention or an emoji.
_NAMED = r"(?<=\$)|(?<=#)(?=\d)|(?<=@)(?=\w)|(?<=:)(?=[\w+\\-]+:)|(?<=\b[Gg][Hh]-)(?=\d)"
_APART = re.compile(rf"[$#@:-](?:{_NAMED})")
# What a formula cannot hold in Markdown: its mark, and a link that would list a paper.
_UNFIT = re.compile(rf"`|{LINK.pattern}")
# After a letter or another formula GitHub takes no formula (github/markup issue 1742).
_GLUED = re.compile(r"\$(?<=[A-Za-z_$\u0080-\U0010ffff]\$)`")
# What each mark stands for.
_Kept = dict[int, str]


@lru_cache(maxsize=4096)
def plain(raw: str) -> str:
    """Return one line of Unicode text; maths stays TeX between dollar signs."""
    text = _one_line(raw)
    if _SPECIAL.search(text):
        shown = dict(_SIGNS)
        text = _CONTROLS.sub("", _decoded(text, LINK, shown, {}).translate(shown))
    return _composed(text)


def line(raw: str, url: str = "", barred: re.Pattern[str] = LINK) -> str:
    """Return text for one line of Markdown, with ``url`` as a link, in which ``barred`` is no link.

    A link is what marks a paper as listed, so one to another paper that a title or a comment merely
    mentions must not become one; what is a link itself can hold none.
    """
    text = _one_line(raw)
    shown, markdown = dict(_SIGNS), dict(_TAGS)
    if _SPECIAL.search(text):
        text = _decoded(text, barred, shown, markdown)
    if url:
        markdown |= {_LINKS: "[", _LINKS + _CLOSING: f"]({url})"}
        text = _styled(chr(_LINKS), text)
    if text.isascii() or not _MARKED.search(text):
        return escape(text)
    text = _LINKED.sub(lambda link: _filled(link[0], shown), text)  # no address in a link
    text = _filled(text, {mark: sign for mark, sign in shown.items() if not markdown.get(mark)})
    return _GLUED.sub(r"<span></span>\g<0>", _filled(escape(text), markdown))


def linked(raw: str, url: str) -> str:
    """Return text as a Markdown link; GitHub sets no formula in a link, so it stands beside it."""
    markdown = line(raw, url)
    return markdown if f"]({url})" in markdown else f"{markdown} [link]({url})".strip()


def paragraphs(raw: str) -> str:
    """Return an abstract as one line of Markdown, its paragraphs kept apart."""
    parts = (line(part, barred=re.compile("(?!)")) for part in split_paragraphs(raw))
    return "<br><br>".join(part for part in parts if part)


def split_paragraphs(raw: str) -> list[str]:
    """Split text where arXiv begins a paragraph, at an empty line and at two blanks."""
    if "$" in raw or "\\" in raw:
        raw = _FORMULA.sub(lambda found: " ".join(found[0].split()), _rewritten("1", raw))
    return _PARAGRAPH.split(raw.strip())


def escape(text: str) -> str:
    """Return Markdown that GitHub shows as the text: no mark-up, link, mention or emoji in it."""
    return _APART.sub(r"<span>\g<0></span>", _MARKDOWN.sub(r"\\\g<0>", _composed(text)))


def _composed(text: str) -> str:
    return text if text.isascii() or _PILE.search(text) else unicodedata.normalize("NFC", text)


def _filled(text: str, kept: _Kept) -> str:
    return _MARKED.sub(lambda mark: kept.get(ord(mark[0])) or mark[0], text)


def _one_line(raw: str) -> str:
    """Resolve entities once, compose (NFC), drop control characters and direction overrides."""
    if raw.isascii() and raw.isprintable() and not any(map(raw.count, ("&", "  ", "\\u"))):
        return raw.strip()
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), _rewritten("0", raw))
    return _BLANKS.sub(" ", _composed(_CONTROLS.sub("", text))).strip()


def _decoded(text: str, barred: re.Pattern[str], shown: _Kept, markdown: _Kept) -> str:
    """Return text with marks for what is not text; what they stand for is put into the last two."""
    text = _rewritten("2", _set_aside(_rewritten("1", text), barred, shown, markdown))
    for _ in range(7):  # braces nested deeper than that stay as they are
        text = _COMMAND.sub(_treated, text) if "\\" in text or "{" in text else text
    text = re.sub(rf"\\{_OPENING}\*", "", text)  # a link nested too deep
    return re.sub("  +", " ", text).strip()


def _rewritten(phase: str, text: str) -> str:
    """Return text with the table's rules applied; each names a sign that it cannot do without."""
    for sign, pattern, meant in _RULES[phase]:
        text = re.sub(pattern, meant, text, flags=re.DOTALL) if sign in text else text
    return text


def _set_aside(text: str, barred: re.Pattern[str], shown: _Kept, markdown: _Kept) -> str:
    """Put marks for formulas and addresses, and what they show, as text and Markdown, into both."""

    def keep(first: int, text: str, code: str) -> str:
        mark = first + len(shown)
        shown[mark], markdown[mark] = text, code
        return chr(mark)

    def keep_formula(found: re.Match[str]) -> str:
        formula = _rewritten("3", found[1].strip())
        code = "" if _UNFIT.search(formula) else f"$`{formula}`$".replace("|", r"\|")
        return keep(_FORMULAS, f"${formula}$", code)

    def keep_address(found: re.Match[str]) -> str:
        address = re.sub(r"\\([_%#&~])", r"\1", found[found.lastindex or 0])
        links = re.match(r"https?://[^<>|\\`]+$", address) and not barred.search(address)
        if found[2]:
            return keep(_TEXT, address, f"<{address.replace('&', '&amp;')}>" if links else "")
        if not links:
            return rf"\{_MARKS['<span>']}*"
        target = quote(address, safe="%/:=&?~#+!,;'@-._").replace("&", "&amp;")
        mark = keep(_LINKS, "", "[")
        markdown[ord(mark) + _CLOSING] = f"]({target})"
        return rf"\{mark}*"

    return _ADDRESS.sub(keep_address, _FORMULA.sub(keep_formula, text))


def _treated(found: re.Match[str]) -> str:
    """Return what a command shows once no braces are left within its braces, or a group of text."""
    typed: str = found[0]
    if typed[0] == "{":
        return typed[1:-1]
    name = found["name"]
    shown = f"{name}#1" if re.match(_OPENING, name) else _TREATMENTS.get("\\" + name, "#99")
    arguments = re.findall(r"\{([^{}]*)", found["arguments"])
    count = max(map(int, re.findall(r"#(\d+)", shown)), default=0)
    if count > len(arguments):
        is_waiting = found.string[found.end() : found.end() + 1] == "{"
        return typed if is_waiting else typed.translate(_TYPED)
    if not count:
        gap = "" if len(shown) == 1 and shown.isalpha() else found["gap"]
        return f"{shown}{gap}{found['arguments']}"

    def argument(at: re.Match[str]) -> str:
        mark, number, unseen, accent = at.groups()
        text = _COMMAND.sub(_treated, arguments[int(number) - 1])
        return "" if unseen else _styled(mark, text[:1] + accent + text[1:])

    return _ARGUMENT.sub(argument, shown) + "".join(f"{{{spare}}}" for spare in arguments[count:])


def _styled(mark: str, text: str) -> str:
    """Return text between marks, a formula outside of them, where GitHub sets it."""
    if not mark:
        return text
    if ord(mark) >= _LINKS:
        text = _LINK.sub("", text)
    return re.sub("[^\U00100000-\U0010ffff]+", rf"{mark}\g<0>{chr(ord(mark) + _CLOSING)}", text)
