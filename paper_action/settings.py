"""Add the arXiv papers you care about to a Markdown table.

Each setting is a flag (--max-bytes), a variable (PAPER_ACTION_MAX_BYTES) and an
input of the action (max-bytes). A flag wins; what is empty is the default. The
token for the push is the variable PAPER_ACTION_TOKEN alone (default: none).
"""

# --help begins with the text above. A setting is declared once, as a field of Settings, and its
# value checked here, before anything is read from the network; every error names the setting and
# the text that will not do, and shows one that would.

import re
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from os.path import isfile  # Path.is_file raises for a name that is too long
from pathlib import Path
from posixpath import normpath
from typing import Any

from . import __version__, match
from .match import Keywords
from .paper import ConfigError, Paper
from .taxonomy import categories, nearest, spelled

PREFIX = "PAPER_ACTION_"
_TYPES = "new, cross, replace, replace-cross"
ANNOUNCE_TYPES = _TYPES.split(", ")
COLUMNS = "title, link, abstract, abstract-folded, authors, date, pdf, categories, comment, doi, id"
Words = tuple[str, ...]

_KEYWORDS = "multimodal, multi-modal, generative, llm"
_CATEGORY = r"[a-z-]{2,}(\.[a-z-]{2,})?"
_TEXT = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+"
_FILE = r"(?!/|\w:)[^\x00-\x1f]*[^\x00-\x1f/\\]"
_BRANCH = r"((refs/)?heads/)?+(?!(?-i:HEAD)$|refs/|[-./]|.*(\.\.|//|@\{))[^\s~^:?*[\\]+(?<![/.])"
_true = "true".__eq__
_branch = partial(re.sub, "^(refs/)?heads/", "")
_SECONDS = r"[0-9]{0,3}\.?[0-9]{1,3}"
_HTTP = r"https?://[^\s/?#@]+(/[^\s?#]*)?"


def _day(text: str) -> date:
    """Return the UTC day that a text names in the one form that cannot be misread."""
    with suppress(ValueError):
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    raise ValueError(f"{text!r} is not a day; write it like 2024-03-31")


def setting(default: str, about: str, shape: str = _TEXT, make: Callable[[str], Any] = str) -> Any:
    """Declare a setting: its default, its help, the pattern and the type of its text (or words)."""
    return default, f"{about} (default: {default or 'none'})", shape, make


class Settings:
    """What one run was asked to do, every value checked; ``now`` is the run's clock.

    Derived are ``saved_feed``, whether the feed is a file, which is then the only source,
    ``folder``, this table's part of the archive, relative to ``root``, with ``/``, ``today``, the
    UTC day of the run, and ``window``, the first and last day that were chosen, both included, or
    None. ``notices`` tell what may be meant otherwise, ``warnings`` what arXiv does not have.
    """

    now: datetime
    token: str = setting("", "for the push")
    categories: Words = setting("cs.IR", "arXiv's categories or archives", _CATEGORY, spelled)
    keywords: Keywords = setting(_KEYWORDS, "papers to keep, see below", make=Keywords.parse)
    exclude: Keywords | None = setting("", "papers to leave out", make=Keywords.parse)
    announce_types: Words = setting(_TYPES, "announcements that count", _TYPES)
    path: str = setting("README.md", "a Markdown file", rf"{_FILE}\.(md|markdown)", normpath)
    root: Path = setting(".", "the checkout to work in", make=Path)
    section: str = setting("", "name of the table's markers, like vision", r"\w+([ ._-]\w+)*")
    columns: Words = setting("title, link, abstract, authors", COLUMNS, COLUMNS)
    order: str = setting("append", "append or newest-first", "append, newest-first")
    max_bytes: int = setting("500000", "bytes to archive old rows at; 0 never", "[0-9]{1,9}", int)
    archive: str = setting("archive", "folder for them, below root", f"{_FILE}/*", normpath)
    data_file: str = setting("", "a file like papers.csv", rf"{_FILE}\.(csv|jsonl)", normpath)
    lookback_days: int = setting("7", "days to ask the API for; 0 never asks", "[0-9]{1,4}", int)
    since: date | None = setting("", "first UTC day to read, as 2024-03-31", make=_day)
    until: date | None = setting("", "last UTC day, as 2024-03-31", make=_day)
    tidy: bool = setting("false", "also make the rows anew", "true, false", _true)
    commit: bool = setting("false", "commit and push what changed", "true, false", _true)
    branch: str = setting("", "a name like main, if not the checked-out one", _BRANCH, _branch)
    commit_message: str = setting("Add {added} arXiv papers", "text, also with {ids}")
    dry_run: bool = setting("false", "show new rows, change nothing", "true, false", _true)
    feed_url: str = setting("https://rss.arxiv.org/atom", "address or file", rf"{_HTTP}|(?!.*:/).+")
    api_url: str = setting("https://export.arxiv.org/api/query", "the query API", _HTTP)
    delay: float = setting("3", "seconds between two requests", _SECONDS, float)
    timeout: float = setting("30", "seconds a request may stall", "(?=.*[1-9])" + _SECONDS, float)
    max_wait: float = setting("300", "seconds to wait for failing servers", _SECONDS, float)

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], now: datetime) -> None:
        """Read flags and variables; ConfigError for what will not do, alone or together."""
        texts = vars(parser(environ).parse_args(argv))
        texts["root"] = texts["root"].strip() or environ.get("GITHUB_WORKSPACE", "")
        vars(self).update({name: _read(name, text) for name, text in texts.items()}, now=now)
        self.saved_feed = "://" not in self.feed_url
        self.folder = Path(self.archive, self.section).as_posix()
        self.today = now.astimezone(UTC).date()
        self.window = (self.since, self.until or self.today) if self.since else None
        self.notices = self.keywords.notices + (self.exclude.notices if self.exclude else ())
        self.warnings = tuple(
            f"categories: arXiv has no {name!r}; {nearest(name)}"
            for name in self.categories
            if name not in categories()
        )
        for name, objected, why in _objections(self):
            if objected:
                raise ConfigError(name, why)

    def match(self, paper: Paper) -> tuple[str, ...]:
        """Return the alternatives that a paper matches; none when it is to be left out."""
        return () if self.exclude and self.exclude.match(paper) else self.keywords.match(paper)


def read_settings(argv: Sequence[str], environ: Mapping[str, str], now: datetime) -> Settings:
    """Return what flags and variables ask for; ConfigError for what will not do."""
    return Settings(argv, environ, now)


def _read(name: str, text: str) -> Any:
    """Return a setting's value; a text that will not do is told with one that would."""
    kind, (default, about, shape, make) = Settings.__annotations__[name], vars(Settings)[name]
    text = text.strip() or default
    if not text:
        return "" if kind is str else None
    words = text.replace(",", " ").split() or [text] if kind is Words else [text]
    is_choice = ", " in shape
    try:
        for word in words:
            if not re.fullmatch(shape.replace(", ", "|"), word, re.IGNORECASE):
                raise ValueError(f"{word!r} will not do: {shape if is_choice else about}")
        values = tuple(dict.fromkeys(make(word.lower() if is_choice else word) for word in words))
    except ValueError as error:
        raise ConfigError(name.replace("_", "-"), str(error)) from error
    return values if kind is Words else values[0]


def _objections(chosen: Settings) -> Iterator[tuple[str, object, str]]:
    """Yield what may not go together, or not with what is in ``root``: the setting, if so, why."""
    root, feed, saved = chosen.root, chosen.feed_url, chosen.saved_feed
    yield "root", not root.is_dir(), f"{str(root)!r} is not a folder; write . for this one"
    path, folder = located(root, chosen.path, "path"), located(root, chosen.archive, "archive")
    located(root, chosen.data_file, "data-file")
    clash = isfile(folder) or path.is_relative_to(folder)
    yield "archive", clash, f"{chosen.archive!r} is not a folder beside {chosen.path}; write old"
    nameless = {"title", "link", "pdf", "id"}.isdisjoint(chosen.columns)
    yield "columns", nameless, f"{', '.join(chosen.columns)!r} name no paper; add title"
    gone = saved and not isfile(feed)
    yield "feed-url", gone, f"{feed!r} is not a file; write https://rss.arxiv.org/atom"
    yield "since", saved and chosen.since, f"{feed!r} is the run's only source; leave since empty"
    yield "until", saved and chosen.until, f"{feed!r} is the run's only source; leave until empty"
    today = chosen.today
    first, last = chosen.window or (today, today)
    yield "since", first > today, f"'{first}' is in the future; write {today}"
    yield "until", last < first, f"'{last}' is before since; write {first}"
    alone = chosen.until and not chosen.since
    yield "until", alone, f"'{chosen.until}' needs a first day; write one like 2024-03-31 as since"


def located(root: Path, name: str, setting: str) -> Path:
    """Return a file's real place below ``root``, links followed; ConfigError if it lies outside."""
    top = root.resolve()
    target = (top / name).resolve()
    if target.is_relative_to(top) and ".git" not in map(str.lower, target.relative_to(top).parts):
        return target
    raise ConfigError(setting, f"{name!r} leads out of the checkout or into .git; write papers.md")


def parser(environ: Mapping[str, str]) -> ArgumentParser:
    """Return the command line: a flag for every setting but the token, its default the variable."""
    form = "%(prog)s [--SETTING VALUE] ..."
    top = ArgumentParser("python -m paper_action", form, __doc__, match.__doc__, allow_abbrev=False)
    top.formatter_class = partial(RawDescriptionHelpFormatter, width=80)
    top.add_argument("--version", action="version", version=f"paper-action {__version__}")
    top.set_defaults(token=environ.get(f"{PREFIX}TOKEN", ""))
    for name, kind in list(Settings.__annotations__.items())[2:]:  # neither clock nor token
        how: dict[str, Any] = {"nargs": "?", "const": "true"} if kind is bool else {}
        how |= {"default": environ.get(PREFIX + name.upper(), ""), "help": vars(Settings)[name][1]}
        top.add_argument(f"--{name.replace('_', '-')}", metavar="...", **how)
    return top
