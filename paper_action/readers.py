"""Readers of settings: each makes a value of a text, or tells what to write instead.

What a reader raises is a ValueError of one sentence, which begins with the text that
cannot be used and ends with one that could.
"""

import re
from collections.abc import Callable
from datetime import date
from os.path import isdir, isfile  # Path's own raise for some names
from pathlib import Path
from posixpath import normpath
from typing import Any

from .taxonomy import spelled

Reader = Callable[[str], Any]


# Readers of a kind


def shaped(make: Reader, pattern: str, objection: str) -> Reader:
    """Return a reader that makes a value of what fits a pattern."""

    def read(text: str) -> Any:
        refusal = ValueError(f"{text!r} {objection}")
        if not re.fullmatch(pattern, text):
            raise refusal
        try:
            return make(text)
        except ValueError:  # 2025-02-30 has the shape of a day, and is none
            raise refusal from None

    return read


def choice(*known: str) -> Reader:
    """Return a reader of one of some words, in any case."""
    pattern = "|".join(known)
    return shaped(str.lower, f"(?ai:{pattern})", f"is not one of {', '.join(known)}")


def words(read: Reader) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of words, each once, between commas, blanks or line ends."""

    def read_each(text: str) -> tuple[str, ...]:
        parts = text.replace(",", " ").split() or [text]
        return tuple(dict.fromkeys(map(read, parts)))

    return read_each


def optional(read: Reader, nothing: Any = "") -> Reader:
    """Return a reader for which an empty text is ``nothing``."""

    def read_any(text: str) -> Any:
        return read(text) if text else nothing

    return read_any


# Words

lines = shaped(
    str,
    r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*",
    "holds a character that cannot be seen; leave it out",
)
# A category or archive, also one that is not known: arXiv may have made it yesterday.
category = shaped(
    spelled,
    r"[A-Za-z-]{2,}(\.[A-Za-z-]{2,})?",
    "is not written as a category; write cs.IR, or math for all of it",
)
# The name of a marker pair, which names a folder of the archive too.
section = shaped(
    str, r"\w+([ .-]\w+)*", "cannot be a name; write letters and digits, such as vision"
)
# Whether it can be one is for git to say. Of another ref, such as a tag, git would make
# a branch.
branch = shaped(
    lambda text: text.removeprefix("refs/heads/"),
    r"(?!refs/(?!heads/))[^\x00-\x1f\x7f]*",
    "is not a branch; write a name like main",
)
boolean = shaped(
    lambda text: text.lower() == "true", "(?ai:true|false)", "is not one of true, false"
)


# Numbers and times

size = shaped(int, "[0-9]{1,9}", "is not a whole number up to 999999999; write 500000")
days = shaped(int, "[0-9]{1,4}", "is not a whole number up to 9999; write 7")
# Of very many seconds a clock makes an error.
_SECONDS = r"([0-9]{1,6}|[0-9]{0,6}\.[0-9]{1,6})"
seconds = shaped(
    float, _SECONDS, "is not a number of seconds; write 30, 0.5, or at most 999999"
)
some_seconds = shaped(
    float,
    f"(?=.*[1-9]){_SECONDS}",
    "is not a number of seconds above 0; write 30, 0.5, or at most 999999",
)
# A UTC day, in the one form that nobody can misread.
day = shaped(
    date.fromisoformat,
    "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "is not a day; write it like 2024-03-31",
)


# Places

# A server's, to which a question can be added.
address = shaped(
    str,
    r"(?i:https?)://[^\s/?#@]+(/[^\s?#]*)?",
    "is not a plain web address; write one like https://example.org/api",
)
# A path in the checkout: it does not begin elsewhere, and is no address.
_PATH = r"(?![/~]|[A-Za-z]:|.*://)[^\x00-\x1f\x7f\\]*"
_FORM = "in the repository; write its path there, with / between folders, such as"


def file(first: str, second: str, example: str) -> Reader:
    """Return a reader of the path of one file, which ends in one of two ways."""
    ending = rf"\.({first}|{second})"
    several = rf".*{ending}[\s,;]"  # goes on behind an ending, with another path
    return shaped(
        normpath,
        f"(?i:(?!{several}){_PATH}{ending})",
        f"is not one .{first} or .{second} file {_FORM} {example}",
    )


folder = shaped(normpath, _PATH, f"is not a folder {_FORM} papers/old")
markdown_file = file("md", "markdown", "docs/papers.md")
data_file = file("csv", "jsonl", "papers.csv")


def checkout(text: str) -> Path:
    """Read the folder to work in, which may lie anywhere."""
    if not isdir(text):
        raise ValueError(f"{text!r} is no folder; write . for this one")
    return Path(text)


def feed(text: str) -> Any:
    """Read the address of a server or the path of a file."""
    if "://" in text:
        return address(text)
    if not isfile(text):
        raise ValueError(f"{text!r} is not a file; write https://rss.arxiv.org/atom")
    return text
