"""The record that every part of the program passes on, arXiv's identifiers, and the errors.

The shapes of identifiers are those of https://info.arxiv.org/help/arxiv_identifier.html.
"""

import re
from dataclasses import dataclass
from datetime import datetime

_MONTH = r"\d\d(?:0[1-9]|1[0-2])"
_ID = rf"(?:[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]+)?/{_MONTH}\d{{3}}|{_MONTH}\.\d{{4,5}})"
_ENTRY = re.compile(rf"(?:oai:arXiv\.org:|https?://arxiv\.org/abs/)({_ID})(?:v(\d{{1,4}}))?")
LINK = re.compile(rf"https?://(?:[\w-]+\.)*[aA][rR][xX][iI][vV]\.org/(?:abs|pdf|html)/({_ID})(?:v\d+)?(?!\d)")
"""A link to one paper, any version, at arXiv or one of its subdomains; group 1 is the ID."""


class PaperActionError(Exception):
    """A failure the user can act on; its text is shown as it is."""

    exit_code = 1


class ConfigError(PaperActionError):
    """A setting, or the file it names, cannot be used as it stands."""

    exit_code = 2

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(f"{setting}: {message}")
        self.setting = setting


@dataclass(frozen=True, slots=True)
class Paper:
    """One announcement, its text as arXiv delivers it (TeX and all).

    ``id`` has no version and no subject class. An author is ``Name`` or ``Name (affiliation)``.
    The paragraphs of ``abstract`` begin with two blanks. ``date`` knows its timezone.
    """

    id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    primary: str
    announce_type: str
    date: datetime
    comment: str
    doi: str

    @property
    def url(self) -> str:
        """Address of the abstract page, without a version."""
        return f"https://arxiv.org/abs/{self.id}"

    @property
    def names(self) -> tuple[str, ...]:
        """The authors without their affiliations, and without the key to those at the list's end."""
        names = (author for author in self.authors if not author.startswith("("))
        return tuple(re.sub(r"\s*\([^()]*(?:\([^()]*\)[^()]*)*\)$", "", name) for name in names)


def canonical(identifier: str) -> str:
    """Return the identifier without the subject class: ``math.GT/0309136`` is ``math/0309136``."""
    return re.sub(r"\.[A-Za-z-]+/", "/", identifier)


def linked_ids(text: str) -> set[str]:
    """Return the papers that the links in a text lead to."""
    return {canonical(identifier) for identifier in LINK.findall(text)}


def entry_id(text: str) -> tuple[str, int] | None:
    """Return identifier and version named by an Atom entry's ``id``, or None."""
    found = _ENTRY.fullmatch(text)
    return (canonical(found[1]), int(found[2] or 1)) if found else None


def month(identifier: str) -> str:
    """Return the month an identifier stands for, as ``YYYY-MM``; arXiv began in 1991."""
    digits = identifier.rpartition("/")[2]
    return f"{'19' if digits[:2] >= '91' else '20'}{digits[:2]}-{digits[2:4]}"


def by_age(paper: Paper) -> tuple[str, str]:
    """Sort key that puts older identifiers first, old and new style alike."""
    return month(paper.id), paper.id
