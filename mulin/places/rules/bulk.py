"""Many points at once: a lattice over the ground answers where no border is near, the tree does the rest."""

from typing import Any, Final

import numpy as np
import shapely

from mulin.places.rules.ground import METRES_PER_DEGREE
from mulin.places.rules.points import AreaIndex

CELLS_ACROSS: Final = 48  # lattice cells along the side of an ordinary grid
SIDE_MOST: Final = 4_096
NOWHERE: Final = -1
_BORDER: Final = -2
_STEP: Final = 0.9  # of a cell, between two looks along a border: none is jumped over
_SLACK: Final = 1e-6  # of a cell: a border along the edge of a cell belongs to both sides


class Lattice:
    """The grids of a day as squares that lie wholly in one of them (or in none), for millions of points."""

    def __init__(self, index: AreaIndex) -> None:
        self.codes = index.grid_codes
        self._index = index
        shapes = index.grid_shapes
        self._shapes = np.array(shapes, dtype=object)
        if not shapes:
            return
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        side = min(SIDE_MOST, max(64, round(len(shapes) ** 0.5) * CELLS_ACROSS))
        self._corner = np.array([west, south])
        self._size = np.array([(east - west) / side, (north - south) / side])
        self._side = side
        self._cells = self._marked(shapes)
        self._fill()

    def locate_many(self, lons: Any, lats: Any) -> Any:
        """Return for each point the number of its grid in ``codes``, or NOWHERE.

        As ``AreaIndex.locate`` answers: the smallest code of several, the nearest grid just outside.
        """
        plane = self._index.plane
        points = np.column_stack([lons, lats]) * (plane.east_scale, METRES_PER_DEGREE)
        if not self.codes:
            return np.full(len(points), NOWHERE)
        at = np.floor((points - self._corner) / self._size).astype(np.int64)
        inside = ((at >= 0) & (at < self._side)).all(axis=1)
        at = np.where(inside[:, None], at, 0)
        answer = np.where(inside, self._cells[at[:, 1], at[:, 0]], NOWHERE)
        unsure = np.flatnonzero(answer == _BORDER)
        answer[unsure] = self._looked_up(points[unsure])
        outside = np.flatnonzero(answer == NOWHERE)
        answer[outside] = self._nearest(points[outside])
        return answer

    def _marked(self, shapes: Any) -> Any:
        """Return the lattice with every cell marked that a border passes."""
        cells = np.full((self._side, self._side), NOWHERE, dtype=np.int32)
        rings = shapely.get_parts(shapely.boundary(shapes))
        fine = shapely.segmentize(
            shapely.transform(rings, lambda pairs: (pairs - self._corner) / self._size), _STEP
        )
        pairs, ring = shapely.get_coordinates(fine, return_index=True)
        goes_on = ring[1:] == ring[:-1]
        one, other = pairs[:-1][goes_on], pairs[1:][goes_on]
        low = np.floor(np.minimum(one, other) - _SLACK).astype(np.int64).clip(0, self._side - 1)
        high = np.floor(np.maximum(one, other) + _SLACK).astype(np.int64).clip(0, self._side - 1)
        for columns in (low[:, 0], high[:, 0]):
            for rows in (low[:, 1], high[:, 1]):
                cells[rows, columns] = _BORDER
        return cells

    def _fill(self) -> None:
        """Give each run of cells between two borders the grid its first cell lies in."""
        flat = self._cells.ravel()
        free = flat != _BORDER
        begins = free.copy()
        begins[1:] &= ~free[:-1]
        begins[:: self._side] = free[:: self._side]
        starts = np.flatnonzero(begins)
        middles = np.column_stack([starts % self._side, starts // self._side]) + 0.5
        grids = self._looked_up(middles * self._size + self._corner)
        run = np.cumsum(begins) - 1
        flat[free] = grids[run[free]]

    def _looked_up(self, points: Any) -> Any:
        """Return the smallest code's grid that holds each point, or NOWHERE."""
        found = np.full(len(points), NOWHERE)
        which, grids = self._index.grid_tree.query(shapely.points(points))  # by their boxes
        holds = shapely.intersects_xy(self._shapes[grids], points[which, 0], points[which, 1])
        which, grids = which[holds], grids[holds]
        order = np.argsort(-grids, kind="stable")  # the smallest is written last
        found[which[order]] = grids[order]
        return found

    def _nearest(self, points: Any) -> Any:
        """Return the grid a point lies just outside of, as one by one; else NOWHERE."""
        found = np.full(len(points), NOWHERE)
        which, grids = self._index.grid_tree.query_nearest(
            shapely.points(points), max_distance=self._index.border_metres
        )
        order = np.argsort(-grids, kind="stable")
        found[which[order]] = grids[order]
        return found
