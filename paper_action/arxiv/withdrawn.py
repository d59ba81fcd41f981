"""Tell whether a paper's newest version says that it withdraws the paper.

Other things are withdrawn, too: drugs from the market, papers from conferences.
"""

import re
from collections.abc import Iterable

from paper_action.paper import Paper

_WORK = "paper|article|manuscript|submission|e-?print|preprint|work|version"
_SIGNS = r"[^\w\n]*"  # of one line: what goes over many would begin anew in each
# What a line says.
_SAID = (
    # "Withdrawn." "[withdrawn]" "Withdrawn due to an error in Theorem 3"
    rf"(?m)^{_SIGNS}withdrawn({_SIGNS}$|[.:]"
    r"| (by|due|because|since|as|for|from arxiv|until)\b)"
    # "This paper has been withdrawn", but not "… from the conference"
    rf"|\b({_WORK}) ((has|is|was|been|being|now) )*withdrawn\b(?! from (?!arxiv))"
    # "withdrawn by the authors"
    r"|\bwithdrawn by (the |its )?(author|arxiv)"
    # "We withdraw our paper", "The authors have withdrawn this article"
    r"|\b(authors?|i|we) (have |has |hereby )?(withdraw|withdrawn|withdrew) "
    rf"(this|the|our|my) ({_WORK})"
)


def withdrawn_ids(papers: Iterable[Paper]) -> set[str]:
    """Return the IDs of those that their newest version withdraws.

    Of several records of that version the last one counts.
    """
    newest: dict[str, Paper] = {}
    for paper in sorted(papers, key=lambda paper: paper.version):
        newest[paper.id] = paper
    return {paper.id for paper in newest.values() if is_withdrawn(paper)}


def is_withdrawn(paper: Paper) -> bool:
    """Tell whether a later version says so, as its abstract or in its comment."""
    is_later = paper.version > 1 or paper.announce_type.startswith("replace")
    if not is_later or "withdr" not in f"{paper.abstract}{paper.comment}".lower():
        return False
    abstract = " ".join(paper.abstract.split())
    parts = re.sub(r" *[.,;([] *", "\n", paper.comment)
    return re.search(_SAID, f"{abstract}\n{parts}".lower()) is not None
