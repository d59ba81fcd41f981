"""arXiv: the announcement feed and the query API, read with its manners."""

from .client import Client as Client
from .reading import read as read
