"""What is said of a run: its headline, its numbers, what else there is, its commit.

Sentences are plain text here. ``report`` knows where they are said, and how.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .paper import Reading, Revision, counted
from .settings import Settings
from .text import plain

# What makes GitHub act on a commit message: a mention (@name), an issue (#12, GH-12), a
# web address (of an issue, behind "closes"), and what keeps workflows from running:
# words in brackets, such as [skip ci], and the line skip-checks: true.
_ACTING = re.compile(r"[@#\[](?=\w)|\b(?i:gh)-(?=\d)|:(?=//)|\b(?i:skip-checks)(?=:)")
_WORD_JOINER = "\u2060"  # takes no room and is not seen


class Outcome(NamedTuple):
    """What became of a run.

    ``matched`` has for the ID of each paper that was read the alternatives it matches,
    also where it was left out.
    """

    settings: Settings
    reading: Reading
    matched: Mapping[str, Sequence[str]]
    revision: Revision


def headline(outcome: Outcome) -> str:
    """Return the sentence that matters most."""
    added = len(outcome.revision.added)
    place = outcome.revision.place or outcome.settings.path
    papers = counted(added, "new paper") if added else "No new papers"
    said = f"{papers} in {place}"
    if outcome.settings.dry_run:
        return f"Dry run, nothing was written. {said}"
    return said


def remarks(outcome: Outcome) -> list[str]:
    """Return what else there is to say, as sentences."""
    settings = outcome.settings
    revision = outcome.revision
    reading = outcome.reading
    said = [_numbers(outcome)]
    if not reading.failures and not reading.entries and not settings.window:
        said.append(
            "Nothing was announced. A quiet day is normal: "
            "arXiv rests on weekends and its holidays"
        )
    elif not reading.failures and not outcome.matched:
        said.append("arXiv had no paper of these categories and announce-types")
    if revision.made_file and revision.files:
        said.append(f"{settings.path} was not there before: it was made")
    if revision.new_branch:
        said.append(
            f"The branch {revision.new_branch} was not there before: it was made,"
            " as `branch` says"
        )
    if not revision.had and not revision.added and not settings.dry_run:
        said.append("The list is still empty: it waits for its first paper")
    return [sentence for sentence in said if sentence]


def idle_keywords(outcome: Outcome) -> list[str]:
    """Return a sentence on the keywords that found nothing among papers, if any."""
    found = {text for texts in outcome.matched.values() for text in texts}
    keywords = outcome.settings.keywords.alternatives
    idle = ", ".join(text for text in keywords if text not in found)
    if not idle or not outcome.matched:
        return []
    return [f"Matched nothing this time: {idle}"]


def commit_message(revision: Revision, template: str) -> str:
    """Return what a commit does, and for papers each title with its link.

    The template is for papers alone: ``{added}`` and ``{ids}`` are filled in.
    """
    added = revision.added
    if not added:
        return _what_else_was_done(revision)
    if len(added) == 1:  # at most two words stand between, such as "new arXiv"
        template = re.sub(r"(\{added\}(\s+\S+){0,2}?\s+paper)s\b", r"\1", template)
    ids = ", ".join(paper.id for paper in added)
    subject = template.replace("{added}", str(len(added))).replace("{ids}", ids)
    titles = [f"- {_harmless(plain(paper.title))}\n  {paper.url}\n" for paper in added]
    return f"{subject}\n\n{''.join(titles)}"


def _numbers(outcome: Outcome) -> str:
    """Return the run's numbers in words; what is zero is left out."""
    revision = outcome.revision
    added = len(revision.added)
    done = "to be added" if outcome.settings.dry_run else "added"
    said = [
        f"{counted(len(outcome.matched), 'paper')} read",
        f"{revision.listed + added} matched",
        f"{revision.listed} already listed",
        f"{added} {done}",
        f"{counted(revision.moved, 'row')} moved to the archive",
        f"{counted(revision.tidied, 'row')} made anew",
    ]
    return ", ".join(text for text in said if not text.startswith("0 "))


def _what_else_was_done(revision: Revision) -> str:
    """Return the message of a commit that adds no paper."""
    if revision.moved:
        return f"Move {counted(revision.moved, 'row')} to the archive"
    if revision.tidied:
        return "Tidy the table of papers"
    return "Note how far arXiv was read"


def _harmless(title: str) -> str:
    """Return a title on which GitHub does not act: a sign that is not seen parts it."""
    return _ACTING.sub(lambda found: found[0] + _WORD_JOINER, title)
