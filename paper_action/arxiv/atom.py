"""Parse arXiv's two dialects of Atom, the announcement feed and the query API's.

The parser takes neither entities nor DTDs nor the network, and does not recover: what was cut
off on its way must be an error and never a shorter list.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from paper_action.paper import Paper, SourceError, entry_id

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_PREAMBLE = re.compile(r"arXiv:\S+\s+Announce Type:\s*\S+\s+Abstract:\s?")
_NAME = re.compile(r"(?:[^,(]++|\((?:[^()]++|\([^()]*\))*+\)|\()++")  # A. One (Univ. X, Dept. Y)


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
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"not a whole Atom document: {error}", retry=True) from error
    if root.tag != _ATOM + "feed" or root.getroottree().docinfo.internalDTD is not None:
        raise SourceError("not an Atom feed", retry=True)
    if root.findtext(_ATOM + "title", "").startswith("Feed error"):
        raise SourceError(f"arXiv says: {root.findtext(_ATOM + 'subtitle', '')[:500]}")
    papers, unreadable, entries = [], [], root.findall(_ATOM + "entry")
    total = re.fullmatch("[0-9]{1,9}", root.findtext("{*}totalResults", "").strip())
    for number, entry in enumerate(entries, 1):
        texts = defaultdict(str, {child.tag: (child.text or "").strip() for child in entry})
        name = texts[_ATOM + "id"] or texts[_ATOM + "title"] or f"number {number}"
        if "/api/errors" in name:
            raise SourceError(f"arXiv says: {texts[_ATOM + 'summary'][:500]}")
        try:
            papers.append(_paper(entry, texts))
        except ValueError as error:
            unreadable.append(f"entry {name[:200]!r} skipped: {error}")
    return Feed(papers, len(entries), int(total[0]) if total else 0, unreadable)


def _line(text: str) -> str:
    return " ".join(text.split())


def _paper(entry: etree._Element, texts: defaultdict[str, str]) -> Paper:
    """Return the entry's record; ValueError when it has no usable ID, title or date."""
    identity, title = entry_id(texts[_ATOM + "id"]), _line(texts[_ATOM + "title"])
    if not identity or not title:
        raise ValueError("it has no title" if identity else "its id names no paper")
    date = datetime.fromisoformat(texts[_ATOM + "published"] or texts[_ATOM + "updated"])
    if date.tzinfo is None:
        raise ValueError("its date has no timezone")
    abstract = _PREAMBLE.sub("", texts[_ATOM + "summary"], count=1)
    tags = *entry.iterchildren(_ARXIV + "primary_category"), *entry.iterchildren(_ATOM + "category")
    categories = tuple(filter(None, dict.fromkeys(tag.get("term", "").strip() for tag in tags)))
    authors = tuple(filter(None, map(_line, _authors(entry, texts))))
    kind, comment = texts[_ARXIV + "announce_type"], _line(texts[_ARXIV + "comment"])
    doi = texts[_ARXIV + "DOI"] or texts[_ARXIV + "doi"]
    return Paper(*identity, title, abstract, authors, categories, kind, date, comment, doi)


def _authors(entry: etree._Element, texts: defaultdict[str, str]) -> Iterator[str]:
    """Yield the authors, each ``Name`` or ``Name (affiliation)``, as both dialects have them."""
    names = _line(texts[_CREATOR])
    yield from _NAME.findall(names) if "(" in names else names.split(",")
    for author in () if names else entry.iterchildren(_ATOM + "author"):
        places = [place.text for place in author.findall(_ARXIV + "affiliation") if place.text]
        name = f"{author.findtext(_ATOM + 'name', '')} ({', '.join(places)})"
        yield name.removesuffix(" ()")
