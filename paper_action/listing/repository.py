"""The repository with a paper's code: the first that its comment or abstract names."""

import re

from paper_action.paper import Paper

_NAME = r"[\w.-]+"  # a dot at its end may be that of a sentence
_TWO = rf"{_NAME}/{_NAME}"
_PLACES = (
    rf"github\.com/{_TWO}",
    rf"gitlab(?:\.[a-z0-9-]+)+/{_TWO}",
    rf"codeberg\.org/{_TWO}",
    rf"bitbucket\.org/{_TWO}",
    rf"huggingface\.co/(?:(?:datasets|spaces)/)?{_TWO}",
    rf"anonymous\.4open\.science/(?:(?:r|repository)/)?{_NAME}",
)
# What comes first in the path of a page that is no repository.
_PAGES = {
    "about", "apps", "blog", "collections", "docs", "explore", "features", "groups",
    "marketplace", "orgs", "papers", "search", "sponsors", "topics", "users",
}  # fmt: skip
_ADDRESS = rf"(?ai)(?<![\w./@-])(?:https?://)?(?:www\.)?({'|'.join(_PLACES)})"


def repository(paper: Paper) -> str:
    """Return the address of the first repository that a paper names, or nothing.

    It holds ASCII letters, digits and ``/ . - _`` alone, so that it can break no cell.
    """
    for text in (paper.comment, paper.abstract):
        # TeX wants an underline with a backslash, perhaps in braces.
        plain_text = text.replace("{\\_}", "_").replace("\\", "")
        for found in re.finditer(_ADDRESS, plain_text):
            address = found[1].rstrip(".").removesuffix(".git")
            owner = address.split("/")[1]
            if owner.lower() not in _PAGES and address.strip("./") == address:
                return f"https://{address}"
    return ""
