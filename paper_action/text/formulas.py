"""Formulas, as GitHub counts them."""

import re

# A dollar that is no maths, and the forms in which GitHub takes maths; no formula
# holds what ends it, so that a search never runs over the same text again and again.
_SHOWN = re.compile(
    r"<span>\$</span>|\\\$"
    r"|(?P<formula>\$`[^`]*`\$"
    r"|```math\n[^`]*```"
    r"|\$\$[^$]+\$\$"
    r"|(?<![\w$])\$(?![\s$])[^$\n]*(?<=[^\s\\])\$(?!\w))"
)


def formula_cost(markdown: str) -> int:
    """Return how much of a page's budget GitHub spends on the formulas in Markdown.

    Each is 1 unit, and 1 more for each opening brace in it.
    """
    if "$" not in markdown and "```math" not in markdown:
        return 0
    cost = 0
    for found in _SHOWN.finditer(markdown):
        if found["formula"]:
            cost += 1 + found["formula"].count("{")
    return cost
