"""A map of somebody else under our own, where the city names a source of tiles; off unless it does."""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

PARTS: Final = ("{z}", "{x}", "{y}")


def origin() -> str:
    """Return where the tiles come from, as a browser's rules name it; nothing when there is no source.

    :raises ImproperlyConfigured: it is no https address with the places of zoom, column and row in it
    """
    if not settings.MAP_TILES:
        return ""
    parts = urlsplit(settings.MAP_TILES)
    if parts.scheme != "https" or not parts.hostname or not all(part in settings.MAP_TILES for part in PARTS):
        raise ImproperlyConfigured("MULIN_MAP_TILES must be https://… with {z}, {x} and {y} in it")
    return f"https://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def outside_map(request: HttpRequest) -> dict[str, str]:
    """Give templates the source of tiles and the words its owner wants beside them."""
    return {"outside_tiles": settings.MAP_TILES, "outside_credit": settings.MAP_CREDIT}
