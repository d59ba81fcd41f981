"""Readers of settings: each makes a value of a text, or tells what to write instead.

What a reader raises is a ValueError of one sentence, which begins with the text that
cannot be used and ends with one that could.
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from posixpath import normpath
from typing import Any

from .taxonomy import spelled

Reader = Callable[[str], Any]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


# Words


def line(text: str) -> str:
    """Read one line of any text."""
    if _CONTROL.search(text):
        raise ValueError(
            f"{text!r} holds a character that cannot be seen; leave it out"
        )
    return text


def lines(text: str) -> str:
    """Read any text, of several lines too."""
    line(re.sub(r"[\t\r\n]", " ", text))
    return text


def secret(text: str) -> str:
    """Read a text that no error may show."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError("it holds a character that no token has; copy it once more")
    return text


def boolean(text: str) -> bool:
    """Read true or false."""
    return choice("true", "false")(text) == "true"


def choice(*known: str) -> Callable[[str], str]:
    """Return a reader of one of some words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in known:
            raise ValueError(f"{text!r} is not one of {', '.join(known)}")
        return text.lower()

    return read


def words(read: Reader) -> Reader:
    """Return a reader of words, each once, between commas, blanks or line ends."""

    def read_each(text: str) -> tuple[Any, ...]:
        parts = text.replace(",", " ").split()
        if not parts:
            parts = [text]
        return tuple(dict.fromkeys(read(part) for part in parts))

    return read_each


def category(text: str) -> str:
    """Read a category or archive; arXiv may have made it yesterday."""
    if not re.fullmatch(r"[A-Za-z-]{2,}(\.[A-Za-z-]{2,})?", text):
        raise ValueError(
            f"{text!r} is not written as a category; write cs.IR, or math for all of it"
        )
    return spelled(text)


def section(text: str) -> str:
    """Read the name of a marker pair, which names a folder of the archive too."""
    if not re.fullmatch(r"\w+([ .-]\w+)*", text):
        raise ValueError(
            f"{text!r} cannot be a name; write letters and digits, such as vision"
        )
    return text


def branch(text: str) -> str:
    """Read the name of a branch; whether it can be one is for git to say."""
    name = re.sub("^(refs/)?heads/", "", line(text))
    if name.startswith("refs/"):  # a tag, say: git would make a branch of that name
        raise ValueError(f"{text!r} is not a branch; write a name like main")
    return name


# Numbers and days


def whole_number(most: int, example: int) -> Callable[[str], int]:
    """Return a reader of the numbers from 0 to the largest one that makes sense."""

    def read(text: str) -> int:
        is_short = len(text) <= len(str(most))
        if not (is_short and re.fullmatch("[0-9]+", text)):
            raise ValueError(
                f"{text!r} is not a whole number up to {most}; write {example}"
            )
        return int(text)

    return read


def seconds(text: str) -> float:
    """Read a length of time."""
    if not re.fullmatch(r"[0-9]{0,6}\.?[0-9]{1,6}", text):
        raise ValueError(f"{text!r} is not a number of seconds; write 30, or 0.5")
    return float(text)


def some_seconds(text: str) -> float:
    """Read a length of time that is one."""
    if seconds(text) == 0:
        raise ValueError(f"{text!r} leaves no time for an answer; write 30")
    return seconds(text)


def day(text: str) -> date:
    """Read a UTC day, in the one form that nobody can misread."""
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:  # the form is right, but a month has no such day
        pass
    raise ValueError(f"{text!r} is not a day; write it like 2024-03-31")


# Places


def address(text: str) -> str:
    """Read the address of a server, to which a question can be added."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text, re.IGNORECASE):
        raise ValueError(
            f"{text!r} is not a plain web address; write one like https://example.org/api"
        )
    return text


def feed(text: str) -> str:
    """Read the address of a server or the path of a file."""
    return address(text) if "://" in text else line(text)


def checkout(text: str) -> Path:
    """Read the folder to work in, which may lie anywhere."""
    return Path(line(text))


def folder(text: str) -> str:
    """Read a folder's place in the checkout."""
    return normpath(_place(text, "papers/old"))


def markdown_file(text: str) -> str:
    """Read a Markdown file's place in the checkout."""
    if re.search(r"\.(md|markdown)[\s,;]+\S", text, re.IGNORECASE):
        raise ValueError(
            f"{text!r} is more than one file; write one, since a run keeps one list"
        )
    return _file(text, (".md", ".markdown"), "docs/papers.md")


def data_file(text: str) -> str:
    """Read a data file's place in the checkout."""
    return _file(text, (".csv", ".jsonl"), "papers.csv")


def _file(text: str, endings: tuple[str, str], example: str) -> str:
    _place(text, example)
    if not text.lower().endswith(endings):
        known = " or ".join(endings)
        raise ValueError(f"{text!r} does not end in {known}; write {example}")
    return normpath(text)


def _place(text: str, example: str) -> str:
    """Return the path of what is to lie in the checkout."""
    where = f"write its place in the repository, such as {example}"
    if "://" in text:
        raise ValueError(f"{text!r} is a web address; {where}")
    if re.match(r"/|~|[A-Za-z]:", text):
        raise ValueError(f"{text!r} begins outside the repository; {where}")
    if "\\" in text:
        raise ValueError(
            f"{text!r} has a backslash; write / between folders, as in {example}"
        )
    return line(text)
