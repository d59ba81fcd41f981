"""Add the arXiv papers you care about to a Markdown table.

Each setting is a flag (--max-bytes), a variable (PAPER_ACTION_MAX_BYTES) and an
input of the action (max-bytes). A flag wins; what is empty is the default. The
token for the push is the variable PAPER_ACTION_TOKEN alone (default: none).
"""

# --help begins with the text above. A setting is declared once, as a field of Settings,
# and its value checked here, before anything is read from the network.

import re
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from os.path import isfile  # Path's own raises for some names
from pathlib import Path
from typing import Any, NamedTuple

from . import __version__, match, readers
from .match import Keywords
from .paper import ConfigError, Paper
from .places import located
from .readers import Reader, choice, whole_number, words
from .taxonomy import CATEGORIES, nearest

PREFIX = "PAPER_ACTION_"
ANNOUNCE_TYPES = ("new", "cross", "replace", "replace-cross")
COLUMNS = """
title link abstract abstract-folded authors date pdf categories comment doi id code
""".split()
# A row tells by one of these which paper it is of.
TELLING = frozenset({"title", "link", "pdf", "id"})
_FIRM = "\u00a0"  # a blank at which no line ends


class Setting(NamedTuple):
    """A setting as it is declared.

    ``read`` makes its value of a text, or raises ValueError. An empty default, also
    None, is the value itself.
    """

    default: str | None
    about: str
    read: Reader


# A declaration stands where its field would have a value, of whatever type.
setting: Callable[[str | None, str, Reader], Any] = Setting


class Settings(NamedTuple):
    """What one run was asked to do, every value checked; ``now`` is the run's clock.

    What stands for defaults are the declarations: ``read_settings`` gives every value.
    """

    now: datetime
    token: str = setting("", "for the push", readers.secret)
    categories: tuple[str, ...] = setting(
        "cs.IR", "arXiv's categories or archives", words(readers.category)
    )
    keywords: Keywords = setting(
        "multimodal, multi-modal, generative, llm",
        "papers to keep, see below",
        Keywords.parse,
    )
    exclude: Keywords | None = setting(None, "papers to leave out", Keywords.parse_any)
    announce_types: tuple[str, ...] = setting(
        ", ".join(ANNOUNCE_TYPES),
        "announcements that count",
        words(choice(*ANNOUNCE_TYPES)),
    )
    path: str = setting("README.md", "a Markdown file", readers.markdown_file)
    root: Path = setting(".", "the checkout to work in", readers.checkout)
    section: str = setting(
        "", "name of the table's markers, like vision", readers.section
    )
    columns: tuple[str, ...] = setting(
        "title, link, abstract, authors", ", ".join(COLUMNS), words(choice(*COLUMNS))
    )
    order: str = setting(
        "append", "append or newest-first", choice("append", "newest-first")
    )
    max_bytes: int = setting(
        "500000",
        "bytes to archive old rows at; 0 never",
        whole_number(999_999_999, example=500_000),
    )
    archive: str = setting("archive", "folder for them, below root", readers.folder)
    data_file: str = setting("", "a file like papers.csv", readers.data_file)
    lookback_days: int = setting(
        "7",
        "how many days of submissions a new list begins with, and how far before its"
        " note's day the query API is asked; 0 never",
        whole_number(9999, example=7),
    )
    since: date | None = setting(
        None, "first UTC day to read, as 2024-03-31", readers.day
    )
    until: date | None = setting(None, "last UTC day, as 2024-03-31", readers.day)
    tidy: bool = setting("false", "also make the rows anew", readers.boolean)
    commit: bool = setting("false", "commit and push what changed", readers.boolean)
    branch: str = setting(
        "", "a name like main, if not the checked-out one", readers.branch
    )
    commit_message: str = setting(
        "Add {added} arXiv papers", "text, also with {ids}", readers.lines
    )
    dry_run: bool = setting("false", "show new rows, change nothing", readers.boolean)
    feed_url: str = setting(
        "https://rss.arxiv.org/atom", "address or file", readers.feed
    )
    api_url: str = setting(
        "https://export.arxiv.org/api/query", "the query API", readers.address
    )
    delay: float = setting("3", "seconds between two requests", readers.seconds)
    timeout: float = setting("30", "seconds a request may stall", readers.some_seconds)
    max_wait: float = setting(
        "300", "seconds to wait for failing servers", readers.seconds
    )

    @property
    def today(self) -> date:
        """The UTC day of the run."""
        return self.now.astimezone(UTC).date()

    @property
    def window(self) -> tuple[date, date] | None:
        """The days that were chosen, the last one included; None where none were."""
        if not self.since:
            return None
        return self.since, self.until or self.today

    @property
    def saved_feed(self) -> bool:
        """Whether the feed is a file, which is then the only source."""
        return "://" not in self.feed_url

    @property
    def folder(self) -> str:
        """This table's part of the archive, relative to ``root``, with ``/``."""
        return Path(self.archive, self.section).as_posix()

    @property
    def notices(self) -> list[str]:
        """What may be meant otherwise than it is read."""
        told = [f"keywords: {notice}" for notice in self.keywords.notices]
        if self.exclude:
            told += [f"exclude: {notice}" for notice in self.exclude.notices]
        return told

    @property
    def warnings(self) -> list[str]:
        """Categories that arXiv does not have, as far as is known here."""
        return [
            f"categories: arXiv has no {name!r}; {nearest(name)}"
            for name in self.categories
            if name not in CATEGORIES
        ]

    def __repr__(self) -> str:
        """Show everything but the token."""
        shown = self._replace(token="")
        return f"Settings({shown._asdict()})"

    def match(self, paper: Paper) -> tuple[str, ...]:
        """Return the alternatives that a paper matches; none if it is left out."""
        if self.excludes(paper):
            return ()
        return self.keywords.match(paper)

    def excludes(self, paper: Paper) -> bool:
        """Tell whether a paper is to be left out, whatever it matches."""
        return bool(self.exclude and self.exclude.match(paper))


DECLARED: dict[str, Setting] = Settings._field_defaults


def read_settings(
    argv: Sequence[str], environ: Mapping[str, str], now: datetime
) -> Settings:
    """Return what flags and variables ask for; ConfigError for what cannot be done."""
    if any(word.partition("=")[0] == "--token" for word in argv):
        raise ConfigError("token", f"it has no flag; set the variable {PREFIX}TOKEN")
    written = vars(parser(environ).parse_args(_joined(argv)))
    written["token"] = environ.get(f"{PREFIX}TOKEN", "")
    written["root"] = written["root"].strip() or environ.get("GITHUB_WORKSPACE", "")
    values = {name: _value(name, text) for name, text in written.items()}
    settings = Settings(now=now, **values)
    _check_columns(settings)
    _check_places(settings)
    _check_days(settings)
    return settings


def parser(environ: Mapping[str, str]) -> ArgumentParser:
    """Return the command line: a flag for each setting, its default the variable."""
    top = ArgumentParser(
        prog="python -m paper_action",
        usage="%(prog)s [--SETTING VALUE] ...",
        description=__doc__,
        epilog=match.__doc__,
        allow_abbrev=False,
        formatter_class=partial(_HelpFormatter, width=80),
    )
    top.add_argument(
        "--version", action="version", version=f"paper-action {__version__}"
    )
    for name, declared in DECLARED.items():
        if name == "token":  # no flag: other users of a machine can see those
            continue
        flag = top.add_argument(
            f"--{_public(name)}",
            default=environ.get(PREFIX + name.upper(), ""),
            metavar="...",
            help=f"{declared.about} {_default(declared)}",
        )
        if declared.read is readers.boolean:  # the flag alone means true
            flag.nargs = "?"
            flag.const = "true"
    return top


def _joined(argv: Sequence[str]) -> list[str]:
    """Return the words with = before a value like -survey, which is no flag."""
    flags = {f"--{_public(name)}" for name in DECLARED}
    words: list[str] = []
    for word in argv:
        if words and words[-1] in flags and re.match("-[^-]", word) and word != "-h":
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def _default(declared: Setting) -> str:
    """Return what --help says of a setting's default, in one piece."""
    return f"(default: {declared.default or 'none'})".replace(" ", _FIRM)


class _HelpFormatter(RawDescriptionHelpFormatter):
    """Breaks lines at blanks, but not within a default."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        import textwrap  # not needed but for --help

        lines = textwrap.wrap(text, width, break_on_hyphens=False)
        return [line.replace(_FIRM, " ") for line in lines]


def _public(name: str) -> str:
    """Return a setting's name as users write it."""
    return name.replace("_", "-")


def _value(name: str, written: str) -> Any:
    """Return the value of a setting that is written so, or not at all."""
    declared = DECLARED[name]
    text = written.strip() or declared.default
    if not text:
        return text
    try:
        return declared.read(text)
    except ValueError as error:
        raise ConfigError(_public(name), str(error)) from error


def _check_columns(settings: Settings) -> None:
    """Raise ConfigError where no column would tell which paper a row is of."""
    if TELLING.isdisjoint(settings.columns):
        names = ", ".join(settings.columns)
        raise ConfigError("columns", f"{names!r} do not tell papers apart; add title")


def _check_places(settings: Settings) -> None:
    """Raise ConfigError for places that are not there, not ours, or not apart."""
    root = settings.root
    if not root.is_dir():
        raise ConfigError("root", f"{str(root)!r} is no folder; write . for this one")
    path = located(root, settings.path, "path")
    archive = located(root, settings.archive, "archive")
    located(root, settings.data_file, "data-file")
    if isfile(archive):
        raise ConfigError(
            "archive", f"{settings.archive!r} is a file; write the name of a folder"
        )
    if path.is_relative_to(archive):
        raise ConfigError(
            "archive",
            f"{settings.archive!r} holds the list itself; write another, such as old",
        )
    if settings.saved_feed and not isfile(settings.feed_url):
        default = DECLARED["feed_url"].default
        raise ConfigError(
            "feed-url", f"{settings.feed_url!r} is not a file; write {default}"
        )


def _check_days(settings: Settings) -> None:
    """Raise ConfigError for a window that cannot be read."""
    since = settings.since
    until = settings.until
    today = settings.today
    form = "write a day like 2024-03-31"
    if until and not since:
        raise ConfigError("until", f"'{until}' needs a since; {form} there")
    if not since:
        return
    if settings.saved_feed:
        raise ConfigError(
            "since", f"'{since}' cannot be read from a saved feed; leave it empty"
        )
    if since > today:
        raise ConfigError(
            "since", f"'{since}' is in the future; {form}, {today} at most"
        )
    if until and until < since:
        raise ConfigError(
            "until", f"'{until}' is before since; {form}, {since} at least"
        )
