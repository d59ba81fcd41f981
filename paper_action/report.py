"""Where a run says what it did: log, annotations, outputs and job summary.

Workflow commands and files are those of
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands.
Whatever was fetched is data here: it gets no line, command, output or mention of its
own.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from .listing import cells, record
from .paper import ConfigError, PaperActionError, Revision
from .phrases import Outcome, headline, idle_keywords, remarks
from .text import escape

# The variables that name the files in which a runner takes outputs and summary.
OUTPUTS = "GITHUB_OUTPUT"
SUMMARY = "GITHUB_STEP_SUMMARY"
# A job's outputs have 1 MiB on GitHub, in which each sign counts as two bytes.
OUTPUT_LIMIT = 480_000
# A step's summary has 1 MiB, which is shared out here, in bytes.
TABLE_LIMIT = 900_000
ALERT_LIMIT = 50_000


class Report:
    """Says what a run does, as the place wants it: a runner or a terminal."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.exit_code = 0
        self.is_scheduled = environ.get("GITHUB_EVENT_NAME") == "schedule"
        self._environ = environ
        self._is_runner = environ.get("GITHUB_ACTIONS") == "true"
        # What was pushed is reported as pushed, even if the run fails after that.
        self._outputs = partial(_outputs, Revision(), {}, "")
        self._warnings: list[str] = []
        self._notices: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Fold what is said meanwhile into a group of the log."""
        _print(f"::group::{name}" if self._is_runner else f"{name}:")
        try:
            yield
        finally:
            _print("::endgroup::" if self._is_runner else "")

    def log(self, text: str) -> None:
        """Say one line in the log alone."""
        _print(_no_command(_one_line(text)))

    def notice(self, texts: Iterable[str]) -> None:
        """Say, each once, what is good to know."""
        for text in texts:
            if text not in self._notices:
                self._notices.append(text)
                self._announce(text)

    def warn(self, texts: Iterable[str]) -> None:
        """Say, each once, what went wrong without stopping the run."""
        for text in texts:
            if text not in self._warnings:
                self._warnings.append(text)
                self._alarm("warning", text)

    def fail(self, error: Exception) -> None:
        """Say why the run fails."""
        self.exit_code = error.exit_code if isinstance(error, PaperActionError) else 1
        setting = error.setting if isinstance(error, ConfigError) else ""
        self._alarm("error", str(error), setting)
        self._tell(OUTPUTS, self._outputs)
        self._tell(SUMMARY, partial(self._page_of_failure, error))

    def crash(self, error: Exception) -> None:
        """Say that the program itself is at fault, and where."""
        with self.step("For a bug report"):
            for line in "".join(traceback.format_exception(error)).splitlines():
                self.log(line)
        what = f"{type(error).__name__}: {error}"
        self.fail(
            RuntimeError(f"a fault of paper-action itself, please report it: {what}")
        )

    def result(self, outcome: Outcome) -> None:
        """Say what became of the list, in the log, the outputs and the summary."""
        revision = outcome.revision
        self._outputs = partial(_outputs, revision, outcome.matched, outcome.commit)
        if outcome.settings.dry_run:
            for row in revision.rows:
                self.log(f"+ {row}")
        for remark in remarks(outcome):
            self.log(remark)
        idle = idle_keywords(outcome)
        if idle:
            self.notice([idle])
        self._announce(headline(outcome))
        self._tell(OUTPUTS, self._outputs)
        self._tell(SUMMARY, partial(self._page, outcome))

    def _announce(self, text: str) -> None:
        """Say a notice; it is an annotation where somebody waits for the run to end."""
        if self._is_runner and not self.is_scheduled:
            _print(f"::notice::{_escaped(_one_line(text))}")
        else:
            self.log(text)

    def _alarm(self, kind: str, text: str, title: str = "") -> None:
        """Say a warning or an error."""
        line = _one_line(text)
        if not self._is_runner:
            _print(f"{kind}: {line}", sys.stderr)
        elif title:
            _print(f"::{kind} title={title}::{_escaped(line)}")
        else:
            _print(f"::{kind}::{_escaped(line)}")

    def _alerts(self) -> list[str]:
        """Return every warning and notice as GitHub's Markdown has them."""
        alerts = [f"> [!WARNING]\n> {_shown(text)}" for text in self._warnings]
        alerts += [f"> [!NOTE]\n> {_shown(text)}" for text in self._notices]
        fitting = _fitting(alerts, ALERT_LIMIT)
        return [*fitting, *_rest(alerts, fitting)]

    def _links(self, outcome: Outcome) -> list[str]:
        """Return links to the commit, and to the list in it if its place is known."""
        commit = outcome.commit
        if not commit:
            return []
        server = self._environ.get("GITHUB_SERVER_URL")
        home = f"{server}/{self._environ.get('GITHUB_REPOSITORY')}"
        links = [f"[Commit {commit[:7]}]({home}/commit/{commit})"]
        tops = (".", self._environ.get("GITHUB_WORKSPACE"))
        if str(outcome.settings.root) in tops:
            path = quote(os.fsencode(outcome.settings.path))
            links.append(f"[The list]({home}/blob/{commit}/{path})")
        return links

    def _page(self, outcome: Outcome) -> str:
        """Return the summary of a run: what asks for action, then its long table."""
        parts = [f"## {_shown(headline(outcome))}"]
        parts += map(_shown, remarks(outcome))
        parts += self._links(outcome)
        parts += self._alerts()
        parts += _table(outcome)
        return _paragraphs(parts)

    def _page_of_failure(self, error: Exception) -> str:
        return _paragraphs(["## The run failed", _shown(str(error)), *self._alerts()])

    def _tell(self, name: str, text: Callable[[], str]) -> None:
        """Add to a file that a runner has; what cannot be told so fails the run.

        The text is made only where there is such a file: it takes its time.
        """
        path = self._environ.get(name)
        if not path:
            return
        try:
            with Path(path).open("a", encoding="utf-8", newline="\n") as file:
                file.write(text())
        except OSError as error:
            self.exit_code = 1
            self._alarm("error", f"{name} could not be written: {error}")


def _paragraphs(parts: Iterable[str]) -> str:
    return "".join(f"{part}\n\n" for part in parts)


def _print(line: str, stream: TextIO | None = None) -> None:
    """Print a line in the letters that a console has, which may not be all."""
    stream = stream or sys.stdout
    letters = stream.encoding or "utf-8"
    printable = line.encode(letters, "replace").decode(letters)
    print(printable, file=stream, flush=True)


def _one_line(text: str) -> str:
    """Return text without line ends, and signs that steer a console or turn words."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _no_command(line: str) -> str:
    """Return a line that a runner does not take for a command."""
    if line.lstrip().startswith("::"):
        line = f"·{line.lstrip()}"
    return line.replace("##[", "#·#[")


def _escaped(line: str) -> str:
    """Return the text of a command: a runner reads %0A as the end of a line."""
    return _no_command(line.strip()).replace("%", "%25")


def _shown(text: str) -> str:
    """Return a line of Markdown that shows a text, whoever wrote it."""
    return escape(_one_line(text).strip())


def _outputs(
    revision: Revision, matched: Mapping[str, Sequence[str]], commit: str
) -> str:
    """Return the outputs as a runner reads them, each value between two borders."""
    ids = json.dumps([paper.id for paper in revision.added])
    papers = [
        json.dumps(record(paper) | {"matched": matched[paper.id][0]})
        for paper in revision.added
    ]
    shown = _fitting(papers, OUTPUT_LIMIT - len(ids))
    values = {
        "added": str(len(papers)),
        "ids": ids,
        "papers": f"[{', '.join(shown)}]",
        "changed": json.dumps(bool(revision.files)),
        "commit": commit,
    }
    border = f"end-{os.urandom(16).hex()}"  # nobody who writes a title can know it
    lines = [f"{name}<<{border}\n{value}\n{border}\n" for name, value in values.items()]
    return "".join(lines)


def _table(outcome: Outcome) -> list[str]:
    """Return the papers added, if any, as a table, as many as a summary holds."""
    columns = ("title", "abstract", "authors")
    rows = []
    for paper in outcome.revision.added:
        title, abstract, authors = cells(paper, columns, folded=True)
        keyword = _shown(outcome.matched[paper.id][0])
        rows.append(f"| {title} {abstract} | {authors} | {keyword} |")
    if not rows:
        return []
    fitting = _fitting(rows, TABLE_LIMIT)
    head = ["| paper | authors | matched |", "| --- | --- | --- |"]
    return ["\n".join(head + fitting), *_rest(rows, fitting)]


def _fitting(parts: Sequence[str], room: int) -> list[str]:
    """Return the first parts, as many as fit, with two bytes between them."""
    fitting = []
    for part in parts:
        room -= len(part.encode()) + 2
        if room < 0:
            break
        fitting.append(part)
    return fitting


def _rest(parts: Sequence[str], fitting: Sequence[str]) -> list[str]:
    """Return a sentence on the parts that did not fit, if there are any."""
    left = len(parts) - len(fitting)
    return [f"{left} more did not fit here."] if left else []
