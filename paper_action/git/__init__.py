"""Git: the list's files committed on the branch's newest commit, and pushed."""

from .desk import Desk as Desk
