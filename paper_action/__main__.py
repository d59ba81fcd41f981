"""``python -m paper_action``: from the feed to the commit."""

import os
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper

from . import listing, sources
from .files import on_disk, write
from .paper import PaperActionError
from .report import Report
from .settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run once; return the exit code, 0, 1 or 2 (a configuration error)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console need not know every author's letters
    report = Report(os.environ)
    try:
        _run(Settings.load(argv, os.environ), report)
    except PaperActionError as error:
        report.fail(error)
    except OSError as error:
        report.fail(PaperActionError(f"{error.filename or 'system'}: {error.strerror or error}"))
    report.close()
    return report.exit_code


def _run(settings: Settings, report: Report) -> None:
    listing.check(on_disk(settings, archive=False), settings)
    checkout = None
    if settings.commit and not settings.dry_run:
        from .publish import Checkout  # most of what it imports is needed for git alone

        checkout = Checkout(settings, report.log)

    report.step("Read arXiv")
    # what does not count is left out first: a replacement must not hide that a new paper was missed
    kinds, read = settings.announce_types, sources.papers(settings, report)
    announced, missed = ([paper for paper in found if paper.announce_type in kinds] for found in read)
    papers = listing.in_order(announced, missed, settings.order)
    matched = {paper.id: settings.keywords.match(paper) or "" for paper in papers}
    wanted = [paper for paper in papers if matched[paper.id]]
    if settings.exclude:
        wanted = [paper for paper in wanted if not settings.exclude.match(paper)]
    report.count("announced", len(papers))
    report.count("matched", len(wanted))

    report.step("Write the table")

    def revise(files: Mapping[str, bytes]) -> listing.Revision:
        return listing.revise(files, wanted, settings)

    revision, commit = checkout.publish(revise) if checkout else (revise(on_disk(settings)), "")
    if not checkout and not settings.dry_run:
        write(revision.files, settings)
    report.result(revision, matched, commit, settings)


if __name__ == "__main__":
    sys.exit(main())
