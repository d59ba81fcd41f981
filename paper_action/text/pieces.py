"""What is read of a text: pieces that show as text or as Markdown."""

import re
from itertools import groupby
from typing import NamedTuple


class Maths(NamedTuple):
    """A formula, without its dollars."""

    tex: str


class Span(NamedTuple):
    """Pieces in an HTML tag, none of them a formula; no link stands in a link."""

    pieces: list["Piece"]
    tag: str
    url: str = ""


Piece = str | Maths | Span
_ANY_ADDRESS = re.compile("https?://")


def as_text(pieces: list[Piece]) -> str:
    """Return pieces as plain text; a formula stays TeX between dollars."""
    texts: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            texts.append(piece)
        elif isinstance(piece, Maths):
            texts.append(f"${piece.tex}$")
        else:
            texts.append(as_text(piece.pieces))
    return "".join(texts)


def in_link(pieces: list[Piece], url: str) -> list[Piece]:
    """Return pieces as a link, without the links that are in them."""
    return in_span(unlinked(pieces, to=_ANY_ADDRESS), "a", url)


def unlinked(pieces: list[Piece], *, to: re.Pattern[str]) -> list[Piece]:
    """Return pieces without the links to some addresses, their text in place."""
    rest: list[Piece] = []
    for piece in pieces:
        if not isinstance(piece, Span):
            rest.append(piece)
        elif to.search(piece.url):
            rest += piece.pieces
        else:
            inner = unlinked(piece.pieces, to=to)
            rest.append(Span(inner, piece.tag, piece.url))
    return rest


def in_span(pieces: list[Piece], tag: str, url: str = "") -> list[Piece]:
    """Return pieces in a tag, but for formulas."""
    spans: list[Piece] = []
    for is_formula, group in groupby(pieces, _is_formula):
        run = list(group)
        if is_formula or not as_text(run).strip():
            spans += run
        else:
            spans.append(Span(run, tag, url))
    return spans


def _is_formula(piece: Piece) -> bool:
    return isinstance(piece, Maths)


def joined(pieces: list[Piece]) -> list[Piece]:
    """Return pieces with texts that stand side by side as one."""
    merged: list[Piece] = []
    for kind, run in groupby(pieces, type):
        if kind is str:
            merged.append("".join(map(str, run)))
        else:
            merged += run
    return merged
