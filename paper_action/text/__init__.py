"""What authors type, as plain text and as Markdown."""

from .markdown import escape as escape
from .markdown import line as line
from .markdown import linked as linked
from .markdown import paragraphs as paragraphs
from .markdown import plain as plain
from .markdown import split_paragraphs as split_paragraphs
from .mathjax import formula_cost as formula_cost
