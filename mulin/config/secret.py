"""The secret that signs sessions and forms: made once, readable by nobody else."""

import os
import secrets
import tempfile
from pathlib import Path


def secret_key(folder: Path) -> str:
    """Return the key in ``folder``, made on first use; two processes at once agree on one."""
    path = folder / "django-secret"
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=folder)  # 0600 by its nature
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(64))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # unlike a rename, a link never replaces the key of a faster process
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    return path.read_text()
