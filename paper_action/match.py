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
from collections.abc import Callable, Mapping
from itertools import filterfalse, pairwise
from typing import NamedTuple

from .paper import Paper
from .taxonomy import CATEGORIES, both_names, nearest, spelled
from .text import plain


class Term(NamedTuple):
    """One word or phrase, and whether it is wanted or must not be there.

    ``text`` is as it was written; ``places`` are the fields to look in, each with a
    pattern for what it has, folded. Any of them is enough.
    """

    field: str
    text: str
    is_wanted: bool
    places: tuple[tuple[str, re.Pattern[str]], ...]

    def holds(self, folded: Mapping[str, str]) -> bool:
        """Tell whether a paper's fields, folded, are as the term wants them."""
        for field, pattern in self.places:
            if pattern.search(folded[field]):
                return self.is_wanted
        return not self.is_wanted


Terms = tuple[Term, ...]


class Keywords(NamedTuple):
    """The alternatives of a setting as they were written, each with its terms.

    ``fields`` are those that terms look in, ``notices`` what may be meant otherwise.
    """

    alternatives: dict[str, Terms]
    fields: frozenset[str]
    notices: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Keywords":
        """Read keywords, one at least.

        ValueError shows what cannot be read, and what to write.
        """
        keywords = cls.parse_any(text)
        if not keywords.texts:
            raise ValueError(
                f"{text!r} holds no keyword; write llm, or * for every paper"
            )
        return keywords

    @classmethod
    def parse_any(cls, text: str) -> "Keywords":
        """Read keywords, also where all that stands there is a comment."""
        alternatives: dict[str, Terms] = {}
        notices: list[str] = []
        for line in text.splitlines():
            found = {part: _alternative(part) for part in _parts(line)}
            alternatives |= found
            notices += _notices(found)
        terms = [term for each in alternatives.values() for term in each]
        fields = frozenset(field for term in terms for field, _ in term.places)
        return cls(alternatives, fields, tuple(dict.fromkeys(notices)))

    @property
    def texts(self) -> tuple[str, ...]:
        """The alternatives as they were written."""
        return tuple(self.alternatives)

    def match(self, paper: Paper) -> tuple[str, ...]:
        """Return the alternatives that the paper matches, as written and in order."""
        folded = {field: fold(_FIELDS[field](paper)) for field in self.fields}
        matched = []
        for text, terms in self.alternatives.items():
            if all(term.holds(folded) for term in terms):
                matched.append(text)
        return tuple(matched)


# What a paper has in each field. A sign stands between authors, and around a category.


def _categories(paper: Paper) -> str:
    """Return every name of the paper's categories, and those of their archives."""
    names = [name for each in paper.categories for name in both_names(each)]
    archives = [name.partition(".")[0] for name in names]
    return "".join(f"|{name}|" for name in names + archives)


_FIELDS: dict[str, Callable[[Paper], str]] = {
    "ti": lambda paper: plain(paper.title),
    "abs": lambda paper: plain(paper.abstract),
    "au": lambda paper: "; ".join(map(plain, paper.names)),
    "cat": _categories,
}
# What Unicode does not take apart, or leaves apart. Signs that nobody sees go: the soft
# hyphen, the blank without a width, and two that join words.
_UNSEEN = "\u00ad\u200b\u2060\ufeff"
_HYPHENS = dict.fromkeys(map(ord, "-֊־‐‒–—―⁃−⸺⸻"), " ")
_FOLDED = str.maketrans("ʼ‘’øłđðħıȷ", "'''olddhij", _UNSEEN) | _HYPHENS


def fold(text: str) -> str:
    """Return a text as it is compared: no capitals, accents, hyphens, double blanks."""
    if text.isascii():  # most are, and there is nothing to look up in Unicode's tables
        return " ".join(text.lower().replace("-", " ").split())
    letters = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(filterfalse(unicodedata.combining, letters))
    return " ".join(bare.translate(_FOLDED).split())


# The grammar. Where it is broken, a ValueError says what to write.

_QUOTES = '"“”„‟«»＂'
_COMMAS = ",，、"
_STRAIGHT = (
    str.maketrans("；：（）", ";:()")
    | dict.fromkeys(map(ord, _QUOTES), '"')
    | dict.fromkeys(map(ord, _COMMAS), ",")
)
# In quotes a comma, a blank and what begins a comment are signs like any other.
_PHRASE = f"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]?"
_COMMENT = re.compile(rf"^\s*#.*|({_PHRASE})|\s#(?:\s.*)?$")
_PART = re.compile(f"(?:{_PHRASE}|[^{_QUOTES}{_COMMAS}])+")
_PIECE = re.compile(r'(?:"[^"]*"|[^\s"])+')
# A formula in a title stays as its authors typed it: $\alpha$-divergence.
_FORMULA = re.compile(r"\$[^$\s]+\$")

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


def _parts(line: str) -> list[str]:
    """Return what stands between the commas of a line, without its comment.

    A list in brackets is one part: it is refused as a whole.
    """
    told = _COMMENT.sub(r"\1", line)
    parts = _PART.findall(told)
    if re.search(r"[][()]", _unquoted(told)):
        parts = [told]
    return [part.strip() for part in parts if part.strip()]


def _alternative(text: str) -> Terms:
    """Read one alternative; ValueError tells what to write in it instead."""
    try:
        return _terms(text.translate(_STRAIGHT))
    except ValueError as error:
        raise ValueError(f"in {text!r} write {error}") from error


def _terms(straight: str) -> Terms:
    """Read the terms of an alternative, whose quotes and commas are plain ones."""
    if straight.count('"') % 2:
        raise ValueError('a quotation mark at both ends, as in "RAG"')
    outside = _FORMULA.sub('""', f" {_unquoted(straight)} ")
    for sign, instead in _FOREIGN:
        if re.search(sign, outside):
            raise ValueError(f"{instead}; signs to look for stand in double quotes")
    sides: list[list[str]] = [[]]  # of AND
    for piece in _PIECE.findall(straight):
        if piece == "AND":
            sides.append([])
        elif piece == "ANDNOT":
            sides.append(["NOT"])
        else:
            sides[-1].append(piece)
    return tuple(map(_term, sides))


def _unquoted(text: str) -> str:
    """Return a text in which quotes hold nothing, and single blanks part the words."""
    straight = re.sub('"[^"]*"', '""', text.translate(_STRAIGHT))
    return " ".join(straight.split())


def _term(pieces: list[str]) -> Term:
    """Read a side of AND: perhaps NOT, perhaps a field, and what to look for."""
    is_wanted = pieces[:1] != ["NOT"]
    text = " ".join(pieces if is_wanted else pieces[1:])
    if not text:
        raise ValueError(
            "something on both sides of AND and ANDNOT, as in llm ANDNOT survey"
        )
    field = "ti"
    sought = text
    name, colon, rest = text.partition(":")
    if colon and '"' not in name:  # in quotes a colon is a sign like any other
        field = name.strip().lower()
        sought = rest.strip()
    if field not in (*_FIELDS, "all"):
        raise ValueError(
            'ti, abs, au, cat or all before a colon, or quotes around it, as in "a: b"'
        )
    _check_sought(field, sought)
    names = _FIELDS if field == "all" else [field]
    places = tuple((name, re.compile(_pattern(name, sought))) for name in names)
    return Term(field, sought, is_wanted, places)


def _check_sought(field: str, sought: str) -> None:
    """Raise ValueError where what is to be found in a field could not be found."""
    if not re.fullmatch('"[^"]*"|[^":]*', sought):
        raise ValueError(
            'quotes around a whole phrase, and AND between two: "a b" AND abs:c'
        )
    if "*" in sought and sought != "*" and not sought.startswith('"'):
        raise ValueError(
            "it without the star, as in multimod or cat:cs; a star alone is every paper"
        )
    if field == "au" and re.search("[,_]", sought):
        raise ValueError('the name as papers do, as in au:"Yann LeCun"')
    if not fold(sought.strip('"')):
        raise ValueError("a word to look for, as in ti:llm")


def _pattern(field: str, sought: str) -> str:
    """Return a pattern for a word or phrase in what a field has, folded."""
    if sought == "*":
        return ""  # which is found in every text
    literal = re.escape(fold(sought.strip('"')))
    if field == "cat":
        return rf"\|{literal}\|"
    if sought.startswith('"'):
        return rf"(?<!\w){literal}(?!\w)"
    return literal


# What may be meant otherwise

# An author without quotes, a comma, and one word or two.
_SPLIT_NAME = re.compile(r'\bau:[^":]+, [^":\s]+( [^":\s]+)?$', re.IGNORECASE)


def _notices(alternatives: Mapping[str, Terms]) -> list[str]:
    """Return what may be meant otherwise in the alternatives of a line."""
    notices = []
    for text, terms in alternatives.items():
        if re.search(r"\S ([Aa]nd|[Oo]r|[Nn]ot) \S", _unquoted(text)):
            notices.append(
                f"{text!r} is one phrase;"
                " write AND or ANDNOT in capitals, and a comma for or"
            )
        for term in terms:
            notices += _term_notices(term)
    for pair in pairwise(alternatives):
        both = ", ".join(pair)
        if _SPLIT_NAME.search(both.translate(_STRAIGHT)):
            notices.append(
                f"{both!r} is two alternatives; one author is written as in au:Lewis,"
                ' or au:"Wei Wang"'
            )
    return notices


def _term_notices(term: Term) -> list[str]:
    """Return what may be meant otherwise by one term, if anything."""
    name = spelled(term.text.strip('"'))
    if term.field == "cat":
        if name == "*" or name in CATEGORIES:
            return []
        return [f"'cat:{name}': arXiv has no such category; {nearest(name)}"]
    if term.field == "ti" and "." in term.text and name in CATEGORIES:
        return [
            f"{term.text} is looked for in titles; write cat:{name} for the category"
        ]
    if re.fullmatch("[A-Z]{2,4}", term.text):
        return [
            f"{term.text} is found inside other words too;"
            f' write "{term.text}" for that word alone'
        ]
    return []
