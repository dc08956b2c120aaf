"""Gathers the static files, compressed and named by content, when any of them changed."""

import hashlib
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

_STAMP: Final = "gathered.txt"


def gather_static() -> bool:
    """Bring the folder that the web workers serve from up to date; return whether anything was done."""
    if settings.PLAIN_STATIC:
        return False
    stamp, mark = Path(settings.STATIC_ROOT) / _STAMP, _mark()
    if stamp.exists() and stamp.read_text() == mark:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(mark)
    return True


def _mark() -> str:
    """Return a digest over names, sizes and dates of all source files: content would take longer to read."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
