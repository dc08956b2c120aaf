"""Vector tiles of a day's ground, made once in this process and kept with its atlas."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final
from weakref import WeakKeyDictionary

from mulin.kernel.errors import NotFound
from mulin.places.queries import ground
from mulin.places.rules.atlas import Atlas
from mulin.places.rules.tiles import Spot, Tiles

CONTENT_TYPE: Final = "application/vnd.mapbox-vector-tile"
_DRAWN: Final[WeakKeyDictionary[Atlas, Tiles]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as it is sent: compressed, and named by its content; empty where nothing lies."""

    packed: bytes
    etag: str


NOTHING: Final = Tile(b"", "")


def area_tile(z: int, x: int, y: int, *, on: date) -> Tile:
    """Return the tile of areas, compounds and buildings as they stood on a day.

    :raises NotFound: there is no tile of that number
    """
    spot = spot_of(z, x, y)
    atlas = ground.atlas_on(on)
    tiles = _DRAWN.get(atlas)
    if tiles is None:
        tiles = _DRAWN.setdefault(atlas, Tiles(atlas.ground, atlas.areas.shape_of))
    return packed(tiles.cut(spot))


def spot_of(z: int, x: int, y: int) -> Spot:
    """Return the tile of that number.

    :raises NotFound: there is none
    """
    spot = Spot(z, x, y)
    if not spot.exists:
        raise NotFound("没有这一块地图")
    return spot


@lru_cache(maxsize=1_000)
def packed(tile: bytes) -> Tile:
    """Return a tile compressed and named."""
    if not tile:
        return NOTHING
    small = gzip.compress(tile, mtime=0)
    return Tile(small, f'"{hashlib.sha256(small).hexdigest()[:32]}"')
