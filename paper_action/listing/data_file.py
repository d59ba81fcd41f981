"""The data file: every added paper once more, for programs."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from paper_action.paper import ConfigError, Paper
from paper_action.settings import Settings
from paper_action.text import plain, split_paragraphs

from .files import line_ending, read_text, split_lines

Record = dict[str, str | list[str]]


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


def read_data_file(folder: Path, settings: Settings) -> str:
    """Return the text of the data file, empty where there is none.

    Raises ConfigError for a header that does not tell the papers apart.
    """
    name = settings.data_file
    text = read_text(folder, name, "data-file") if name else ""
    if text and _is_csv(settings) and {"id", "url"}.isdisjoint(_fields(text)):
        what = f"{name!r} needs a header with `id` or `url`, as in id,title,url"
        raise ConfigError("data-file", what)
    return text


def extended(text: str, papers: Sequence[Paper], settings: Settings) -> str:
    """Return the text of the data file with papers at its end."""
    ending = line_ending(text)
    records = [record(paper) for paper in papers]
    if not _is_csv(settings):
        lines = [json.dumps(each, ensure_ascii=False) + ending for each in records]
        return text + "".join(lines)
    if not text:
        text = ",".join(records[0]) + ending
    rows = StringIO(newline="")
    writer = csv.DictWriter(
        rows, _fields(text), extrasaction="ignore", lineterminator=ending
    )
    for each in records:
        joined = {name: "; ".join(each[name]) for name in ("authors", "categories")}
        writer.writerow(each | joined)
    return text + rows.getvalue()


def _is_csv(settings: Settings) -> bool:
    return settings.data_file.lower().endswith(".csv")


def _fields(text: str) -> list[str]:
    """Return the names in the header of a CSV file."""
    lines = split_lines(text.lstrip("\ufeff"))
    return next(csv.reader(lines[:1]))
