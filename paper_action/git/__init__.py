"""Git: the list's files committed on the newest commit of the remote branch, and pushed."""

from .desk import Desk as Desk
from .desk import Published as Published
