"""Keywords: one alternative a line, or between commas; any of them is enough.

  llm                   anywhere in the title, also inside a word (LLMs, MLLM)
  "RAG"                 as a whole word
  abs:llm AND au:Lewis  in a field: ti (the default), abs, au, cat, or all
  llm ANDNOT survey     but not with that word
  cat:cs                in that category, or any of that archive
  *                     every paper
Case and accents never matter, and a hyphen is a blank. A line that begins with
# is a comment, and so is what follows a # between blanks.
"""

# --help ends with the text above. Fields and operators are those of arXiv's query API
# (https://info.arxiv.org/help/api/user-manual.html). What looks like another search
# language is an error: as a keyword it would match nothing, day after day.

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import filterfalse
from typing import NamedTuple

from .paper import Paper
from .taxonomy import CATEGORIES, both_names, nearest, spelled
from .text import plain


class Term(NamedTuple):
    """One word or phrase, and whether it is wanted in a field or must not be there.

    ``text`` is as it was written, in plain signs; ``pattern`` finds it in what the
    field has.
    """

    field: str
    text: str
    is_wanted: bool
    pattern: re.Pattern[str]


class Keywords(NamedTuple):
    """The alternatives of a setting, each with its terms.

    An alternative is shown as it was written. ``fields`` are those that terms look in,
    ``notices`` what may be meant otherwise.
    """

    alternatives: dict[str, tuple[Term, ...]]
    fields: frozenset[str]
    notices: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Keywords":
        """Read keywords, one at least.

        ValueError shows what cannot be read, and what to write.
        """
        keywords = cls.parse_any(text)
        if not keywords.alternatives:
            raise ValueError(
                f"{text!r} holds no keyword; write llm, or * for every paper"
            )
        return keywords

    @classmethod
    def parse_any(cls, text: str) -> "Keywords":
        """Read keywords, also where all that stands there is a comment."""
        lines = [_without_comment(line) for line in text.splitlines()]
        parts = [part.strip() for line in lines for part in _PART.findall(line)]
        alternatives = {part: _alternative(part) for part in parts if part}
        terms = [term for each in alternatives.values() for term in each]
        fields = frozenset(term.field for term in terms)
        notices = dict.fromkeys(_notices(lines, terms))
        return cls(alternatives, fields, tuple(notices))

    def match(self, paper: Paper) -> tuple[str, ...]:
        """Return the alternatives that the paper matches, in order."""
        folded = {field: _FIELDS[field](paper) for field in self.fields}
        matched = []
        for text, terms in self.alternatives.items():
            holds = True
            for term in terms:
                is_found = term.pattern.search(folded[term.field]) is not None
                if is_found is not term.is_wanted:
                    holds = False
                    break
            if holds:
                matched.append(text)
        return tuple(matched)


# What a paper has in each field, folded; a sign stands between authors.


def _category(name: str) -> str:
    """Return a category as it is looked for: in capitals, which no folded word has."""
    return f"|{fold(name).upper()}|"


def _categories(paper: Paper) -> str:
    """Return every name of the paper's categories, and those of their archives."""
    names = [name for each in paper.categories for name in both_names(each)]
    archives = [name.partition(".")[0] for name in names]
    return "".join(map(_category, names + archives))


def _all(paper: Paper) -> str:
    """Return what the paper has in all other fields, each in a line of its own."""
    return "\n".join(_FIELDS[field](paper) for field in ("ti", "abs", "au", "cat"))


_FIELDS: dict[str, Callable[[Paper], str]] = {
    "ti": lambda paper: fold(plain(paper.title)),
    "abs": lambda paper: fold(plain(paper.abstract)),
    "au": lambda paper: fold("; ".join(map(plain, paper.names))),
    "cat": _categories,
    "all": _all,
}
# What Unicode does not take apart, or leaves apart. Signs that nobody sees go: the soft
# hyphen, the blank without a width, and two that join words.
_UNSEEN = "\u00ad\u200b\u2060\ufeff"
_HYPHENS = dict.fromkeys(map(ord, "֊־‐‒–—―⁃−⸺⸻"), " ")
_FOLDED = str.maketrans("ʼ‘’øłđðħıȷ", "'''olddhij", _UNSEEN) | _HYPHENS


def fold(text: str) -> str:
    """Return a text as it is compared: no capitals, accents, hyphens, double blanks."""
    if not text.isascii():  # most are, and need no look into Unicode's tables
        letters = unicodedata.normalize("NFKD", text).casefold()
        bare = "".join(filterfalse(unicodedata.combining, letters))
        text = bare.translate(_FOLDED)
    return " ".join(text.lower().replace("-", " ").split())


# The grammar. Where it is broken, a ValueError says what to write.

_QUOTES = '"“”„‟«»＂'
_COMMAS = ",，、"
# In quotes a comma, a blank and what begins a comment are signs like any other.
_PHRASE = f"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]?"
_COMMENT = re.compile(f"^ *#.*|({_PHRASE})| #( .*)?$")
_PART = re.compile(f"(?:{_PHRASE}|[^{_QUOTES}{_COMMAS}])+")
# Signs of other scripts are read as those of this one.
_STRAIGHT = str.maketrans("；：（）", ";:()") | dict.fromkeys(map(ord, _QUOTES), '"')
_PIECE = re.compile('(?:"[^"]*"|[^" ])+')
# A formula in a title stays as its authors typed it: $\alpha$-divergence.
_FORMULA = re.compile(r"\$[^$\s]+\$")
# The word that joins a term to those before it, perhaps a field, and what to look for.
_TERM = re.compile(r'AND( ?NOT)? (?:(?i:(ti|abs|au|cat|all)) ?: ?)?("[^"]*"|[^":]*)')

# Signs of other search languages, and what to write here; the first one found is told.
# A sign is a pattern for an alternative with a blank at both ends and empty quotes.
_FOREIGN = (
    (r"[()]", "each combination without brackets, as in a AND c, b AND c"),
    (" OR ", "a comma in place of OR"),
    (r"\|", "a comma in place of |"),
    (";", "a comma in place of ;"),
    ("(?<! AND) NOT ", "ANDNOT in place of NOT, as in llm ANDNOT survey"),
    ("[ :]!", "ANDNOT in place of !, as in llm ANDNOT survey"),
    (r'[ :]-["\w]', "ANDNOT in place of the minus, as in llm ANDNOT survey"),
    ("^ [-+•·–—] ", "the keyword without the dash of a list"),
    (" & |&&", "AND in place of &"),
    (r" \+ ", "AND in place of +"),
    (r' \+["\w]', "AND between words that must all be there, without +"),
    (r"[][]", "commas between keywords, without square brackets"),
    ("[ :](?!['’][STst] )['‘’`]", 'double quotes in place of single ones, as in "RAG"'),
    (r"[ :]/.+/\w* ", "the word without slashes, which is found inside others too"),
    (r"[ :]\^|\$ |\\", r'the word without ^, $ or \, or "RAG" for a whole word'),
    (r"\?", "the word without ?, a part of it is enough"),
    ("~", "the word without ~, which is found inside others too"),
)


def _without_comment(line: str) -> str:
    """Return a line but for its comment; blanks of all kinds are plain ones."""
    return _COMMENT.sub(r"\1", re.sub(r"\s", " ", line))


def _plain_signs(text: str) -> str:
    """Return a text as it is read: with plain quotes and colons, and single blanks."""
    return " ".join(text.translate(_STRAIGHT).split())


def _alternative(text: str) -> tuple[Term, ...]:
    """Read one alternative; ValueError tells what to write in it instead."""
    try:
        return _terms(_plain_signs(text))
    except ValueError as error:
        raise ValueError(f"in {text!r} write {error}") from error


def _terms(text: str) -> tuple[Term, ...]:
    """Read the terms of an alternative."""
    if text.count('"') % 2:
        raise ValueError('a quotation mark at both ends, as in "RAG"')
    outside = _FORMULA.sub('""', f" {_unquoted(text)} ")
    for sign, instead in _FOREIGN:
        if re.search(sign, outside):
            raise ValueError(f"{instead}; signs to look for stand in double quotes")
    sides = [["AND"]]  # each begins with the word that joins it to those before
    for piece in _PIECE.findall(text):
        if piece in ("AND", "ANDNOT"):
            sides.append([])
        sides[-1].append(piece)
    return tuple(_term(" ".join(side)) for side in sides)


def _unquoted(text: str) -> str:
    """Return a text in which quotes hold nothing."""
    return re.sub('"[^"]*"', '""', text)


def _term(side: str) -> Term:
    """Read a term and the word that joins it: AND, ANDNOT or AND NOT."""
    if side in ("AND", "ANDNOT", "AND NOT"):
        raise ValueError(
            "something on both sides of AND and ANDNOT, as in llm ANDNOT survey"
        )
    found = _TERM.fullmatch(side)
    if not found:
        raise ValueError(
            "ti, abs, au, cat or all before a colon, quotes around a whole phrase, and"
            ' AND between two, as in "a: b" AND abs:c'
        )
    if not fold(found[3].strip('"')):
        raise ValueError("a word to look for, as in ti:llm")
    field = (found[2] or "ti").lower()
    sought = found[3]
    if "*" in sought and sought != "*" and not sought.startswith('"'):
        raise ValueError(
            "it without the star, as in multimod or cat:cs; a star alone is every paper"
        )
    if field == "au" and re.search(f"[{_COMMAS}_]", sought):
        raise ValueError('the name as papers do, as in au:"Yann LeCun"')
    return Term(field, sought, not found[1], re.compile(_pattern(field, sought)))


def _pattern(field: str, sought: str) -> str:
    """Return a pattern for a word or phrase in what a field has."""
    if sought == "*":
        return ""  # which is found in every text
    phrase = sought.strip('"')
    category = re.escape(_category(phrase))
    if field == "cat":
        return category
    word = re.escape(fold(phrase))
    if phrase != sought:
        word = rf"(?<!\w){word}(?!\w)"
    if field == "all" and spelled(phrase) in CATEGORIES:
        return f"{word}|{category}"
    return word


# What may be meant otherwise

# What looks like an operator, outside of quotes.
_SMALL = re.compile('[^"]+ (and|or|not) ', re.IGNORECASE)
# An author without quotes, a comma, and one word or two.
_BARE = f'[^":{_COMMAS} ]+'
_SPLIT_NAME = re.compile(
    rf'\b(?i:au):[^":{_COMMAS}]+[{_COMMAS}] ?{_BARE}(?: {_BARE})?(?=[{_COMMAS}]|$)'
)


def _notices(lines: Iterable[str], terms: Iterable[Term]) -> Iterator[str]:
    """Yield what may be meant otherwise in some lines and their terms."""
    for line in lines:
        for both in _SPLIT_NAME.findall(_unquoted(_plain_signs(line))):
            yield (
                f"{both!r} is two alternatives; one author is written as in au:Lewis,"
                ' or au:"Wei Wang"'
            )
    for term in terms:
        yield from _term_notices(term)


def _term_notices(term: Term) -> Iterator[str]:
    """Yield what may be meant otherwise by one term, if anything."""
    name = spelled(term.text.strip('"'))
    is_known = name in CATEGORIES
    if term.field == "cat":
        if not is_known and name != "*":
            yield f"'cat:{name}': arXiv has no such category; {nearest(name)}"
    elif is_known and term.field == "ti" and "." in name:
        yield f"{term.text} is looked for in titles; write cat:{name} for the category"
    elif _SMALL.match(term.text):
        yield (
            f"{term.text!r} is one phrase;"
            " write AND or ANDNOT in capitals, and a comma for or"
        )
    elif re.fullmatch("[A-Z]{2,4}", term.text):
        yield (
            f"{term.text} is found inside other words too;"
            f' write "{term.text}" for that word alone'
        )
