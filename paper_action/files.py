"""The list's files on disk: read all at once, each replaced in a single step."""

import os
import shutil
from collections.abc import Mapping

from .settings import Settings


def on_disk(settings: Settings, *, archive: bool = True) -> dict[str, bytes]:
    """Return the list's files as they are in the checkout."""
    top, folder = settings.root.resolve(), settings.located(settings.folder)
    pages = sorted(folder.rglob("*.md")) if archive else []
    names = [settings.path, *(page.relative_to(top).as_posix() for page in pages)]
    places = {name: settings.located(name) for name in names}
    return {name: place.read_bytes() for name, place in places.items() if place.is_file()}


def write(files: Mapping[str, str], settings: Settings) -> None:
    """Replace each file in a single step: whoever looks sees the old file or the new one."""
    for name, text in files.items():
        place = settings.located(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{os.urandom(4).hex()}.tmp")
        try:
            with draft.open("xb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if place.exists():
                shutil.copymode(place, draft)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
