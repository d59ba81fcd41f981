"""Add the arXiv papers you care about to a Markdown table.

Each setting is a flag (--max-bytes), a variable (PAPER_ACTION_MAX_BYTES) and an
input of the action (max-bytes). A flag wins; what is empty is the default. The
token for the push is the variable PAPER_ACTION_TOKEN alone (default: none).
"""

# --help begins with the text above. A setting is declared once, as a field of Settings,
# and its value checked here, before anything is read from the network.

from argparse import ArgumentParser, RawTextHelpFormatter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from os.path import isfile  # Path's own raises for some names
from pathlib import Path
from typing import Any, NamedTuple

from . import __version__, match, readers
from .match import Keywords
from .paper import ConfigError, Paper
from .places import located
from .readers import Reader, choice, optional, words
from .taxonomy import CATEGORIES, nearest

PREFIX = "PAPER_ACTION_"
ANNOUNCE_TYPES = ("new", "cross", "replace", "replace-cross")
_COLUMNS = (
    "title, link, abstract, abstract-folded, authors, date,\n"
    "pdf, categories, comment, doi, id, code"
)
COLUMNS = words(str)(_COLUMNS)
# A row tells by one of these which paper it is of.
TELLING = frozenset({"title", "link", "pdf", "id"})


def _columns(text: str) -> tuple[str, ...]:
    """Read columns, one of which at least tells which paper a row is of."""
    names = words(choice(*COLUMNS))(text)
    if TELLING.isdisjoint(names):
        raise ValueError(f"{text!r} do not tell papers apart; add title")
    return names


class Setting(NamedTuple):
    """A setting as it is declared.

    ``read`` makes its value of a text, or raises ValueError; the default is a text like
    any other. ``about`` is for --help, in lines of 56 signs at most.
    """

    default: str
    about: str
    read: Reader


def setting(default: str, about: str, read: Reader) -> Any:
    """Declare a setting where its field, of whatever type, would have a value."""
    return Setting(default, about, read)


class Settings(NamedTuple):
    """What one run was asked to do, every value checked; ``now`` is the run's clock.

    What stands for defaults are the declarations: ``read_settings`` gives every value.
    """

    now: datetime
    token: str
    categories: tuple[str, ...] = setting(
        "cs.IR", "arXiv's categories or archives", words(readers.category)
    )
    keywords: Keywords = setting(
        "multimodal, multi-modal, generative, llm",
        "papers to keep, see below",
        Keywords.parse,
    )
    exclude: Keywords = setting("", "papers to leave out", Keywords.parse_any)
    announce_types: tuple[str, ...] = setting(
        ", ".join(ANNOUNCE_TYPES),
        "announcements that count",
        words(choice(*ANNOUNCE_TYPES)),
    )
    path: str = setting("README.md", "a Markdown file", readers.markdown_file)
    root: Path = setting(".", "the checkout to work in", readers.checkout)
    section: str = setting(
        "", "name of the table's markers, like vision", optional(readers.section)
    )
    columns: tuple[str, ...] = setting(
        "title, link, abstract, authors", _COLUMNS, _columns
    )
    order: str = setting(
        "append", "append or newest-first", choice("append", "newest-first")
    )
    max_bytes: int = setting(
        "500000", "bytes to archive old rows at; 0 never", readers.size
    )
    archive: str = setting("archive", "folder for them, below root", readers.folder)
    data_file: str = setting("", "a file like papers.csv", optional(readers.data_file))
    lookback_days: int = setting(
        "7",
        "how many days of submissions a new list begins with, and\n"
        "how far before its note's day the query API is asked; 0\n"
        "never",
        readers.days,
    )
    since: date | None = setting(
        "", "first UTC day to read, as 2024-03-31", optional(readers.day, None)
    )
    until: date | None = setting(
        "", "last UTC day, as 2024-03-31", optional(readers.day, None)
    )
    tidy: bool = setting("false", "also make the rows anew", readers.boolean)
    commit: bool = setting("false", "commit and push what changed", readers.boolean)
    branch: str = setting(
        "", "a name like main, if not the checked-out one", optional(readers.branch)
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
        wanted = [f"keywords: {notice}" for notice in self.keywords.notices]
        unwanted = [f"exclude: {notice}" for notice in self.exclude.notices]
        return wanted + unwanted

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
        return bool(self.exclude.match(paper))


DECLARED: dict[str, Setting] = Settings._field_defaults


def read_settings(
    argv: Sequence[str], environ: Mapping[str, str], now: datetime
) -> Settings:
    """Return what flags and variables ask for; ConfigError for what cannot be done."""
    token = _token(argv, environ)
    written = vars(parser(environ).parse_args(argv))
    written["root"] = written["root"].strip() or environ.get("GITHUB_WORKSPACE", "")
    values = {name: _value(name, text) for name, text in written.items()}
    settings = Settings(now=now, token=token, **values)
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
        formatter_class=RawTextHelpFormatter,
    )
    top.add_argument(
        "--version", action="version", version=f"paper-action {__version__}"
    )
    for name, declared in DECLARED.items():
        flag = top.add_argument(
            f"--{_public(name)}",
            default=environ.get(PREFIX + name.upper(), ""),
            metavar="...",
            help=_help(declared),
        )
        if declared.read is readers.boolean:  # the flag alone means true
            flag.nargs = "?"
            flag.const = "true"
    return top


def _help(declared: Setting) -> str:
    """Return what --help says of a setting, in lines of 56 signs."""
    default = f"(default: {declared.default or 'none'})"
    text = f"{declared.about} {default}"
    if len(text.splitlines()[-1]) > 56:
        return f"{declared.about}\n{default}"
    return text


def _token(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the token, which no message shows.

    It has no flag, since other users of a machine can see those.
    """
    if any(word.startswith("--token") for word in argv):
        raise ConfigError("token", f"it has no flag; set the variable {PREFIX}TOKEN")
    token = environ.get(f"{PREFIX}TOKEN", "").strip()
    if not (token.isascii() and token.isprintable()):
        raise ConfigError(
            "token", "it holds a character that no token has; copy it once more"
        )
    return token


def _public(name: str) -> str:
    """Return a setting's name as users write it."""
    return name.replace("_", "-")


def _value(name: str, written: str) -> Any:
    """Return the value of a setting that is written so, or not at all."""
    declared = DECLARED[name]
    try:
        return declared.read(written.strip() or declared.default)
    except ValueError as error:
        raise ConfigError(_public(name), str(error)) from error


def _check_places(settings: Settings) -> None:
    """Raise ConfigError for places that are not ours, or not apart."""
    root = settings.root
    path = located(root, settings.path, "path")
    archive = located(root, settings.archive, "archive")
    located(root, settings.data_file, "data-file")
    if isfile(archive) or path.is_relative_to(archive):
        raise ConfigError(
            "archive",
            f"{settings.archive!r} is a file, or holds the list itself; write a folder"
            " of its own, such as old",
        )


def _check_days(settings: Settings) -> None:
    """Raise ConfigError for a window that cannot be read."""
    form = "write a day like 2024-03-31"
    if settings.until and not settings.since:
        raise ConfigError("until", f"'{settings.until}' needs a since; {form} there")
    if not settings.window:
        return
    since, until = settings.window
    if settings.saved_feed:
        raise ConfigError(
            "since", f"'{since}' cannot be read from a saved feed; leave it empty"
        )
    last = min(until, settings.today)
    if since > last:
        raise ConfigError(
            "since", f"'{since}' is after the last day to read; {form}, {last} at most"
        )
