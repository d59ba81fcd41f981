"""A folder for one run, which is gone when the run ends, whatever ends it."""

import atexit
import shutil
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir


def make_scratch() -> Path:
    """Make a folder under a name that nobody else can have, and see to its removal.

    The removal is arranged before there is anything to remove, and twice: the signal
    that ends a cancelled job may come in the midst of the first one.
    """
    scratch = Path(gettempdir(), f"paper-action-{token_hex(8)}").resolve()
    atexit.register(remove_scratch, scratch)
    atexit.register(remove_scratch, scratch)
    scratch.mkdir(mode=0o700)
    return scratch


def remove_scratch(scratch: Path) -> None:
    """Remove the folder and what is in it, as far as it is still there."""
    shutil.rmtree(scratch, ignore_errors=True)
