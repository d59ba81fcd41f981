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
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from paper_action.paper import LINK

# Private-use characters: hidden signs, which are not to be read as TeX again, and marks, each for a
# style, an address (from _LINK on) or a formula (plane 16). Behind a mark, _OPEN and _CLOSE tell
# where the style, or a link to the address, begins and ends.
_OPEN, _CLOSE, _LINK = "\U000f0100", "\U000f0101", "\U000f2000"
_HIDDEN = {code: 0xF0000 + code for code in range(33, 127)}
_STYLES = {tag: chr(0xF1000 + at) for at, tag in enumerate("em strong code sub sup span".split())}
_MARKED = re.compile(f"[\U000f1000-\U0010ffff][{_OPEN}{_CLOSE}]?")
# What marks stand for, as text and in Markdown.
_Kept = dict[str, tuple[str, str]]
_TAGS: _Kept = {mark + _OPEN: ("", f"<{tag}>") for tag, mark in _STYLES.items()}
_TAGS |= {mark + _CLOSE: ("", f"</{tag}>") for tag, mark in _STYLES.items()}

_TABLE = Path(__file__).with_name("latex.txt").read_text(encoding="utf-8").replace("␣", " ")
_TREATMENTS: dict[str, str] = dict(re.findall(r"\n\\(\S+) ?(.*)", _TABLE))
_WHEN = ("raw", "both", "maths", "text", "markdown", "joined")
_RULES = {when: re.findall(rf"\n{when} (\S+) (.*) → ?(.*)", _TABLE) for when in _WHEN}

# A printable text without any of these is what it shows.
_SPECIAL = ("\\", "$", "{", "~", "`", "''", "--", "://", "&", "  ")
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\U000f0000-\U0010ffff]")
# Two blanks or more; at "  +" the search would halt at every single one.
_GAP = re.compile("   *")
# More accents than any letter has; composing them takes time that grows with their square.
_PILE = re.compile(r"[^\x00-\u02ff\w\s][^\x00-\u02ff\w\s]{30}")

# A piece of a formula, with braces up to six deep.
_TEX = 6 * r"(?:[^$\\{}]|\\.|\{" + r"(?:[^$\\{}]|\\.)" + 6 * r"*\})"
_WORDS = r"(?:[^$\\^_{}<>=]|\\[%&#])*"
_MONEY = rf"\s*\d{_WORDS}(?:[\s(/-]\$|\$\d|\s[a-z]{{2,}}\s)"
_PROSE = rf"(?={_WORDS}[A-Za-z]{{2}})(?={_WORDS}[\s(]\$|\s{_WORDS}\$)|[\s,.;:()]*\$|\s{_WORDS}\$\d"
_FORMULA = re.compile(rf"(?s)\$(?<!(?<!\\)\\\$)(?!{_MONEY}|{_PROSE})({_TEX}+)\$")
_TARGET = r"(?<=\\href\{http)s?://(?:[^\s<>{}|\\`]|\\[_%#&~])+(?=\})"
_URL = r"s?://(?:(?![\"$<>\\^`{|}])[!-~]|\\[_%#&~])+(?<![].,;:!?')*])"
_ADDRESS = re.compile(f"http(?:{_TARGET}|{_URL})")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)( ?)((?:\{[^{}]*(?:\}|\Z))*)|\{[^{}\\]*\}")


@lru_cache(maxsize=4096)
def plain(raw: str) -> str:
    """Return one line of Unicode text; maths stays TeX between dollar signs."""
    return _composed(_shown(*_decoded(raw, LINK), 0))


def line(raw: str, url: str = "", barred: re.Pattern[str] = LINK) -> str:
    """Return text for one line of Markdown, with ``url`` as a link, in which ``barred`` is no link.

    A link is what marks a paper as listed, so one to another paper that a title or a comment merely
    mentions must not become one; what is a link itself can hold none.
    """
    text, kept = _decoded(raw, barred)
    kept |= {_LINK + _OPEN: ("", "["), _LINK + _CLOSE: ("", f"]({url})")}
    text = _styled(_LINK if url else "", text, kept)
    return _rewritten("joined", _shown(escape(text), kept, 1))


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
    if "\n" in raw:
        raw = _FORMULA.sub(lambda found: " ".join(found[0].split()), _rewritten("both", raw))
    return re.split(r"\n[ \t]*\n\s*|\n[ \t]{2,}", raw.strip())


def escape(text: str) -> str:
    """Return Markdown that GitHub shows as the text: no mark-up, link, mention or emoji in it."""
    return _rewritten("markdown", _composed(text))


def _composed(text: str) -> str:
    return text if text.isascii() or _PILE.search(text) else unicodedata.normalize("NFC", text)


def _rewritten(when: str, text: str) -> str:
    """Return text with the table's rules applied; each names a sign that it cannot do without.

    A single character is sought ten times as fast as two, so the sign's first one goes ahead.
    """
    for sign, pattern, meant in _RULES[when]:
        text = re.sub(pattern, meant, text) if sign[0] in text and sign in text else text
    return text


def _shown(text: str, kept: _Kept, form: int) -> str:
    """Return text with what its marks stand for, as text (0) or in Markdown (1)."""
    return text if text.isascii() else _MARKED.sub(lambda mark: kept[mark[0]][form], text)


def _decoded(raw: str, barred: re.Pattern[str]) -> tuple[str, _Kept]:
    """Return one line of text with marks for what is not text, and what they stand for."""
    text, kept = raw.strip(), dict(_TAGS)
    if not raw.isprintable() or any(map(raw.__contains__, _SPECIAL)):
        text = _rewritten("raw", raw)
        text = re.sub(r"(?a)&#?\w{1,31};", lambda entity: html.unescape(entity[0]), text)
        text = _CONTROLS.sub("", " ".join(text.splitlines()).replace("\t", " "))
        text = _rewritten("both", _GAP.sub(" ", text).strip())
        text = _rewritten("text", _set_aside(text, barred, kept))
        for _ in range(7):  # braces nested deeper than that stay as they are
            if "\\" in text or "{" in text:
                text = _COMMAND.sub(partial(_treated, kept), text)
        text = re.sub("[\U000f0000-\U000f007f]", lambda sign: chr(ord(sign[0]) & 0x7F), text)
        text = _GAP.sub(" ", text).strip()
    return text, kept


def _set_aside(text: str, barred: re.Pattern[str], kept: _Kept) -> str:
    """Put marks for formulas and addresses, and what they stand for into ``kept``.

    A formula that Markdown cannot hold, and an address that is not to be a link, remain as text.
    """

    def formula(found: re.Match[str]) -> str:
        tex = _rewritten("maths", found[1].strip())
        if "`" in tex or LINK.search(tex):
            return f"${tex}$".translate(_HIDDEN)
        mark = chr(0x100000 + len(kept))
        kept[mark] = f"${tex}$", f"$`{tex}`$".replace("|", r"\|")
        return mark

    def address(found: re.Match[str]) -> str:
        url = re.sub(r"\\([_%#&~])", r"\1", found[0])
        if barred.search(url):
            return url.translate(_HIDDEN)
        mark = chr(ord(_LINK) + len(kept))
        target = quote(url, safe="%/:=&?~#+!,;'@-._").replace("&", "&amp;")
        kept[mark] = url, f"<{url.replace('&', '&amp;')}>"
        kept.update({mark + _OPEN: ("", "["), mark + _CLOSE: ("", f"]({target})")})
        return mark

    return _ADDRESS.sub(address, _FORMULA.sub(formula, text))


def _treated(kept: _Kept, found: re.Match[str]) -> str:
    """Return what a command shows once no braces are left within its braces, or a group of text.

    A command that the table does not know, or that lacks an argument, shows as it was typed.
    """
    name, gap, braces = found.groups()
    if not name:
        return found[0][1:-1]
    arguments = re.findall(r"\{([^{}]*)", braces)
    treatment = _TREATMENTS.get(name, "◌" * 99)
    if treatment.count("◌") > len(arguments):
        is_waiting = found.string.startswith("{", found.end())
        return found[0] if is_waiting else found[0].translate(_HIDDEN)

    def argument(at: re.Match[str]) -> str:
        link, style, unseen = at.groups()
        target = arguments.pop(0) if link else ""
        mark = target if target + _OPEN in kept else _STYLES.get(style, "")
        text = _COMMAND.sub(partial(_treated, kept), arguments.pop(0))
        return "" if unseen else _styled(mark, text, kept)

    shown = re.sub(r"(?:<(◌?)(\w+)>)?(\{?)◌(?:</\w+>|\})?", argument, treatment)
    if "◌" not in treatment:
        is_letter = len(shown) == 1 and shown.isalpha()
        shown = shown.translate(_HIDDEN) + ("" if is_letter else gap)
    return shown + "".join(f"{{{spare}}}" for spare in arguments)


def _styled(mark: str, text: str, kept: _Kept) -> str:
    """Return text between marks, a formula outside of them, where GitHub sets it.

    In a link no other link is left, of addresses their text.
    """
    if not mark:
        return text
    if mark >= _LINK:
        text = re.sub(f"[{_LINK}-\U000fffff][{_OPEN}{_CLOSE}]?", lambda at: kept[at[0]][0], text)
    return re.sub("[^\U00100000-\U0010ffff]+", rf"{mark}{_OPEN}\g<0>{mark}{_CLOSE}", text)
