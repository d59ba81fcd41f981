"""Say what a run did: log and annotations, outputs, job summary, commit message.

Workflow commands and files are those of
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands.
Whatever was fetched is data here: it gets no line, command, output or mention of its own.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from urllib.parse import quote

from .paper import ConfigError, PaperActionError, Revision
from .settings import Settings
from .table import cell, record
from .text import escape, linked, plain

OUTPUT_LIMIT = 480_000  # UTF-16 units of two bytes: under GitHub's 1 MiB for a job's outputs
SUMMARY_LIMIT = 900_000  # bytes, under GitHub's 1 MiB for a step's summary
_QUIET = "Nothing was announced. A quiet day is normal: arXiv rests on weekends and its holidays"

# for the ID of each paper that was read the alternatives it matches, none if it is not wanted
Matched = Mapping[str, Sequence[str]]


class Report:
    """Collects what a run says, and says it in the way of the place it runs in."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.exit_code, self._environ = 0, environ
        self._actions = environ.get("GITHUB_ACTIONS") == "true"
        self._warnings: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Fold what is said meanwhile into a group of the log."""
        print(f"::group::{name}" if self._actions else f"{name}:", flush=True)
        try:
            yield
        finally:
            if self._actions:
                print("::endgroup::", flush=True)

    def log(self, text: str, kind: str = "", title: str = "") -> None:
        """Say one line, whatever the text holds; ``kind`` is an annotation's or empty."""
        text = "".join(char if char.isprintable() else " " for char in text.strip())
        stream = sys.stdout
        if self._actions and kind:
            text = f"::{kind}{title}::{text.replace('%', '%25')}"
        elif self._actions:  # the runner would take such a line for a command of ours
            text = re.sub(r"^(?=::)|(?<=#)(?=#\[)", "·", text)
        elif kind in ("error", "warning"):
            text, stream = f"{kind}: {text}", sys.stderr
        letters = stream.encoding or "utf-8"  # a console need not know every author's letters
        print(text.encode(letters, "replace").decode(letters), file=stream, flush=True)

    def warn(self, text: str) -> None:
        """Say what went wrong without stopping the run."""
        self._warnings.append(text)
        self.log(text, "warning")

    def fail(self, error: PaperActionError) -> None:
        """Say why the run fails."""
        self.exit_code = error.exit_code
        title = f" title={error.setting}" if isinstance(error, ConfigError) else ""
        self.log(str(error), "error", title)
        said = "The run failed", str(error)
        self._write("GITHUB_OUTPUT", _outputs, Revision(), {}, "")
        self._write("GITHUB_STEP_SUMMARY", self._page, said, Revision(), {}, "")

    def result(self, matched: Matched, revision: Revision, commit: str, settings: Settings) -> None:
        """Say what became of the list, in the log, the outputs and the summary."""
        for warning in revision.warnings:
            self.warn(warning)
        for row in revision.rows if settings.dry_run else []:
            self.log(f"+ {row}")
        headline, *remarks = said = _remarks(matched, revision, settings)
        for remark in filter(None, remarks):
            self.log(remark)
        self.log(headline, "notice")
        self._write("GITHUB_OUTPUT", _outputs, revision, matched, commit)
        links = self._links(commit, settings) if commit else ""
        self._write("GITHUB_STEP_SUMMARY", self._page, said, revision, matched, links)

    def _links(self, commit: str, settings: Settings) -> str:
        """Return links to the commit and, where the root is the repository's, to the list in it."""
        home = f"{self._environ.get('GITHUB_SERVER_URL')}/{self._environ.get('GITHUB_REPOSITORY')}"
        whole = str(settings.root) in (".", self._environ.get("GITHUB_WORKSPACE"))
        file = f", [list]({home}/blob/{commit}/{quote(settings.path)})" if whole else ""
        return f"[Commit {commit[:7]}]({home}/commit/{commit}){file}"

    def _page(self, said: Sequence[str], revision: Revision, matched: Matched, links: str) -> str:
        """Return the job summary: what was done, and every warning."""
        headline, *remarks = map(escape, said)
        warnings = [f"> [!WARNING]\n> {escape(text)}" for text in self._warnings]
        rows = _rows(revision, matched) if revision.added else ""
        parts = [f"## {headline}", *remarks, links, rows, *_fitting(warnings, 50_000)]
        return "\n\n".join(filter(None, parts)) + "\n\n"

    def _write(self, name: str, text: Callable[..., str], *what: object) -> None:
        """Add a text to the file that a runner has for it."""
        if self._environ.get(name):
            with Path(self._environ[name]).open("a", encoding="utf-8", newline="\n") as file:
                file.write(text(*what))


def commit_message(revision: Revision, template: str) -> str:
    """Return the template filled in, or what else the commit does, and each title with its link.

    GitHub reads ``@name`` and ``#12`` in a message as mentions: a word joiner keeps titles from it.
    """
    if not revision.added:
        rows = "1 row" if revision.moved == 1 else f"{revision.moved} rows"
        return f"Move {rows} to the archive" if revision.moved else "Tidy the table of papers"
    if len(revision.added) == 1:
        template = re.sub(r"(\{added\}(?:\s+\S+){0,2}?\s+paper)s\b", r"\1", template)
    ids = ", ".join(paper.id for paper in revision.added)
    subject = template.replace("{added}", str(len(revision.added))).replace("{ids}", ids)
    titles = "\n".join(f"- {plain(paper.title)}\n  {paper.url}" for paper in revision.added)
    return subject + "\n\n" + re.sub(r"(?<=[@#])(?=\w)", "\u2060", titles) + "\n"


def _remarks(matched: Matched, revision: Revision, settings: Settings) -> tuple[str, str, str]:
    """Return the headline, the numbers in one line, and which keywords found nothing."""
    count, place = len(revision.added), revision.place or settings.path
    news = f"{count or 'no'} new paper{'s' * (count != 1)} in {place}"
    numbers = f"had {revision.had}, announced {len(matched)}, "
    numbers += f"matched {sum(map(bool, matched.values()))}, already listed {revision.listed}, "
    numbers += f"added {count}, moved to the archive {revision.moved}, made anew {revision.tidied}"
    found = {text for alternatives in matched.values() for text in alternatives}
    idle = ", ".join(text for text, _ in settings.keywords.alternatives if text not in found)
    why = f"matched nothing this time: {idle}" if idle else ""
    why = why if found else f"{len(matched)} announced, none matches: {idle}"
    dry = "Dry run, nothing was written: " if settings.dry_run else ""
    return dry + news, numbers, why if matched else _QUIET


def _outputs(revision: Revision, matched: Matched, commit: str) -> str:
    """Return the outputs as the runner reads them from a file."""
    ids = json.dumps([paper.id for paper in revision.added])
    papers = [record(paper) | {"matched": matched[paper.id][0]} for paper in revision.added]
    shown = _fitting([*map(json.dumps, papers)], OUTPUT_LIMIT - len(ids))
    values = {"added": len(papers), "ids": ids, "papers": f"[{', '.join(shown)}]"}
    values |= {"changed": str(bool(revision.files)).lower(), "commit": commit}
    border = f"end-{os.urandom(16).hex()}"  # nobody who writes a title can know it
    return "".join(f"{name}<<{border}\n{value}\n{border}\n" for name, value in values.items())


def _rows(revision: Revision, matched: Matched) -> str:
    """Return the papers added as a table, as many as a summary holds."""
    rows = []
    for paper in revision.added:
        title = f"{linked(paper.title, paper.url)} {cell(paper, 'abstract-folded')}"
        rows.append(f"| {title} | {cell(paper, 'authors')} | {escape(matched[paper.id][0])} |")
    shown = _fitting(rows, SUMMARY_LIMIT)
    cut = f"\n{len(rows) - len(shown)} more did not fit here." if len(shown) < len(rows) else ""
    return "\n".join(["| paper | authors | matched |", "| --- | --- | --- |", *shown, cut])


def _fitting(parts: Sequence[str], room: int) -> list[str]:
    """Return the first parts, as many as fit into so many bytes."""
    sizes = accumulate(len(part.encode()) + 2 for part in parts)
    return [part for part, size in zip(parts, sizes, strict=True) if size <= room]
