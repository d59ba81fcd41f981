"""What GitHub makes of Markdown, by its own parser."""

import cmarkgfm
from cmarkgfm.cmark import Options
from lxml import html


def render(markdown: str) -> html.HtmlElement:
    """Return the page that a Markdown text becomes."""
    body = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    return html.fromstring(f"<main>{body}</main>")


def table_rows(markdown: str) -> list[list[str]]:
    """Return the text of the cells of every body row of every table."""
    return [cells(row) for row in render(markdown).iterfind(".//tbody/tr")]


def cells(row: html.HtmlElement) -> list[str]:
    """Return the text of each cell of a row."""
    return ["".join(cell.itertext()) for cell in row.iter("td")]
