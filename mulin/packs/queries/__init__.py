"""Questions about packs: what a folder holds, as a whole."""

from mulin.packs.queries.folder import BadPack
from mulin.packs.queries.reading import examine, read_pack, read_things

__all__ = ["BadPack", "examine", "read_pack", "read_things"]
