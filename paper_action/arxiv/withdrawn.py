"""Tell whether a paper's newest version says that it withdraws the paper.

Other things are withdrawn, too: drugs from the market, papers from conferences.
"""

import re

from paper_action.paper import Paper

_WORK = "paper|article|manuscript|submission|e-?print|preprint|work|version"

# "Withdrawn." "[withdrawn]" "Withdrawn due to an error in Theorem 3"
_BEGINS_WITH_IT = re.compile(
    r"\W*withdrawn(?:\W*$|[.:]| (?:by|due|because|since|as|for|from arxiv|until)\b)"
)
# "This paper has been withdrawn", but not "… from the conference"
_THE_WORK_IS = re.compile(
    rf"\b(?:{_WORK}) (?:(?:has|is|was|been|being|now) )*withdrawn\b(?! from (?!arxiv))"
)
# "withdrawn by the authors"
_BY_ITS_OWNERS = re.compile(r"\bwithdrawn by (?:the |its )?(?:author|arxiv)")
# "We withdraw our paper", "The authors have withdrawn this article"
_SOMEBODY_DID_IT = re.compile(
    r"\b(?:authors?|i|we) (?:have |has |hereby )?(?:withdraw|withdrawn|withdrew) "
    rf"(?:this|the|our|my) (?:{_WORK})"
)


def is_withdrawn(paper: Paper) -> bool:
    """Tell whether a later version says, as its abstract or in its comment, so."""
    if paper.version == 1 and not paper.announce_type.startswith("replace"):
        return False
    return any(_says_so(text) for text in _statements(paper))


def _statements(paper: Paper) -> list[str]:
    """Return the abstract and the parts of the comment, each in one line, small."""
    parts = re.split(r"[.,;([]\s*", paper.comment)
    return [" ".join(text.split()).lower() for text in (paper.abstract, *parts)]


def _says_so(text: str) -> bool:
    if "withdr" not in text:  # saves nearly all texts the patterns
        return False
    return bool(
        _BEGINS_WITH_IT.match(text)
        or _THE_WORK_IS.search(text)
        or _BY_ITS_OWNERS.search(text)
        or _SOMEBODY_DID_IT.search(text)
    )
