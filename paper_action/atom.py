"""Parse arXiv's two dialects of Atom, the announcement feed and the query API's.

The parser takes neither entities nor DTDs nor the network, and does not recover: what was cut
off on its way must be an error and never a shorter list.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, TypeAlias

from lxml import etree

from .paper import Paper, SourceError, entry_id

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_PREAMBLE = re.compile(r"arXiv:\S+\s+Announce Type:\s*\S+\s+Abstract:\s?")
_NAME = re.compile(r"(?:[^,(]++|\((?:[^()]++|\([^()]*\))*+\)|\()++")  # A. One (Univ. X, Dept. Y)

# the children of an element by tag, in the order of the document
Children: TypeAlias = "dict[str, list[etree._Element]]"  # noqa: SLF001 (it has no public name)


class Feed(NamedTuple):
    """One document: its papers, the number of its entries, and what could not be read.

    ``total`` is the number of results the query API has in all, 0 in an announcement feed.
    """

    papers: list[Paper]
    entries: int
    total: int
    unreadable: list[str]


def parse(document: bytes) -> Feed:
    """Read one Atom document of arXiv's.

    Raises SourceError when the document is not whole, not Atom, or an error of arXiv's.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"not a whole Atom document: {error}", retry=True) from error
    if root.tag != _ATOM + "feed" or root.getroottree().docinfo.internalDTD is not None:
        raise SourceError("not an Atom feed", retry=True)
    about = _children(root)
    if _text(about, _ATOM + "title").startswith("Feed error"):
        raise SourceError(f"arXiv says: {_text(about, _ATOM + 'subtitle')[:500]}")
    papers, unreadable, entries = [], [], about[_ATOM + "entry"]
    total = re.fullmatch("[0-9]{1,9}", _text(about, _TOTAL))
    for number, element in enumerate(entries, 1):
        entry = _children(element)
        name = _text(entry, _ATOM + "id") or _text(entry, _ATOM + "title") or f"number {number}"
        if "/api/errors" in name:
            raise SourceError(f"arXiv says: {_text(entry, _ATOM + 'summary')[:500]}")
        try:
            papers.append(_paper(entry))
        except ValueError as error:
            unreadable.append(f"entry {name[:200]!r} skipped: {error}")
    return Feed(papers, len(entries), int(total[0]) if total else 0, unreadable)


def _children(element: etree._Element) -> Children:
    found: Children = defaultdict(list)
    for child in element:
        found[child.tag].append(child)
    return found


def _text(children: Children, tag: str) -> str:
    """Return the text of the first child with a tag."""
    return (children[tag][0].text or "").strip() if tag in children else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _paper(entry: Children) -> Paper:
    """Return the entry's record; ValueError when it has no usable ID, title or date."""
    identity, title = entry_id(_text(entry, _ATOM + "id")), _line(_text(entry, _ATOM + "title"))
    if not identity or not title:
        raise ValueError("it has no title" if identity else "its id names no paper")
    tags = entry[_ARXIV + "primary_category"] + entry[_ATOM + "category"]
    published = _text(entry, _ATOM + "published") or _text(entry, _ATOM + "updated")
    date = datetime.fromisoformat(published)
    if date.tzinfo is None:
        raise ValueError("its date has no timezone")
    return Paper(
        *identity,
        title=title,
        abstract=_PREAMBLE.sub("", _text(entry, _ATOM + "summary"), count=1),
        authors=tuple(filter(None, _authors(entry))),
        categories=tuple(filter(None, dict.fromkeys(tag.get("term", "").strip() for tag in tags))),
        announce_type=_text(entry, _ARXIV + "announce_type"),
        date=date,
        comment=_line(_text(entry, _ARXIV + "comment")),
        doi=_text(entry, _ARXIV + "DOI") or _text(entry, _ARXIV + "doi"),
    )


def _authors(entry: Children) -> Iterator[str]:
    """Yield the authors, each ``Name`` or ``Name (affiliation)``, as both dialects have them."""
    for creator in entry[_CREATOR]:
        names = _line(creator.text or "")
        yield from map(str.strip, _NAME.findall(names) if "(" in names else names.split(","))
    for author in entry[_ATOM + "author"]:
        places = [place.text for place in author.findall(_ARXIV + "affiliation") if place.text]
        where = f" ({', '.join(places)})" if places else ""
        yield _line((author.findtext(_ATOM + "name") or "") + where)
