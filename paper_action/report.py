"""Say what a run did: outputs, job summary, log and annotations.

Workflow commands and files are those of
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands.
Whatever was fetched is data here: it gets no line, command or output of its own.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from .listing import Revision
from .paper import ConfigError, Paper, PaperActionError
from .settings import Settings
from .table import cell, head
from .text import escape, line, plain, split_paragraphs

OUTPUT_LIMIT = 480_000  # UTF-16 units of two bytes: under GitHub's 1 MiB for a job's outputs
WARNINGS = 500  # shown in the summary, which they must not fill
SUMMARY_LIMIT = 1_000_000  # bytes, under GitHub's 1 MiB for a step's summary
_COLOURS = {"error": "31", "warning": "33", "notice": "32", "+": "32"}
_QUIET = (
    "A quiet day is normal: arXiv announces from Sunday to Thursday evening (US Eastern), "
    "nothing on Saturdays, Sundays and its holidays.\n\n"
)


class Report:
    """Collects what a run says, and says it in the way of the place it runs in."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.exit_code = 0
        self._environ, self._actions = environ, environ.get("GITHUB_ACTIONS") == "true"
        self._headline, self._commit, self._changed, self._group = "Nothing new", "", False, False
        self._warnings: list[str] = []
        self._counts: dict[str, int | str] = {}
        self._added: list[tuple[Paper, str]] = []

    def step(self, name: str = "") -> None:
        """Begin a group of the log, or end the last one."""
        if self._actions and self._group:
            print("::endgroup::")
        if self._actions and name:
            print(f"::group::{name}", flush=True)
        self._group = bool(name)

    def log(self, text: str) -> None:
        """Say one line."""
        self._say("", text)

    def count(self, name: str, number: int | str) -> None:
        """Note a number for the log and the summary."""
        self._counts[name] = number
        self.log(f"{name}: {number}")

    def warn(self, text: str) -> None:
        """Say what went wrong without stopping the run."""
        self._warnings.append(text)
        self._say("warning", text)

    def fail(self, error: PaperActionError) -> None:
        """Say why the run fails."""
        self.step()
        self.exit_code, self._headline = error.exit_code, f"The run failed: {error}"
        self._say("error", str(error), error.setting if isinstance(error, ConfigError) else "")

    def result(self, revision: Revision, matched: Mapping[str, str], commit: str, settings: Settings) -> None:
        """Note what became of the list, and say it."""
        self._added = [(paper, matched[paper.id]) for paper in revision.added]
        self._changed, self._commit = bool(revision.files) and not settings.dry_run, commit
        for row in revision.rows if settings.dry_run else []:
            self._say("+", row)
        self.count("already listed", revision.listed)
        self.count("added", len(revision.added))
        rest = [("moved to the archive", revision.moved), ("mended", revision.mended)]
        for what, number in rest:
            self.count(what, number)
        if revision.warning:
            self.warn(revision.warning)
        if self._added:
            self._headline = f"{len(self._added)} new paper{'s' if len(self._added) > 1 else ''}"
        self._headline += "".join(f", {number} rows {what}" for what, number in rest if number)
        self.step()
        where = f"would go to {settings.path}" if settings.dry_run else f"in {settings.path}"
        self._say("notice", f"{self._headline} {where}" + (f", commit {commit}" if commit else ""))

    def close(self) -> None:
        """Write outputs and summary, where the runner has files for them."""
        for name, text in (("GITHUB_OUTPUT", self._outputs), ("GITHUB_STEP_SUMMARY", self._summary)):
            if self._environ.get(name):
                with Path(self._environ[name]).open("a", encoding="utf-8", newline="\n") as file:
                    file.write(text())

    def _outputs(self) -> str:
        ids = json.dumps([paper.id for paper, _ in self._added])
        records = [json.dumps(_record(paper, keyword)) for paper, keyword in self._added]
        fitting = _fitting(records, OUTPUT_LIMIT - len(ids))
        if fitting < len(records):
            self.warn(f"the output `papers` holds only the first {fitting} papers")
        papers, changed = f"[{', '.join(records[:fitting])}]", str(self._changed).lower()
        values = {"added": len(records), "ids": ids, "papers": papers, "changed": changed, "commit": self._commit}
        border = f"end-{os.urandom(16).hex()}"  # nobody who writes a title can know it
        return "".join(f"{name}<<{border}\n{value}\n{border}\n" for name, value in values.items())

    def _summary(self) -> str:
        top = f"## {line(self._headline)}\n\n" + ("" if self._added or self.exit_code else _QUIET)
        end = "".join(f"> [!WARNING]\n> {line(text)}\n\n" for text in self._warnings[:WARNINGS])
        if len(self._warnings) > WARNINGS:
            end += f"The log has {len(self._warnings) - WARNINGS} more warnings.\n\n"
        end += "".join(head(("what", "number"), "\n"))
        end += "".join(f"| {name} | {number} |\n" for name, number in self._counts.items())
        rows = [_summary_row(paper, keyword) for paper, keyword in self._added]
        fitting = _fitting(rows, SUMMARY_LIMIT - len((top + end).encode()) - 1000)
        note = f"\n{len(rows) - fitting} more did not fit here.\n" if fitting < len(rows) else ""
        table = head(("paper", "authors", "categories", "matched"), "\n") if rows else []
        return "".join([top, *table, *rows[:fitting], note, "\n", end, "\n"])

    def _say(self, kind: str, text: str, title: str = "") -> None:
        """Say one line, whatever the text holds; ``kind`` is an annotation's, or ``+`` for a row."""
        text = "".join(char if char.isprintable() else " " for char in text.strip())
        stream = sys.stderr if kind in ("error", "warning") and not self._actions else sys.stdout
        if self._actions and kind not in ("", "+"):
            text = text.replace("%", "%25")
            text = f"::{kind}{f' title={title}' if title else ''}::{text}"
        elif self._actions:  # the runner would take such a line for a command of ours
            text = re.sub(r"^(?=::)", "·", kind + text.replace("##[", "#·#["))
        else:
            text = f"{kind}: {text}" if kind in ("error", "warning") else kind.removesuffix("notice") + text
            if stream.isatty() and kind and not self._environ.get("NO_COLOR"):
                text = f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m"
        print(text, file=stream, flush=True)


def _fitting(parts: list[str], room: int) -> int:
    """Return how many of the parts fit, from the first one on."""
    for number, part in enumerate(parts):
        room -= len(part.encode()) + 2
        if room < 0:
            return number
    return len(parts)


def _record(paper: Paper, keyword: str) -> dict[str, object]:
    return {
        "id": paper.id,
        "title": plain(paper.title),
        "abstract": "\n\n".join(map(plain, split_paragraphs(paper.abstract))),
        "authors": [plain(name) for name in paper.names],
        "categories": list(paper.categories),
        "date": paper.date.isoformat(),
        "url": paper.url,
        "announce_type": paper.announce_type,
        "matched": keyword,
    }


def _summary_row(paper: Paper, keyword: str) -> str:
    title = f"{cell(paper, 'linked-title')} {cell(paper, 'abstract-folded')}"
    return f"| {title} | {cell(paper, 'authors')} | {cell(paper, 'categories')} | {escape(keyword)} |\n"
