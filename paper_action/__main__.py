"""``python -m paper_action``: from the feed to the commit."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from . import arxiv, listing
from .paper import PaperActionError
from .report import Report, commit_message
from .settings import Settings


def main(argv: Sequence[str], environ: Mapping[str, str], now: datetime) -> int:
    """Run once, as of ``now``; return the exit code, 0, 1 or 2 (a configuration error)."""
    report = Report(environ)
    try:
        settings = Settings(argv, environ, now)
        for note in settings.keywords.notes + (settings.exclude.notes if settings.exclude else ()):
            report.log(note)
        _run(settings, report, scheduled=environ.get("GITHUB_EVENT_NAME") == "schedule")
    except (PaperActionError, OSError) as error:
        report.fail(error)
    return report.exit_code


def _run(settings: Settings, report: Report, *, scheduled: bool) -> None:
    """Read, match and write: at git's desk where a commit is wanted, else in the checkout."""
    folder, desk = settings.root, None
    if settings.commit and not settings.dry_run:
        from .git import Desk  # most of what it imports is needed for git alone

        desk = Desk(settings, report.log)
        folder = desk.folder
    listed, untidy = listing.listed(folder, settings)

    with report.step("Read arXiv"):
        client = arxiv.Client(settings, report.log)
        reading = arxiv.read(arxiv.Reading(client, listed, settings.match, untidy))
        report.warn(reading.failures + reading.warnings)

    with report.step("Write the list"):
        matched = {paper.id: settings.match(paper) for paper in reading.papers}
        wanted = [paper for paper in reading.papers if matched[paper.id]]
        revise = partial(listing.revise, papers=wanted, settings=settings, records=reading.records)
        if desk:
            revision, commit = desk.publish(revise, commit_message, keep_alive=scheduled)
        else:
            revision, commit = revise(folder), ""
    report.result(matched, revision, commit, settings)
    if reading.failures and (settings.since or settings.until):
        report.exit_code = 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a cancelled job leaves nothing behind
    sys.exit(main(sys.argv[1:], os.environ, datetime.now(UTC)))
