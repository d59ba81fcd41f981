"""The ground: records of papers and of what a run read and did, identifiers, errors.

The shapes of identifiers are those of
https://info.arxiv.org/help/arxiv_identifier.html.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

_MONTH = r"\d\d(?:0[1-9]|1[0-2])"  # its year first
_ARCHIVE = r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]+)?"  # perhaps with a subject class
ID = rf"(?:{_ARCHIVE}/{_MONTH}\d{{3}}|{_MONTH}\.\d{{4,5}})"
_ARXIV = r"(?:[\w-]+\.)*arxiv\.org/(?:abs|pdf|html|format)/"
_DOI = r"(?:dx\.|www\.)?doi\.org/10\.48550/arxiv\."
_OTHER = r"(?:www\.)?(?:huggingface\.co/papers|alphaxiv\.org/abs)/"
# GitHub makes a link of www., too. Each alternative begins with a sign of its own, so
# that the search goes from one such sign to the next.
_BEGIN = r"h(?i:ttps?://)|H(?i:ttps?://)|w(?<=\bw)ww\."
# A link to one paper, any version; group 1 is the ID.
LINK = re.compile(
    rf"(?:{_BEGIN})(?i:{_ARXIV}|{_DOI}|{_OTHER})({ID})(?:v\d+)?(?!\d)", re.ASCII
)
# An affiliation behind a name, which may have brackets of its own.
_AFFILIATION = re.compile(r"\s*\([^()]*(?:\([^()]*\)[^()]*)*\)$")


class PaperActionError(Exception):
    """A failure the user can act on; its text is shown as it is."""

    exit_code = 1


class ConfigError(PaperActionError):
    """A setting, or the file it names, cannot be used as it stands."""

    exit_code = 2

    def __init__(self, setting: str, message: str) -> None:
        # Python shows a text with signs before its quotes and backslashes; nobody wrote
        # those.
        as_written = message.replace("\\'", "'").replace("\\\\", "\\")
        super().__init__(f"{setting}: {as_written}")


class SourceError(PaperActionError):
    """A source could not be read."""


class PassingSourceError(SourceError):
    """A source could not be read now; asking again may help.

    ``after`` are the seconds until then, 0 where the server has not said so.
    """

    def __init__(self, message: str, after: float = 0) -> None:
        super().__init__(message)
        self.after = after


class RefusalError(SourceError):
    """A source was reached and says that it will not do what it was asked."""


class PushError(PaperActionError):
    """The commit could not be made or pushed."""


class Paper(NamedTuple):
    """One announcement, its text as arXiv delivers it (TeX and all).

    ``id`` has no version and no subject class. An author is ``Name`` or
    ``Name (affiliation)``. The first of the ``categories`` is the primary one. The
    paragraphs of ``abstract`` begin with two blanks. ``date`` knows its timezone.
    """

    id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
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
        """The authors without their affiliations.

        A key to affiliations, which some lists end with, is no author.
        """
        authors = [author for author in self.authors if not author.startswith("(")]
        return tuple(_AFFILIATION.sub("", author) for author in authors)


class Cursor(NamedTuple):
    """How far arXiv was read: the newest ID announced by then, and the UTC day."""

    id: str
    day: date

    def precedes(self, identifier: str) -> bool:
        """Tell whether a paper was announced later: arXiv gives IDs in that order."""
        return by_age(identifier) > by_age(self.id)

    def is_ahead_of(self, today: date) -> bool:
        """Tell whether it was mistyped: nothing is announced before its time."""
        return max(month(self.id), self.day) > today


class Reading(NamedTuple):
    """What arXiv gave, and what is missing.

    ``papers`` has every announced or missed paper once, in the order of rows,
    ``records`` those that were asked for by ID. ``entries`` counts what the feed had.
    ``cursor`` is how far both sources were read, None where that is not known.
    ``failures`` tell what could not be read, ``warnings`` what else is wrong with it.
    With ``lacks_days``, some of the days that were chosen are missing.
    """

    papers: Sequence[Paper]
    records: Mapping[str, Paper]
    entries: int
    cursor: Cursor | None
    failures: Sequence[str]
    warnings: Sequence[str] = ()
    lacks_days: bool = False


class Revision(NamedTuple):
    """What a run did to the list.

    ``files`` are the paths that were written, relative to ``root``, with ``/``; a dry
    run writes none. ``rows`` are the Markdown rows of ``added``, in the same order.
    ``had`` counts the papers that were listed before, ``listed`` those among the papers
    handed in; ``moved`` and ``tidied`` count rows. ``place`` says where the new rows
    stand, for people: file and line. With ``made_file`` the Markdown file was not there
    before. ``notes`` are for the log, ``warnings`` for everybody. ``commit`` is the SHA
    that was pushed, and ``new_branch`` the branch that was made for it.
    """

    files: tuple[str, ...] = ()
    added: Sequence[Paper] = ()
    rows: Sequence[str] = ()
    had: int = 0
    listed: int = 0
    moved: int = 0
    tidied: int = 0
    place: str = ""
    made_file: bool = False
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
    commit: str = ""
    new_branch: str = ""


def counted(number: int, thing: str) -> str:
    """Return a number of things in words: 1 paper, 2 papers."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def canonical(identifier: str) -> str:
    """Return an identifier without subject class: math/0309136 for math.GT/0309136."""
    archive, slash, number = identifier.rpartition("/")
    return archive.partition(".")[0] + slash + number


def linked_ids(text: str) -> list[str]:
    """Return the papers that the links in a text lead to, in their order."""
    return [canonical(identifier) for identifier in LINK.findall(text)]


def month(identifier: str) -> date:
    """Return the first day of the month that an identifier stands for."""
    return date.fromisoformat(f"{_year_and_month(identifier)}01")


def by_age(identifier: str) -> tuple[str, str]:
    """Sort key that puts older identifiers first, old and new style alike."""
    return _year_and_month(identifier), identifier


def _year_and_month(identifier: str) -> str:
    """Return what an identifier's number begins with, the year in full: 200309."""
    number = identifier.rpartition("/")[2]
    century = "19" if number >= "91" else "20"  # arXiv began in 1991
    return century + number[:4]
