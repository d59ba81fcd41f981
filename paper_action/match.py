"""Keywords: one alternative a line, or between commas; any of them is enough.

  llm                   anywhere in the title, also inside a word (LLMs, MLLM)
  "RAG"                 as a whole word
  abs:llm AND au:Lewis  in a field: ti (the default), abs, au, cat, or all
  llm ANDNOT survey     but not with that word
  *                     every paper
Case, accents and the kinds of hyphen and blank never matter. A line that begins
with # is a comment.
"""

# --help ends with the text above. Fields and operators are those of arXiv's query API
# (https://info.arxiv.org/help/api/user-manual.html). What looks like another search language is
# an error that shows how to write it here: as a keyword it would match nothing, day after day.

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from .paper import Paper
from .text import plain

_FIELDS: dict[str, Callable[[Paper], str]] = {
    "ti": lambda paper: plain(paper.title),
    "abs": lambda paper: plain(paper.abstract),
    "au": lambda paper: "; ".join(map(plain, paper.names)),
    "cat": lambda paper: " ".join(paper.categories),
    "all": lambda paper: " | ".join(_FIELDS[name](paper) for name in ("ti", "abs", "au", "cat")),
}
# ten hyphens and dashes, three apostrophes, letters that do not decompose; the soft hyphen goes
_FOLDED = str.maketrans("‐‑‒–—―−﹘﹣－‘’ʼøłđðħıȷ", "----------'''olddhij", "\u00ad")
_STRAIGHT = str.maketrans("“”„‟«»＂，、；：（）", '"""""""' + ",,;:()")
_UNQUOTED = r'(?=(?:[^"]*"[^"]*")*[^"]*$)'
_OPERATOR = rf"(?<!\S)(AND\s+NOT|ANDNOT|AND)(?!\S){_UNQUOTED}"
_TERM = rf'(?:(?i:({"|".join(_FIELDS)}))\s*:)?\s*("[^"]*"|[^":]+)'
_SPLIT_NAME = rf'(?i)\bau\s*:[^",:]+,[^",:]+(?=,|$){_UNQUOTED}'
_FOREIGN = Path(__file__).with_name("foreign.txt")

# the field to look in, what to find in its folded text, and whether that is wanted there
Term: TypeAlias = tuple[str, re.Pattern[str], bool]


class Keywords(NamedTuple):
    """The alternatives of a setting as they were written, each with its terms.

    ``fields`` are those that terms ask for, ``notices`` tell what may be meant otherwise.
    """

    alternatives: tuple[tuple[str, tuple[Term, ...]], ...]
    fields: frozenset[str]
    notices: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The alternatives as they were written."""
        return tuple(text for text, _ in self.alternatives)

    @classmethod
    def parse(cls, text: str) -> "Keywords":
        """Read the grammar; ValueError shows the part that cannot be read, and how to write it."""
        found: dict[str, tuple[Term, ...]] = {}
        notes = []
        for line in map(str.strip, text.splitlines()):
            straight = "" if line.startswith("#") else _straight(line)
            for part in re.finditer(r'(?:"[^"]*"|[^",\s])(?:"[^"]*"|[^",])*', straight):
                found[line[slice(*part.span())].strip()] = tuple(_terms(part[0].strip()))
            notes += [f"{name!r} is two alternatives" for name in re.findall(_SPLIT_NAME, straight)]
        if not found:
            raise ValueError(f"{text!r} holds no keyword; write llm, or * for every paper")
        fields = frozenset(field for terms in found.values() for field, _, _ in terms)
        return cls(tuple(found.items()), fields, tuple(notes))

    def match(self, paper: Paper) -> tuple[str, ...]:
        """Return every alternative that the paper matches, as written and in that order."""
        texts = {field: fold(_FIELDS[field](paper)) for field in self.fields}

        def holds(term: Term) -> bool:
            field, pattern, wanted = term
            return bool(pattern.search(texts[field])) == wanted

        return tuple(written for written, terms in self.alternatives if all(map(holds, terms)))


def fold(text: str) -> str:
    """Return text without what matching ignores: case, accents, kinds of hyphen and space."""
    text = text.casefold()
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text.translate(_FOLDED)).casefold()
        text = "".join(c for c in letters if not unicodedata.combining(c)).translate(_FOLDED)
    return " ".join(text.split())


def _straight(line: str) -> str:
    """Return a line with plain quotes and commas; ValueError if its language is another one."""
    straight = line.translate(_STRAIGHT)
    ours, reasons = " ".join(straight.split()), []
    for foreign, instead, why in re.findall("(?m)^(.*)\t(.*)\t(.*)$", _FOREIGN.read_text("utf-8")):
        ours, count = re.subn(f"(?:{foreign}){_UNQUOTED}", instead, ours)
        reasons += [why] * count
    if reasons:
        ours = " ".join(ours.split()).strip(" ,") or f'"{line}"'
        raise ValueError(f"{line!r}: {reasons[-1]}; write {ours} (a sign in quotes is only itself)")
    return straight


def _terms(alternative: str) -> Iterator[Term]:
    """Yield the terms of an alternative; ValueError shows the one that cannot be read."""
    parts = ["AND", *re.split(_OPERATOR, alternative)]
    for operator, text in zip(parts[::2], map(str.strip, parts[1::2]), strict=True):
        found = re.fullmatch(_TERM, text)
        if not found or not (literal := re.escape(fold(found[2].strip('"')))):
            known = f'a AND b, "a: b", or ti:a (one of {", ".join(_FIELDS)})'
            raise ValueError(f"{alternative!r}: {text!r} is no term; write {known}")
        bare = literal.removeprefix(r"\*")  # a star is every paper, and stands alone
        pattern = rf"(?<!\w){literal}(?!\w)" if found[2][0] == '"' else bare
        yield (found[1] or "ti").lower(), re.compile(pattern), operator == "AND"
