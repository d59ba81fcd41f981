"""Where a run says what it did: log, annotations, outputs and job summary.

Workflow commands and files are those of
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands.
Whatever was fetched is data here: it gets no line, command, output or mention of its
own.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from .listing import cells, record
from .paper import PaperActionError, Revision
from .phrases import Outcome, headline, idle_keywords, remarks
from .text import escape

# The outputs of a job have 1 MiB on GitHub, where each sign counts as two bytes.
OUTPUT_LIMIT = 480_000
# The summary of a step has 1 MiB as well.
SUMMARY_LIMIT = 1_000_000


class Report:
    """Says what a run does, as the place wants it: a runner or a terminal."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.exit_code = 0
        self.is_scheduled = environ.get("GITHUB_EVENT_NAME") == "schedule"
        self._environ = environ
        self._is_runner = environ.get("GITHUB_ACTIONS") == "true"
        self._alerts: list[str] = []
        self._has_outputs = False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Fold what is said meanwhile into a group of the log."""
        print(f"::group::{name}" if self._is_runner else f"{name}:")
        try:
            yield
        finally:
            print("::endgroup::" if self._is_runner else "")

    def log(self, text: str) -> None:
        """Say one line in the log alone."""
        print(_line(text))

    def notice(self, texts: Iterable[str]) -> None:
        """Say, each once, what is good to know."""
        self._alert("notice", "NOTE", texts)

    def warn(self, texts: Iterable[str]) -> None:
        """Say, each once, what went wrong without stopping the run."""
        self._alert("warning", "WARNING", texts)

    def fail(self, error: PaperActionError) -> None:
        """Say why the run fails."""
        self.exit_code = error.exit_code
        self._annotate("error", str(error))
        self._tell_outputs(Revision(), {})
        parts = ["## The run failed", _shown(str(error))]
        self._tell("GITHUB_STEP_SUMMARY", self._summary(parts))

    def crash(self, error: Exception) -> None:
        """Say that the program itself is at fault, and where."""
        import traceback  # slow to import, and not needed before

        with self.step("For a bug report"):
            for part in traceback.format_exception(error):
                self.log(part)
        what = f"a fault of paper-action itself, please report it: {error!r}"
        self.fail(PaperActionError(what))

    def result(self, outcome: Outcome) -> None:
        """Say what became of the list, in the log, the outputs and the summary."""
        revision = outcome.revision
        self._tell_outputs(revision, outcome.matched)
        if outcome.settings.dry_run:
            for row in revision.rows:
                self.log(f"+ {row}")
        said = remarks(outcome)
        for remark in said:
            self.log(remark)
        self.notice(idle_keywords(outcome))
        title = headline(outcome)
        self._annotate("notice", title)
        parts = [f"## {_shown(title)}", *map(_shown, said), *self._links(outcome)]
        self._tell("GITHUB_STEP_SUMMARY", self._summary(parts, _table(outcome)))

    def _alert(self, kind: str, sign: str, texts: Iterable[str]) -> None:
        for text in texts:
            alert = f"> [!{sign}]\n> {_shown(text)}"
            if alert not in self._alerts:
                self._alerts.append(alert)
                self._annotate(kind, text)

    def _annotate(self, kind: str, text: str) -> None:
        """Say a notice, a warning or an error, to a runner as an annotation.

        Nobody is called to look at the notices of a scheduled run.
        """
        line = _line(text)
        is_notice = kind == "notice"
        if self._is_runner and not (is_notice and self.is_scheduled):
            line = line.replace("%", "%25")  # to a runner %0A is the end of a line
            print(f"::{kind}::{line}")
        elif is_notice:
            print(line)
        else:
            print(f"{kind}: {line}", file=sys.stderr)

    def _links(self, outcome: Outcome) -> list[str]:
        """Return links to the commit, and to the list in it if its place is known."""
        commit = outcome.revision.commit
        repository = self._environ.get("GITHUB_REPOSITORY")
        if not commit or not repository:
            return []
        home = f"{self._environ.get('GITHUB_SERVER_URL')}/{repository}"
        links = [f"[Commit {commit[:7]}]({home}/commit/{commit})"]
        if str(outcome.settings.root) in (".", self._environ.get("GITHUB_WORKSPACE")):
            path = quote(os.fsencode(outcome.settings.path))
            links.append(f"[The list]({home}/blob/{commit}/{path})")
        return links

    def _summary(self, parts: list[str], rows: Iterable[str] = ()) -> Iterator[str]:
        """Yield the summary; what asks for action stands before the long table."""
        lines = [f"{part}\n\n" for part in parts + self._alerts]
        lines += rows
        fitting = _fitting(lines, SUMMARY_LIMIT)
        yield from fitting
        if len(fitting) < len(lines):
            yield f"\n{len(lines) - len(fitting)} more did not fit here.\n"

    def _tell_outputs(
        self, revision: Revision, matched: Mapping[str, Sequence[str]]
    ) -> None:
        """Write the outputs, once: what was pushed stays told whatever comes later."""
        if self._has_outputs:
            return
        self._has_outputs = True
        self._tell("GITHUB_OUTPUT", _outputs(revision, matched))

    def _tell(self, name: str, lines: Iterable[str]) -> None:
        """Add lines to a file that a runner has; without one they are never made."""
        if self._environ.get(name):
            file = Path(self._environ[name])
            with file.open("a", encoding="utf-8", newline="\n") as out:
                out.writelines(lines)


def _line(text: str) -> str:
    """Return text as one printable line that a runner does not take for a command."""
    line = "".join(sign if sign.isprintable() else " " for sign in text).strip()
    if line.startswith("::"):
        line = f"·{line}"
    return line.replace("##[", "#·#[")


def _shown(text: str) -> str:
    """Return a line of Markdown that shows a text, whoever wrote it."""
    return escape(_line(text))


def _outputs(revision: Revision, matched: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the outputs as a runner reads them, each value between two borders."""
    ids = json.dumps([paper.id for paper in revision.added])
    papers = [
        json.dumps(record(paper) | {"matched": matched[paper.id][0]})
        for paper in revision.added
    ]
    values = {
        "added": len(papers),
        "ids": ids,
        "papers": f"[{', '.join(_fitting(papers, OUTPUT_LIMIT - len(ids)))}]",
        "changed": json.dumps(bool(revision.files)),
        "commit": revision.commit,
    }
    border = f"end-{os.urandom(16).hex()}"  # nobody who writes a title can know it
    for name, value in values.items():
        yield f"{name}<<{border}\n{value}\n{border}\n"


def _table(outcome: Outcome) -> Iterator[str]:
    """Yield the papers added as lines of a table."""
    columns = ("title", "abstract-folded", "authors")
    if outcome.revision.added:
        yield "| paper | authors | matched |\n| --- | --- | --- |\n"
    for paper in outcome.revision.added:
        title, abstract, authors = cells(paper, columns)
        keyword = _shown(outcome.matched[paper.id][0])
        yield f"| {title} {abstract} | {authors} | {keyword} |\n"


def _fitting(texts: Iterable[str], room: int) -> list[str]:
    """Return the first texts, as many as fit into so many bytes with commas between."""
    fitting = []
    for text in texts:
        room -= len(text.encode()) + len(", ")
        if room < 0:
            break
        fitting.append(text)
    return fitting
