"""``python -m paper_action``: from the feed to the commit."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from . import arxiv, listing
from .paper import PaperActionError, Reading, Revision
from .phrases import Outcome, commit_message
from .report import Report
from .settings import Settings, read_settings

if TYPE_CHECKING:
    from .git import Desk


def main(argv: Sequence[str], environ: Mapping[str, str], now: datetime) -> int:
    """Run once, as of ``now``; return the exit code.

    It is 0, also where nothing was new, 1 for what could not be read or pushed, and 2
    for a setting, or a file, that cannot be used.
    """
    report = Report(environ)
    try:
        settings = read_settings(argv, environ, now)
        report.warn(settings.warnings)
        report.notice(settings.notices)
        _run(settings, report)
    except PaperActionError as error:
        report.fail(error)
    except OSError as error:
        report.fail(PaperActionError(str(error)))
    except Exception as error:  # noqa: BLE001  whatever else it is has to be told, too
        report.crash(error)
    return report.exit_code


def _run(settings: Settings, report: Report) -> None:
    """Read, match, revise and commit, and tell what became of the list."""
    desk = _desk(settings, report)
    with report.step("Read arXiv"):
        folder = desk.folder if desk else settings.root
        reading = _read(folder, settings, report)

    matched = {paper.id: settings.keywords.match(paper) for paper in reading.papers}
    wanted = [
        paper
        for paper in reading.papers
        if matched[paper.id] and not settings.excludes(paper)
    ]
    with report.step("Write the list"):
        revision = _write(desk, reading._replace(papers=wanted), settings, report)

    report.result(Outcome(settings, reading, matched, revision))
    if reading.lacks_days:
        report.exit_code = 1


def _desk(settings: Settings, report: Report) -> "Desk | None":
    """Return a desk at the branch's tip, None where nothing is to be committed."""
    if settings.dry_run or not settings.commit:
        return None
    from .git import Desk  # most of what it imports is needed for git alone

    return Desk(settings, report.log)


def _read(folder: Path, settings: Settings, report: Report) -> Reading:
    """Read what arXiv has that the list in a folder may lack."""
    state = listing.listed(folder, settings)
    client = arxiv.Client(settings, report.log)
    reading = arxiv.read(client, state.papers, state.untidy, state.cursor)
    report.warn(reading.warnings)
    report.warn(reading.failures)
    return reading


def _write(
    desk: "Desk | None", reading: Reading, settings: Settings, report: Report
) -> Revision:
    """Change the list, at a desk if it is to be committed, and tell how that went."""
    revise = partial(listing.revise, reading=reading, settings=settings)
    if desk:
        revision = desk.publish(revise, commit_message, keep_alive=report.is_scheduled)
    else:
        revision = revise(settings.root)
    for note in revision.notes:
        report.log(note)
    report.log(f"Written: {', '.join(revision.files) or 'nothing'}")
    report.warn(revision.warnings)
    return revision


def _end(*_: object) -> None:
    """End a cancelled job: what is open is closed on the way out, undisturbed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    # A log shows each line at once, in the letters that it has: it need not have all.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    sys.exit(main(sys.argv[1:], os.environ, datetime.now(UTC)))
