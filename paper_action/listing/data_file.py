"""The data file: every added paper once more, for programs."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from paper_action.paper import ConfigError, Paper
from paper_action.settings import Settings
from paper_action.text import plain, split_paragraphs

from .files import line_ending, read_text

Record = dict[str, str | list[str]]

_FIELDS = (
    "id", "title", "abstract", "authors", "categories", "date", "url", "announce_type",
)  # fmt: skip
_HEADER_LIMIT = 50_000  # characters in which a header ends


def record(paper: Paper) -> Record:
    """Return a paper as programs get it, in plain text.

    The paragraphs of the abstract are an empty line apart.
    """
    paragraphs = [plain(text) for text in split_paragraphs(paper.abstract)]
    return {
        "id": paper.id,
        "title": plain(paper.title),
        "abstract": "\n\n".join(paragraphs),
        "authors": [plain(name) for name in paper.names],
        "categories": [*paper.categories],
        "date": paper.date.isoformat(),
        "url": paper.url,
        "announce_type": paper.announce_type,
    }


def check_data_file(folder: Path, settings: Settings) -> None:
    """Raise ConfigError if a data file is asked for that takes no papers."""
    if settings.data_file:
        extended(folder, [], settings)


def extended(folder: Path, papers: Sequence[Paper], settings: Settings) -> bytes:
    """Return the data file's content with papers added at its end.

    Raises ConfigError for a header that does not tell the papers apart.
    """
    name = settings.data_file
    text = read_text(folder, name, "data-file")
    records = [record(paper) for paper in papers]
    if name.lower().endswith(".jsonl"):
        added = _json_lines(records, line_ending(text))
    else:
        ending = line_ending(text)
        text = text or ",".join(_FIELDS) + ending
        header = StringIO(text[:_HEADER_LIMIT].lstrip("\ufeff"), newline="")
        fields = next(csv.reader(header))
        if fields.count("id") != 1:
            what = f"{name!r} needs a header with one `id`, as in id,title,url"
            raise ConfigError("data-file", what)
        added = _csv_rows(records, fields, ending)
    return (text + added).encode()


def _json_lines(records: Sequence[Record], ending: str) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + ending for each in records)


def _csv_rows(records: Sequence[Record], fields: Sequence[str], ending: str) -> str:
    """Return records as rows under a header; what it does not name is left out."""
    rows = StringIO(newline="")
    writer = csv.DictWriter(rows, fields, extrasaction="ignore", lineterminator=ending)
    for each in records:
        row = dict(each)
        row["authors"] = "; ".join(each["authors"])
        row["categories"] = "; ".join(each["categories"])
        writer.writerow(row)
    return rows.getvalue()
