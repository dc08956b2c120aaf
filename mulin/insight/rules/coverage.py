"""How much lies near enough to a service, and where the next ones would reach most: greedy maximum coverage.

Places are points with a weight (a building and its dwellings). A site serves every place within a straight
line of so many metres. Greedy choice is never worse than 1 − 1/e (63 %) of the best possible; of equals the
smallest code is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely

from mulin.kernel.errors import BadInput
from mulin.places.rules.ground import METRES_PER_DEGREE, Plane

METRES: Final = 500  # 示例: the usual walking distance to a service
METRES_LEAST: Final = 50
METRES_MOST: Final = 5_000
SITES_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to be served, or a site that serves: where it is and what it weighs."""

    code: str
    lon: float
    lat: float
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Site:
    """A next site: how many places and how much weight it would reach that nothing reached before."""

    code: str
    places: int
    gain: int


class Reach:
    """Which spots lie within ``metres`` of which, in metres on a flat map around the first of them."""

    def __init__(self, spots: Sequence[Spot], *, metres: float) -> None:
        if not METRES_LEAST <= metres <= METRES_MOST:
            raise BadInput(
                "距离应在 %(least)d 到 %(most)d 米之间", where="metres", least=METRES_LEAST, most=METRES_MOST
            )
        self.spots = sorted(spots, key=lambda spot: spot.code)
        self.metres = metres
        lats = [spot.lat for spot in self.spots]
        self._plane = Plane(lat=(min(lats) + max(lats)) / 2 if lats else 0.0)
        self._tree = shapely.STRtree(self._points(self.spots))

    def _points(self, spots: Sequence[Spot]) -> Any:
        pairs = np.array([(s.lon, s.lat) for s in spots], dtype=float).reshape(-1, 2)
        return shapely.points(pairs * (self._plane.east_scale, METRES_PER_DEGREE))

    def served_by(self, sites: Sequence[Spot]) -> frozenset[str]:
        """Return the codes of the spots within reach of any of ``sites``."""
        near = self._near(sites)[1]
        return frozenset(self.spots[int(index)].code for index in np.unique(near))

    def next_sites(self, candidates: Sequence[Spot], *, served: frozenset[str], most: int) -> list[Site]:
        """Return the best next sites in order, each for what the ones before it leave unserved.

        Lazy greedy: a candidate's gain only ever shrinks, so only the front of the line is counted again.
        """
        if not 1 <= most <= SITES_MOST:
            raise BadInput("一次推荐 1 到 %(most)d 处", where="sites", most=SITES_MOST)
        ordered = sorted(candidates, key=lambda spot: spot.code)
        weights = np.array([0 if s.code in served else s.weight for s in self.spots], dtype=np.int64)
        open_ = np.array([s.code not in served for s in self.spots], dtype=bool)
        reach = self._reach(ordered)
        gains = np.array([int(weights[near].sum()) for near in reach], dtype=np.int64)
        chosen: list[Site] = []
        while len(chosen) < most and len(gains):
            best = int(gains.argmax())  # of equals the first: the smallest code
            again = int(weights[reach[best]].sum())
            if again < gains[best]:
                gains[best] = again
                continue
            if not again:
                break
            chosen.append(Site(ordered[best].code, int(open_[reach[best]].sum()), again))
            weights[reach[best]] = 0
            open_[reach[best]] = False
            gains[best] = 0
        return chosen

    def _reach(self, sites: Sequence[Spot]) -> list["np.ndarray[tuple[int], np.dtype[np.int64]]"]:
        owners, near = self._near(sites)
        order = np.argsort(owners, kind="stable")
        bounds = np.searchsorted(owners[order], np.arange(len(sites) + 1))
        return [near[order][start:end] for start, end in pairwise(bounds)]

    def _near(self, sites: Sequence[Spot]) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
        if not sites or not self.spots:
            return np.empty((2, 0), dtype=np.int64)
        return self._tree.query(self._points(sites), predicate="dwithin", distance=self.metres)


@dataclass(frozen=True, slots=True)
class Share:
    """What of one area is served: places and their weight."""

    code: str
    places: int
    served: int
    weight: int
    weight_served: int

    @property
    def per_cent(self) -> str:
        """Return the share of places in per cent with one digit; — without any."""
        return f"{100 * self.served / self.places:.1f}" if self.places else "—"


def shares(spots: Sequence[Spot], area_of: Mapping[str, str], *, served: frozenset[str]) -> list[Share]:
    """Return the share of each area, by code; ``area_of`` says in which area a spot lies."""
    sums: dict[str, list[int]] = {}
    for spot in spots:
        held = sums.setdefault(area_of.get(spot.code, ""), [0, 0, 0, 0])
        near = spot.code in served
        for index, value in enumerate((1, int(near), spot.weight, spot.weight if near else 0)):
            held[index] += value
    return [Share(code, *held) for code, held in sorted(sums.items())]
