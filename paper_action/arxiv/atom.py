"""Parse arXiv's two dialects of Atom, the announcement feed and the query API's.

The parser takes neither entities nor DTDs nor the network, and does not recover: what
was cut off on its way must be an error and never a shorter list.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import NamedTuple

from lxml import etree

from paper_action.paper import (
    ID,
    ConfigError,
    Paper,
    PaperActionError,
    PassingSourceError,
    RefusalError,
    canonical,
)

_ATOM = "{http://www.w3.org/2005/Atom}"

# An entry's own name: a mirror's host is another one, what follows is not.
_ENTRY = re.compile(rf"(?:oai:arXiv\.org:|\S*/abs/)({ID})(?:v(\d{{1,4}}))?", re.ASCII)
# What an announcement's summary begins with, before the abstract.
_PREAMBLE = re.compile(r"^arXiv:\S+\s+Announce Type:\s*\S+\s+Abstract:\s?")
# A name of several, which has commas in brackets alone: A. One (Univ. X, Dept. Y). The
# brackets may hold others, and one that is never closed is none.
_NAME = re.compile(r"(?:[^,(]+|\((?:[^()]|\([^()]*\))*\)|\()+")
# How arXiv begins to say that it has no such category.
_BAD_CATEGORY = ("Bad archive", "Bad subject", "Bad categor")

# What is in an entry, by name without namespace: no name of arXiv's means two things.
# (lxml gives the type of an element no public name.)
_Children = dict[str, list["etree._Element"]]  # noqa: SLF001


class Feed(NamedTuple):
    """One document: its papers, and why some entries are none.

    ``total`` is the number of results the query API has in all, 0 in an announcement.
    """

    papers: Sequence[Paper]
    unreadable: Sequence[str]
    total: int

    @property
    def entries(self) -> int:
        """How many the document has, readable or not."""
        return len(self.papers) + len(self.unreadable)


def parse(document: bytes) -> Feed:
    """Read one Atom document of arXiv's.

    Raises PassingSourceError when the document is not whole or not Atom, RefusalError
    when it is an error of arXiv's, and ConfigError when that is about a category.
    """
    reader = etree.iterparse(
        BytesIO(document), tag=_ATOM + "entry", resolve_entities=False, no_network=True
    )
    papers = []
    unreadable = []
    for children in _entries(reader):
        name = _text(children, "id") or _text(children, "title")
        if "/api/errors" in name:
            raise _refusal(_text(children, "summary"))
        try:
            papers.append(_paper(children))
        except (ValueError, OverflowError) as error:
            unreadable.append(f"{name[:200]!r}: {error}")
    _check(reader.root)
    feed = Feed(papers, unreadable, _total(reader.root))
    if feed.total and not feed.entries:
        raise PassingSourceError(f"an empty page of {feed.total} results")
    return feed


def _entries(reader: etree.iterparse) -> Iterator[_Children]:
    """Yield what is in each entry; raise PassingSourceError for what is no whole XML.

    An entry is let go when the next one is read: a feed has thousands.
    """
    try:
        for _, entry in reader:
            yield _children(entry)
            entry.clear()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PassingSourceError(f"not a whole Atom document: {error}") from error


def _check(root: etree._Element) -> None:
    """Raise an error for a document that is no feed, or tells of an error."""
    has_dtd = root.getroottree().docinfo.internalDTD is not None
    if root.tag != _ATOM + "feed" or has_dtd:
        raise PassingSourceError("not an Atom feed")
    if root.findtext(_ATOM + "title", "").startswith("Feed error"):
        raise _refusal(root.findtext(_ATOM + "subtitle", ""))


def _refusal(words: str) -> PaperActionError:
    """Return an error that tells arXiv's own words."""
    words = _line(words)[:500]
    message = f"arXiv says: {words}"
    if words.startswith(_BAD_CATEGORY):
        return ConfigError("categories", message)
    return RefusalError(message)


def _total(root: etree._Element) -> int:
    """Return how many results there are in all, 0 where no number says so."""
    text = root.findtext("{*}totalResults", "").strip()
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def _children(entry: etree._Element) -> _Children:
    """Return the elements of an entry by their names, those of one name in order."""
    children: _Children = {}
    for child in entry.iterchildren("*"):
        name = child.tag.rpartition("}")[2]
        children.setdefault(name, []).append(child)
    return children


def _text(children: _Children, name: str) -> str:
    """Return the text of the first element of a name, empty where there is none."""
    if name not in children:
        return ""
    return _text_of(children[name][0])


def _text_of(element: etree._Element) -> str:
    """Return an element's text, with that of elements inside it."""
    text = element.text or ""
    if len(element):
        text = "".join(map(str, element.itertext()))
    return text.strip()


def _line(text: str) -> str:
    return " ".join(text.split())


def _paper(children: _Children) -> Paper:
    """Return an entry's record; ValueError when it has no usable ID, title or date."""
    identity = _ENTRY.fullmatch(_text(children, "id"))
    if not identity:
        raise ValueError("its id names no paper")
    title = _line(_text(children, "title"))
    if not title:
        raise ValueError("it has no title")
    published = _text(children, "published")
    return Paper(
        id=canonical(identity[1]),
        version=int(identity[2] or 1),
        title=title,
        abstract=_PREAMBLE.sub("", _text(children, "summary")),
        authors=_authors(children),
        categories=_categories(children),
        announce_type=_text(children, "announce_type"),
        date=_moment(published or _text(children, "updated")),
        comment=_line(_text(children, "comment")),
        doi=_text(children, "DOI") or _text(children, "doi"),
    )


def _moment(text: str) -> datetime:
    """Return the moment that a text names in any form, by UTC if it tells no zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        from dateutil import parser  # slow to import, and seldom needed

        # A zone's name alone would be read by this machine's clock: its offset counts.
        moment = parser.parse(text[:100], tzinfos=lambda _name, offset: offset)
    if moment.utcoffset() is None:  # ValueError for an offset of more than a day
        return moment.replace(tzinfo=UTC)
    return moment


def _categories(children: _Children) -> tuple[str, ...]:
    """Return an entry's categories, each once, the primary one first."""
    tags = [*children.get("primary_category", ()), *children.get("category", ())]
    terms = dict.fromkeys(tag.get("term", "").strip() for tag in tags)
    terms.pop("", None)
    return tuple(terms)


def _authors(children: _Children) -> tuple[str, ...]:
    """Return an entry's authors, each ``Name`` or ``Name (affiliation)``."""
    if "creator" in children:
        line = _line(", ".join(map(_text_of, children["creator"])))
        names = _NAME.findall(line) if "(" in line else line.split(",")
    else:
        names = [_line(_author(author)) for author in children.get("author", ())]
    return tuple(name.strip() for name in names if name.strip())


def _author(author: etree._Element) -> str:
    """Return an author of the query API, with the affiliations in brackets."""
    name = author.findtext("{*}name", "")
    places = author.itertext("{*}affiliation", with_tail=False)
    affiliation = ", ".join(map(str, places))
    return f"{name} ({affiliation})" if affiliation else name
