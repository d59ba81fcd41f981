"""Every setting, declared once: for the command line, the environment and ``action.yml``."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import __version__
from .match import Keywords
from .paper import ConfigError
from .table import COLUMNS

PREFIX = "PAPER_ACTION_"
ANNOUNCE_TYPES = ("new", "cross", "replace", "replace-cross")
_GROUPS = {"categories": "which papers", "path": "the table", "commit": "the commit", "feed_url": "the sources"}
_KEYWORDS = "multimodal, multi-modal, generative, llm"
_CATEGORY = r"(?i:[a-z]+(-[a-z]+)?(\.([a-z]{2}|[a-z]+(-[a-z]+)?))?)"
_ADDRESS = r"https?://[^\s/?#@]+(/[^\s?#]*)?"
_EXAMPLES = """examples:
  python -m paper_action --categories cs.IR,cs.CL --keywords '"RAG"' --dry-run
  python -m paper_action --feed-url saved.xml --path papers.md
"""


def _like(pattern: str, what: str, make: Callable[[str], Any] = str) -> Callable[[str], Any]:
    """Return a parser of text that has a shape."""

    def parse(text: str) -> Any:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} is not {what}")
        return make(text)

    return parse


def _words(pattern: str, what: str, make: Callable[[str], str] = str) -> Callable[[str], Any]:
    """Return a parser of words, between commas or blanks, that each have a shape."""
    word = _like(pattern, what, make)
    return lambda text: tuple(dict.fromkeys(map(word, text.replace(",", " ").split() or [text])))


def _one_of(names: Sequence[str]) -> tuple[str, str]:
    return "|".join(names), f"one of {', '.join(names)}"


def _category(word: str) -> str:
    archive, dot, subject = word.lower().partition(".")
    return archive + dot + (subject.upper() if len(subject) == 2 else subject)


def _columns(text: str) -> tuple[str, ...]:
    found: tuple[str, ...] = _words(*_one_of(COLUMNS))(text)
    if {"title", "link", "pdf", "id"} & set(found):
        return found
    raise ValueError(f"{text!r} has no title, link, pdf or id, by which a paper is known again")


def _day(text: str) -> datetime | None:
    """Return the UTC day's first moment."""
    if not text:
        return None
    from dateutil import parser

    try:
        moment = parser.parse(text, default=_today()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a date") from error
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _today() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _feed(text: str) -> str:
    if "://" not in text and Path(text).is_file():
        return text
    return str(_like(_ADDRESS, "an http(s) address or a file")(text))


def _exclude(text: str) -> Keywords | None:
    return Keywords.parse(text) if text else None


_categories = _words(_CATEGORY, "an arXiv category (cs.IR) or archive (math)", _category)
_announce_types = _words(*_one_of(ANNOUNCE_TYPES))
_boolean = _like(r"(?i:true|false)", "true or false", lambda text: text.lower() == "true")
_whole = _like(r"[0-9]{1,9}", "a whole number", int)
_days = _like(r"[0-9]{1,4}", "a number of days", int)
_seconds = _like(r"[0-9]{1,6}(\.[0-9]*)?|\.[0-9]+", "a number of seconds", float)
_stall = _like(r"(?=.*[1-9])([0-9]{1,6}(\.[0-9]*)?|\.[0-9]+)", "a number of seconds", float)
_section = _like(r"(\w+([ .-]\w+)*)?", "a name of letters, digits and single ' ', '-', '.'")
_branch = _like(r"(?![-/.])((?!\.\.|//|@\{)[^\s~^:?*\[\\\x00-\x1f])*(?<![/.])", "a branch")
_message = _like(r"(?s)(?=.*\S)[^\x00-\x08\x0b-\x1f]*", "a commit message")
_address = _like(_ADDRESS, "an http or https address")
_order = _like(*_one_of(("append", "newest-first")))


def setting(default: str, parse: Callable[[str], Any], about: str) -> Any:
    """Declare a setting: its default as text, the function that reads the text, and its help."""
    return field(metadata={"default": default, "parse": parse, "about": about})


@dataclass(frozen=True, slots=True)
class Settings:
    """What one run was asked to do, every value checked."""

    categories: tuple[str, ...] = setting("cs.IR", _categories, "arXiv categories or archives (cs.IR, math, hep-th)")
    keywords: Keywords = setting(_KEYWORDS, Keywords.parse, "which papers to keep, between commas; * keeps all")
    exclude: Keywords | None = setting("", _exclude, "papers to leave out, same grammar")
    announce_types: tuple[str, ...] = setting(", ".join(ANNOUNCE_TYPES), _announce_types, "which announcements count")
    lookback_days: int = setting("7", _days, "days the query API is asked for; 0 never asks")
    since: datetime | None = setting("", _day, "first UTC day to read instead of the feed")
    until: datetime | None = setting("", _day, "last UTC day to read instead of the feed")
    path: str = setting("README.md", str, "Markdown file with the table, relative to root")
    root: Path = setting(".", Path, "the checkout to work in")
    section: str = setting("", _section, "name of a marker pair, for several tables in a file")
    columns: tuple[str, ...] = setting("title, link, abstract, authors", _columns, f"from: {', '.join(COLUMNS)}")
    order: str = setting("append", _order, "append or newest-first")
    max_bytes: int = setting("500000", _whole, "file size past which the oldest rows are archived; 0 never")
    archive: str = setting("archive", str, "folder for them, relative to root")
    tidy: bool = setting("false", _boolean, "also mend the table that is there")
    commit: bool = setting("false", _boolean, "commit and push what changed")
    branch: str = setting("", _branch, "where to push; the checked-out branch if none")
    commit_message: str = setting("Add {added} arXiv papers", _message, "{added} and {ids} are filled in")
    token: str = setting("", str, "for the push over HTTPS; from the environment alone")
    dry_run: bool = setting("false", _boolean, "show the new rows and change nothing")
    feed_url: str = setting("https://rss.arxiv.org/atom", _feed, "announcement feed, or a saved Atom file, used alone")
    api_url: str = setting("https://export.arxiv.org/api/query", _address, "the query API")
    delay: float = setting("3", _seconds, "seconds between two requests")
    timeout: float = setting("30", _stall, "seconds a single request may stall")
    max_wait: float = setting("300", _seconds, "seconds to wait for failing servers in all")

    @classmethod
    def load(cls, argv: Sequence[str] | None, environ: Mapping[str, str]) -> "Settings":
        """Read flags and environment; raise ConfigError for a value that cannot be used."""
        given = vars(parser().parse_args(argv))
        values = {}
        for one in fields(cls):
            text = (given.get(one.name) or environ.get(PREFIX + one.name.upper(), "")).strip()
            if one.name == "root":
                text = text or environ.get("GITHUB_WORKSPACE", "")
            try:
                values[one.name] = one.metadata["parse"](text or one.metadata["default"])
            except ValueError as error:
                raise ConfigError(dashed(one.name), str(error)) from error
        return cls(**values)

    def __post_init__(self) -> None:
        if not self.root.is_dir():
            raise ConfigError("root", f"{str(self.root)!r} is not a folder")
        file, folder = self.located(self.path, "path"), self.located(self.archive, "archive")
        if file.exists() and not file.is_file():
            raise ConfigError("path", f"{self.path!r} is not a file")
        if (folder.exists() and not folder.is_dir()) or file.is_relative_to(folder):
            raise ConfigError("archive", f"{self.archive!r} is not a folder beside {self.path!r}")
        if self.since and self.until and self.until < self.since:
            raise ConfigError("until", f"{self.until:%Y-%m-%d} is before {self.since:%Y-%m-%d}")
        if self.saved_feed and (self.since or self.until):
            raise ConfigError("since", f"the saved feed {self.feed_url!r} would be the only source")

    @property
    def saved_feed(self) -> bool:
        """Whether the feed is a file, which is then the only source."""
        return "://" not in self.feed_url

    @property
    def folder(self) -> str:
        """This table's part of the archive, relative to ``root``, with ``/``."""
        return "/".join([*Path(self.archive).parts, *([self.section] if self.section else [])])

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """First and last UTC day to ask the query API for, or None."""
        if self.since or self.until:
            return self.since or datetime(1991, 1, 1, tzinfo=UTC), self.until or _today()
        if self.lookback_days and not self.saved_feed:
            return _today() - timedelta(days=self.lookback_days), _today()
        return None

    def located(self, name: str, setting: str = "archive") -> Path:
        """Return a file's real place below ``root``; ConfigError if it lies outside."""
        top = self.root.resolve()
        place = top.parent if "\0" in name else (top / name).resolve()
        inside = place.is_relative_to(top) and not Path(name).is_absolute()
        if not inside or ".git" in (part.lower() for part in place.relative_to(top).parts):
            raise ConfigError(setting, f"{name!r} leads outside the checkout or into .git")
        return place


def dashed(name: str) -> str:
    """Return a setting's name as users write it."""
    return name.replace("_", "-")


def parser() -> argparse.ArgumentParser:
    """Return the command line: a flag for every setting but the token."""
    top = argparse.ArgumentParser(
        "python -m paper_action",
        description="Add the arXiv papers you care about to a Markdown table.\n"
        f"Each flag is also the variable {PREFIX}<NAME>; the token is only that.",
        epilog=_EXAMPLES,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=80),
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"paper-action {__version__}")
    group: argparse._ActionsContainer = top
    for one in fields(Settings):
        if one.name in _GROUPS:
            group = top.add_argument_group(_GROUPS[one.name])
        about = f"{one.metadata['about']} (default: {one.metadata['default'] or 'none'})"
        more: dict[str, Any] = {"nargs": "?", "const": "true"} if one.metadata["parse"] is _boolean else {}
        if one.name != "token":
            group.add_argument("--" + dashed(one.name), metavar="…", help=about, **more)
    return top
