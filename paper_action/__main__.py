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
from .settings import Settings, read_settings


def main(argv: Sequence[str], environ: Mapping[str, str], now: datetime) -> int:
    """Run once, as of ``now``; return the exit code, 0, 1 or 2 (a configuration error)."""
    report = Report(environ)
    try:
        settings = read_settings(argv, environ, now)
        for notice in settings.notices:
            report.log(notice)
        report.warn(settings.warnings)
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
    state = listing.listed(folder, settings)

    with report.step("Read arXiv"):
        client = arxiv.Client(settings, report.log)
        request = arxiv.Request(settings, state.papers, state.untidy, state.cursor)
        reading = arxiv.read(client, request)
        report.warn([*reading.failures, *reading.warnings])

    with report.step("Write the list"):
        matched = {paper.id: settings.match(paper) for paper in reading.papers}
        wanted = [paper for paper in reading.papers if matched[paper.id]]
        change = listing.Change(wanted, reading.records, reading.cursor)
        revise = partial(listing.revise, change=change, settings=settings)
        commit = ""
        if desk:
            revision, commit, _ = desk.publish(revise, commit_message, keep_alive=scheduled)
        else:
            revision = revise(folder)
    report.result(matched, revision, commit, settings)
    if reading.failures and (settings.since or settings.until):
        report.exit_code = 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a cancelled job leaves nothing behind
    sys.exit(main(sys.argv[1:], os.environ, datetime.now(UTC)))
