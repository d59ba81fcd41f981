"""The keyword grammar, and whether a paper matches.

The field names and the operators are those of arXiv's query API
(https://info.arxiv.org/help/api/user-manual.html).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from .paper import Paper
from .text import plain

_FIELDS: dict[str, Callable[[Paper], str]] = {
    "ti": lambda paper: plain(paper.title),
    "abs": lambda paper: plain(paper.abstract),
    "au": lambda paper: ", ".join(map(plain, paper.names)),
    "cat": lambda paper: " ".join(paper.categories),
}
_FOLDED = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | {"\u00ad": None, "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ȷ": "j"}
)
_UNQUOTED = r'(?=(?:[^"]*"[^"]*")*[^"]*$)'


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a pattern over folded text, and the fields to look in."""

    fields: tuple[str, ...]
    pattern: re.Pattern[str]
    wanted: bool


@dataclass(frozen=True, slots=True)
class Keywords:
    """The alternatives of a setting as they were written, each with its terms."""

    alternatives: tuple[tuple[str, tuple[Term, ...]], ...]

    @classmethod
    def parse(cls, text: str) -> "Keywords":
        """Read the grammar; ValueError names the part that cannot be read."""
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        for line in lines:
            if line.count('"') % 2:
                raise ValueError(f"{line.strip()!r} has a quotation mark without its partner")
        parts = [part.strip() for line in lines for part in re.split("," + _UNQUOTED, line)]
        if not any(parts):
            raise ValueError(f"{text!r} holds no keyword")
        return cls(tuple((part, _terms(part)) for part in parts if part))

    def match(self, paper: Paper) -> str | None:
        """Return the first alternative that the paper matches, as it was written, or None."""
        folded: dict[str, str] = {}
        for text, terms in self.alternatives:
            for term in terms:
                for name in term.fields:
                    if name not in folded:
                        folded[name] = fold(_FIELDS[name](paper))
                if any(term.pattern.search(folded[name]) for name in term.fields) != term.wanted:
                    break
            else:
                return text
        return None


def fold(text: str) -> str:
    """Return text without what matching ignores: case, accents, kinds of hyphen and space."""
    text = text.casefold()
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text.translate(_FOLDED)).casefold()
        text = "".join(c for c in letters if not unicodedata.combining(c)).translate(_FOLDED)
    return " ".join(text.split())


def _terms(alternative: str) -> tuple[Term, ...]:
    words = re.split(rf"\s+(ANDNOT|AND)(?=\s){_UNQUOTED}", f" AND {alternative} ")[1:]
    return tuple(
        _term(text.strip(), alternative, word == "AND") for word, text in zip(words[::2], words[1::2], strict=True)
    )


def _term(text: str, alternative: str, wanted: bool) -> Term:
    name, colon, rest = text.partition(":")
    if not colon or not name.isidentifier() or rest[:1].isspace():
        name, rest = "ti", text
    elif name not in (*_FIELDS, "all"):
        known = ", ".join([*_FIELDS, "all"])
        raise ValueError(f"{alternative!r}: {name!r} is no field ({known}); quote a plain colon")
    quoted = re.fullmatch(r'"([^"]*)"', rest)
    literal = fold(quoted[1] if quoted else rest)
    if not literal or re.fullmatch(r"AND|ANDNOT|OR", text) or ('"' in rest and not quoted):
        raise ValueError(f'{alternative!r}: {text!r} is not a term, like llm or ti:llm or au:"Li"')
    escaped = re.escape(literal)
    pattern = rf"(?<!\w){escaped}(?!\w)" if quoted else "" if literal == "*" else escaped
    return Term(tuple(_FIELDS) if name == "all" else (name,), re.compile(pattern), wanted)
