"""Readers of settings: each makes a value of a text, or tells what to write instead.

What a reader raises is a ValueError of one sentence, which begins with the text that
cannot be used and ends with one that could.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from posixpath import normpath
from typing import Any, TypeVar

from .taxonomy import spelled

Reader = Callable[[str], Any]
Value = TypeVar("Value")


# Readers of a kind


def shaped(
    make: Callable[[str], Value], pattern: str, objection: str
) -> Callable[[str], Value]:
    """Return a reader that makes a value of what fits a pattern."""

    def read(text: str) -> Value:
        if re.fullmatch(pattern, text):
            with suppress(ValueError):  # 2025-02-30 has the shape of a day, and is none
                return make(text)
        raise ValueError(f"{text!r} {objection}")

    return read


def whole_number(most: int, example: int) -> Callable[[str], int]:
    """Return a reader of the numbers from 0 to the largest one, which is all nines."""
    digits = len(str(most))
    objection = f"is not a whole number up to {most}; write {example}"
    return shaped(int, f"[0-9]{{1,{digits}}}", objection)


def choice(*known: str) -> Callable[[str], str]:
    """Return a reader of one of some words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in known:
            raise ValueError(f"{text!r} is not one of {', '.join(known)}")
        return text.lower()

    return read


def words(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of words, each once, between commas, blanks or line ends."""

    def read_each(text: str) -> tuple[str, ...]:
        parts = text.replace(",", " ").split() or [text]
        return tuple(dict.fromkeys(map(read, parts)))

    return read_each


# Words

# A text of one line, and one of several.
_UNSEEN = "holds a character that cannot be seen; leave it out"
_ONE_LINE = r"[^\x00-\x1f\x7f]*"
line = shaped(str, _ONE_LINE, _UNSEEN)
lines = shaped(str, r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*", _UNSEEN)
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


def secret(text: str) -> str:
    """Read a text that no error may show."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError("it holds a character that no token has; copy it once more")
    return text


def boolean(text: str) -> bool:
    """Read true or false."""
    return choice("true", "false")(text) == "true"


def branch(text: str) -> str:
    """Read the name of a branch; whether it can be one is for git to say."""
    name = re.sub("^(refs/)?heads/", "", line(text))
    if name.startswith("refs/"):  # a tag, say: git would make a branch of that name
        raise ValueError(f"{text!r} is not a branch; write a name like main")
    return name


# Times

# A UTC day, in the one form that nobody can misread.
day = shaped(
    date.fromisoformat,
    "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "is not a day; write it like 2024-03-31",
)
seconds = shaped(
    float, r"[0-9]{0,6}\.?[0-9]{1,6}", "is not a number of seconds; write 30, or 0.5"
)


def some_seconds(text: str) -> float:
    """Read a length of time that is one."""
    length = seconds(text)
    if length == 0:
        raise ValueError(f"{text!r} leaves no time for an answer; write 30")
    return length


# Places

# The folder to work in, which may lie anywhere.
checkout = shaped(Path, _ONE_LINE, _UNSEEN)
# A server's, to which a question can be added.
address = shaped(
    str,
    r"(?i:https?)://[^\s/?#@]+(/[^\s?#]*)?",
    "is not a plain web address; write one like https://example.org/api",
)


def feed(text: str) -> str:
    """Read the address of a server or the path of a file."""
    return address(text) if "://" in text else line(text)


def folder(text: str) -> str:
    """Read a folder's place in the checkout."""
    return _place(text, example="papers/old")


def markdown_file(text: str) -> str:
    """Read a Markdown file's place in the checkout."""
    if re.search(r"\.(md|markdown)[\s,;]+\S", text, re.IGNORECASE):
        raise ValueError(
            f"{text!r} is more than one file; write one, since a run keeps one list"
        )
    return _file(text, (".md", ".markdown"), example="docs/papers.md")


def data_file(text: str) -> str:
    """Read a data file's place in the checkout."""
    return _file(text, (".csv", ".jsonl"), example="papers.csv")


def _file(text: str, endings: tuple[str, str], example: str) -> str:
    place = _place(text, example)
    if not text.lower().endswith(endings):
        known = " or ".join(endings)
        raise ValueError(f"{text!r} does not end in {known}; write {example}")
    return place


def _place(text: str, example: str) -> str:
    """Return the path, in its plainest form, of what is to lie in the checkout."""
    where = f"write its place in the repository, such as {example}"
    if "://" in text:
        raise ValueError(f"{text!r} is a web address; {where}")
    if re.match(r"/|~|[A-Za-z]:", text):
        raise ValueError(f"{text!r} begins outside the repository; {where}")
    if "\\" in text:
        raise ValueError(
            f"{text!r} has a backslash; write / between folders, as in {example}"
        )
    return normpath(line(text))
