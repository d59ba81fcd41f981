"""Say what a run did: log and annotations, outputs, job summary, commit message.

Workflow commands and files are those of
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands.
Whatever was fetched is data here: it gets no line, command, output or mention of its own.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, chain
from pathlib import Path
from urllib.parse import quote

from .listing import cells, record
from .paper import Revision
from .settings import Settings
from .text import escape, plain

OUTPUT_LIMIT = 480_000  # UTF-16 units of two bytes: under GitHub's 1 MiB for a job's outputs
SUMMARY_LIMIT = 900_000  # bytes, under GitHub's 1 MiB for a step's summary
_QUIET = "Nothing was announced. A quiet day is normal: arXiv rests on weekends and its holidays"

# for the ID of each paper that was read the alternatives it matches, none if it is not wanted
Matched = Mapping[str, Sequence[str]]


class Report:
    """Collects what a run says, and says it in the way of the place it runs in."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.exit_code, self._environ, self._warnings = 0, environ, list[str]()
        self._actions = environ.get("GITHUB_ACTIONS") == "true"
        self._home = f"{environ.get('GITHUB_SERVER_URL')}/{environ.get('GITHUB_REPOSITORY')}"

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Fold what is said meanwhile into a group of the log."""
        print(f"::group::{name}" if self._actions else f"{name}:", flush=True)
        try:
            yield
        finally:
            print("::endgroup::" if self._actions else "", flush=True)

    def log(self, text: str, kind: str = "", title: str = "") -> None:
        """Say one line, whatever the text holds; ``kind`` is an annotation's or empty."""
        text = "".join(char if char.isprintable() else " " for char in text.strip())
        text = re.sub(r"^(?=::)|(?<=#)(?=#\[)", "·", text)  # to a runner they begin a command
        stream = sys.stdout
        if self._actions and kind:
            text = f"::{kind}{title and f' title={title}'}::{text.replace('%', '%25')}"
        elif kind in ("error", "warning"):
            text, stream = f"{kind}: {text}", sys.stderr
        letters = stream.encoding or "utf-8"  # a console need not know every author's letters
        print(text.encode(letters, "replace").decode(letters), file=stream, flush=True)

    def warn(self, texts: Iterable[str]) -> None:
        """Say, each once, what went wrong without stopping the run."""
        for text in dict.fromkeys(texts):
            self._warnings.append(text)
            self.log(text, "warning")

    def fail(self, error: Exception) -> None:
        """Say why the run fails."""
        self.exit_code = getattr(error, "exit_code", 1)
        self.log(str(error), "error", getattr(error, "setting", ""))
        self._tell(_outputs(Revision(), {}, ""), ["## The run failed", escape(str(error))])

    def result(self, matched: Matched, revision: Revision, commit: str, settings: Settings) -> None:
        """Say what became of the list, in the log, the outputs and the summary."""
        self.warn(revision.warnings)
        headline, *remarks = _remarks(matched, revision, settings)
        for line in [*(f"+ {row}" for row in revision.rows if settings.dry_run), *remarks]:
            self.log(line)
        self.log(headline, "notice")
        said = [f"## {escape(headline)}", *map(escape, remarks)]
        if commit:
            said.append(f"[Commit {commit[:7]}]({self._home}/commit/{commit})")
        if commit and str(settings.root) in (".", self._environ.get("GITHUB_WORKSPACE")):
            said.append(f"[The list]({self._home}/blob/{commit}/{quote(settings.path)})")
        self._tell(_outputs(revision, matched, commit), chain(said, _added(revision, matched)))

    def _tell(self, outputs: Iterable[str], summary: Iterable[str]) -> None:
        """Add to the files that a runner has; the summary ends with every warning."""
        warnings = [f"> [!WARNING]\n> {escape(text)}" for text in self._warnings]
        parts = (f"{part}\n\n" for part in chain(summary, _fitting(warnings, 50_000)))
        for name, lines in {"GITHUB_OUTPUT": outputs, "GITHUB_STEP_SUMMARY": parts}.items():
            if self._environ.get(name):
                with Path(self._environ[name]).open("a", encoding="utf-8", newline="\n") as file:
                    file.writelines(lines)


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


def _remarks(matched: Matched, revision: Revision, settings: Settings) -> Iterator[str]:
    """Yield the headline, the numbers in one line, and which keywords found nothing."""
    dry, count = "Dry run, nothing was written: " * settings.dry_run, len(revision.added)
    yield f"{dry}{count or 'no'} new paper{'s' * (count != 1)} in {revision.place or settings.path}"
    wanted = [*filter(None, matched.values())]
    read = f"had {revision.had}, announced {len(matched)}, matched {len(wanted)}"
    done = f"added {count}, moved to the archive {revision.moved}, made anew {revision.tidied}"
    yield f"{read}, already listed {revision.listed}, {done}"
    found = set(chain(*wanted))
    idle = ", ".join(text for text in settings.keywords.texts if text not in found)
    why = "matched nothing this time" if found else f"{len(matched)} announced, none matches"
    if idle:
        yield f"{why}: {idle}" if matched else _QUIET


def _outputs(revision: Revision, matched: Matched, commit: str) -> Iterator[str]:
    """Yield the outputs as the runner reads them from a file."""
    ids = json.dumps([paper.id for paper in revision.added])
    papers = [record(paper) | {"matched": matched[paper.id][0]} for paper in revision.added]
    shown = ", ".join(_fitting([*map(json.dumps, papers)], OUTPUT_LIMIT - len(ids)))
    values = {"added": len(papers), "ids": ids, "papers": f"[{shown}]"}
    values |= {"changed": json.dumps(bool(revision.files)), "commit": commit}
    border = f"end-{os.urandom(16).hex()}"  # nobody who writes a title can know it
    yield from (f"{name}<<{border}\n{value}\n{border}\n" for name, value in values.items())


def _added(revision: Revision, matched: Matched) -> Iterator[str]:
    """Yield the papers added, if any, as a table, as many as a summary holds."""
    rows = []
    for paper in revision.added:
        title, abstract, authors = cells(paper, ["title", "abstract", "authors"], folded=True)
        rows.append(f"| {title} {abstract} | {authors} | {escape(matched[paper.id][0])} |")
    shown = _fitting(rows, SUMMARY_LIMIT)
    if rows:
        yield "\n".join(["| paper | authors | matched |", "| --- | --- | --- |", *shown])
    if len(shown) < len(rows):
        yield f"{len(rows) - len(shown)} more did not fit here."


def _fitting(parts: Sequence[str], room: int) -> list[str]:
    """Return the first parts, as many as fit into so many bytes."""
    sizes = accumulate(len(part.encode()) + 2 for part in parts)
    return [part for part, size in zip(parts, sizes, strict=True) if size <= room]
