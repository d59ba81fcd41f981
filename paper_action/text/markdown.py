"""Show what authors typed, as plain text and as Markdown.

Nothing that anybody types can act as Markdown or HTML, leave its line or its cell, or
pass for a link to a listed paper. The Markdown is GitHub's
(https://github.github.com/gfm/), and so is its maths (https://docs.github.com/
get-started/writing-on-github/working-with-advanced-formatting/
writing-mathematical-expressions).
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

from paper_action.paper import LINK

from .formulas import on_one_line
from .pieces import Maths, Piece, Span, as_text, in_link, joined, unlinked
from .tex import read

# Signs that act in Markdown, and what GitHub takes for a formula, a reference, a
# mention or an emoji. Each alternative begins with a sign of its own, which lets the
# search go from one such sign to the next.
_ACTING = re.compile(
    r"\\|\]|\*|<|>|\[|_|`|\||~|&(?=#?\w+;)"
    r"|\$|#(?=\d)|@(?=\w)|:(?=[\w+\\-]+:)|-(?=\d)(?<=\b[Gg][Hh]-)"
)
_KEPT_APART = "$#@:-"  # those of them that a backslash would not stop
# Behind a letter or another formula GitHub takes no formula (github/markup issue 1742);
# an exclamation mark would make an image of a link.
_STUCK = re.compile(r"(?:[A-Za-z_$]|[^\x00-\x7f])\$|!\[")
# More accents than any letter has; composing them takes time that grows with their
# square.
_PILE = re.compile(r"[^\x00-\u02ff\w\s][^\x00-\u02ff\w\s]{30}")


@lru_cache(maxsize=4096)
def plain(raw: str) -> str:
    """Return one line of Unicode text; maths stays TeX between dollar signs."""
    return _composed(_single_blanks(as_text(read(raw))))


def line(raw: str) -> str:
    """Return text for one line of Markdown.

    A link is what marks a paper as listed, so one to another paper that a title or a
    comment merely mentions does not become one.
    """
    return _single_blanks(_markdown(unlinked(read(raw), to=LINK)))


def linked(raw: str, url: str) -> str:
    """Return text as a Markdown link.

    GitHub sets no formula in a link, so formulas stand beside it.
    """
    markdown = _single_blanks(_markdown(in_link(read(raw), url)))
    if f"]({url})" in markdown:
        return markdown
    return f"{markdown} [link]({url})".strip()


@lru_cache(maxsize=4096)
def paragraphs(raw: str) -> str:
    """Return an abstract as one line of Markdown, its paragraphs kept apart."""
    shown = [_single_blanks(_markdown(read(part))) for part in split_paragraphs(raw)]
    return "<br><br>".join(part for part in shown if part)


def split_paragraphs(raw: str) -> list[str]:
    """Split text where arXiv begins a paragraph, at an empty line and at two blanks."""
    if "\n" in raw:
        raw = on_one_line(raw)
    return re.split(r"\n[ \t]*\n\s*|\n[ \t]{2,}", raw.strip())


def escape(text: str) -> str:
    """Return Markdown that GitHub shows as the text: nothing in it acts."""
    escaped = _ACTING.sub(_escaped, _composed(text))
    return escaped.replace("://", r"\://").replace("www.", r"www\.")  # no links


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    return f"<span>{sign}</span>" if sign in _KEPT_APART else f"\\{sign}"


def _composed(text: str) -> str:
    if text.isascii() or _PILE.search(text):
        return text
    return unicodedata.normalize("NFC", text)


def _single_blanks(text: str) -> str:
    """Return text without blanks beside others, or at its ends."""
    if "  " in text:
        text = re.sub(" {2,}", " ", text)
    return text.strip()


def _markdown(pieces: list[Piece]) -> str:
    parts: list[str] = []
    before = ""
    for piece in joined(pieces):
        if isinstance(piece, str):
            part = escape(piece)
        elif isinstance(piece, Maths):
            part = _maths(piece.tex)
        else:
            part = _span(piece)
        if _STUCK.fullmatch(before + part[:1]):
            parts.append("<span></span>")
        parts.append(part)
        before = part[-1:]
    return "".join(parts)


def _maths(formula: str) -> str:
    """Return a formula; GitHub reads it as HTML once more, which a tag would break."""
    formula = re.sub(r"<(?=[A-Za-z/!?])", r"\\lt ", formula)
    return f"$`{formula}`$".replace("|", r"\|")


def _span(span: Span) -> str:
    """Return a link, or words in a tag; the blanks at the ends stay outside."""
    if span.pieces == [span.url]:
        return f"<{span.url.replace('&', '&amp;')}>"
    inner = _markdown(span.pieces)
    words = inner.strip(" ")
    if span.url:
        target = quote(span.url, safe="%/:=&?~#+!,;'@-._").replace("&", "&amp;")
        shown = f"[{words}]({target})"
    else:
        shown = f"<{span.tag}>{words}</{span.tag}>"
    return inner.replace(words, shown, 1)
