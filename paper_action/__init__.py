"""Keep a Markdown table of the arXiv papers a researcher cares about."""

__version__ = "1.0.0"
