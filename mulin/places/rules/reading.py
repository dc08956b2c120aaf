"""Reading an address: which names stand in it, where a character is wrong, and what fits together best.

A path goes through the text from left to right and takes names that lie in one another. Of all paths the one
that explains the most characters is believed; a typing error costs two of them, a character left unread one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mulin.places.rules import names
from mulin.places.rules.nodes import BARE, Node
from mulin.places.rules.spellings import LENGTH_MOST, NEAR_FROM, Bearer, Spellings

TEXT_MAX: Final = 500
PATHS_MOST: Final = 16
GAP_MOST: Final = 2  # what unread characters before a name may cost
ERROR: Final = 2
STARTS: Final = 3  # so far into unread text a misspelt name is looked for
AHEAD: Final = 40  # so much of a text after the last name may hold a misspelt one
_LEADS: Final = frozenset("在于住的是到至从去和与及我们您你处址：属归")  # a name may begin after these
_TRAILS: Final = frozenset(
    "东西南北门口附旁对的与和第及属内里"
)  # a name without its ending may end before these
_NUMBERED: Final = re.compile(r"[0-9A-Za-z](号楼|号院|号|室|栋|幢|座|单元|楼|层|户)?$")
_NOT_NAMES: Final = frozenset("的门口附旁对与和内里外边侧")


@dataclass(frozen=True, slots=True)
class Hit:
    """A name in the text: where, what it may stand for, and how well it is written."""

    start: int
    end: int
    written: str
    nodes: tuple[Bearer, ...] = ()
    compounds: tuple[Bearer, ...] = ()
    names: tuple[tuple[str, str], ...] = ()  # what is read for it when it is misspelt: name and bearer
    gap: int = 0  # unread characters before it

    @property
    def is_near(self) -> bool:
        """Return whether it is misspelt."""
        return bool(self.names)

    @property
    def is_bare(self) -> bool:
        """Return whether it is only the stem of a name."""
        return not self.compounds and all(bearer.grade == BARE for bearer in self.nodes)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an address says."""

    written: str = ""
    nodes: tuple[str, ...] = ()  # the narrowest that fit all names; several when a shared name is left open
    compounds: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    elsewhere: tuple[Hit, ...] = ()  # names of places that do not lie there
    also: tuple[str, ...] = ()  # nodes and compounds that bear in full the name taken for misspelt
    unread: str = ""  # text after the last name that may be one
    house: names.House = field(default_factory=names.House)
    grid_number: str = ""
    score: float = 0.0


def is_no_name(character: str) -> bool:
    """Return whether what begins with ``character`` is surely no name."""
    return character in _NOT_NAMES or character.isdigit()


@dataclass(frozen=True, slots=True)
class _Path:
    score: float = 0.0
    end: int = 0
    nodes: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    elsewhere: tuple[Hit, ...] = ()


class Reader:
    """Reads addresses by the names of one day; immutable, shared by threads."""

    def __init__(
        self,
        nodes: Mapping[str, Node],
        spellings: Spellings,
        may_lie_in: Callable[[str, Sequence[str]], bool],
    ) -> None:
        self._nodes = nodes
        self._around = {key: frozenset(node.around) for key, node in nodes.items()}
        self._spellings = spellings
        self._may_lie_in = may_lie_in

    def read(self, text: str) -> Reading:
        """Return the best reading; a misspelt name is looked for only where something is left unread."""
        written, breaks = names.spelt(text[:TEXT_MAX])
        hits = self._exact(written)
        path, tied = self._best(written, breaks, hits)
        regions = self._unread(written, breaks, path)
        if regions:
            near = [hit for region in regions for hit in self._near(written, breaks, *region)]
            if near:
                path, tied = self._best(written, breaks, [*hits, *near])
        return self._reading(written, breaks, path, tied, hits)

    def _exact(self, written: str) -> list[Hit]:
        """Return all names in the text but those inside a longer one."""
        found: list[Hit] = []
        reach = 0
        for start in range(len(written) - 1):
            ends = [end for end in self._spellings.at(written, start) if end > reach]
            if ends:
                found += [self._hit(written, start, end) for end in ends]
                reach = max(ends)
        outer = {(hit.start, hit.end) for hit in found}
        return [
            hit
            for hit in found
            if not any(s <= hit.start and hit.end <= e and (s, e) != (hit.start, hit.end) for s, e in outer)
        ]

    def _hit(self, written: str, start: int, end: int, read: Sequence[str] = ()) -> Hit:
        piece = written[start:end]
        known = self._spellings.bearers
        pairs = [(name, b) for name in read or (piece,) for b in known.get(name, ())]
        if read:
            pairs = [(name, b) for name, b in pairs if b.grade != BARE]
        bearers = tuple(dict.fromkeys(b for _, b in pairs))
        nodes = tuple(b for b in bearers if b.what == "node")
        compounds = tuple(b for b in bearers if b.what == "compound")
        return Hit(start, end, piece, nodes, compounds, tuple((n, b.code) for n, b in pairs) if read else ())

    def _near(self, written: str, breaks: frozenset[int], begin: int, end: int) -> list[Hit]:
        found = []
        starts = [s for s in range(begin, end - 1) if s - begin < STARTS or s in breaks]
        for start in starts:
            for stop in range(start + NEAR_FROM - 1, min(end, start + LENGTH_MOST + 1) + 1):
                read = tuple(self._spellings.near(written[start:stop]))
                if read:
                    found.append(self._hit(written, start, stop, read))
        return found

    def _unread(self, written: str, breaks: frozenset[int], path: _Path) -> list[tuple[int, int]]:
        """Return the pieces that may hold a misspelt name: gaps between names, and the text after."""
        regions = [(hit.start, hit.end) for hit in path.elsewhere]
        for place, hit in enumerate(path.hits):
            if hit.gap:
                before = path.hits[place - 1] if place else None
                begin = before.start if before and before.is_bare else before.end if before else 0
                begin = (
                    max([begin, *(b for b in breaks if b < hit.start and b > begin)]) if not before else begin
                )
                regions += [(begin, hit.start), (max(begin, hit.start - STARTS + 1), hit.end)]
        last = path.hits[-1] if path.hits else None
        begin, after = (last.start, last.end) if last else (0, 0)
        skipped = last is not None and after < len(written) and is_no_name(written[after])
        if len(written) - after > 1 and not skipped:
            regions.append((begin, min(len(written), after + AHEAD)))
            regions += [(after, regions[-1][1])] if last and not path.compounds else []
        return regions

    def _best(
        self, written: str, breaks: frozenset[int], hits: Sequence[Hit]
    ) -> tuple[_Path, tuple[_Path, ...]]:
        """Return the best path, and all that are as good."""
        paths = [_Path()]
        exact = [hit for hit in hits if not hit.is_near and not hit.is_bare]
        begins = {hit.start for hit in exact}
        for hit in sorted(hits, key=lambda hit: (hit.start, hit.end)):
            longer = [
                on
                for path in paths
                if path.end <= hit.start and (on := self._onward(path, hit, written, breaks, exact, begins))
            ]
            paths = self._kept([*paths, *longer]) if longer else paths
        best = max(paths, key=lambda path: (path.score, path.hits[-1].end if path.hits else 0))
        return best, tuple(path for path in paths if path.score == best.score)

    def _kept(self, paths: list[_Path]) -> list[_Path]:
        best: dict[tuple[int, tuple[str, ...], tuple[str, ...]], _Path] = {}
        for path in paths:
            state = (path.end, path.nodes, path.compounds)
            if state not in best or path.score > best[state].score:
                best[state] = path
        return sorted(best.values(), key=lambda path: -path.score)[:PATHS_MOST]

    def _onward(
        self,
        path: _Path,
        hit: Hit,
        written: str,
        breaks: frozenset[int],
        exact: Sequence[Hit],
        begins: set[int],
    ) -> _Path | None:
        """Return the path with one more name, or nothing if the name does not fit it."""
        gap = self._gap(path.end, hit.start, written, breaks)
        if hit.is_bare and not self._stands_alone(path, hit, gap, written, breaks, begins):
            return None
        passed = tuple(other for other in exact if path.end <= other.start and other.end <= hit.start)
        cost = min(gap, GAP_MOST) + (ERROR if hit.is_near else 0) + sum(p.end - p.start for p in passed)
        nodes = self._fitting(path.nodes, hit.nodes)
        compounds = hit.compounds
        if hit.is_near and path.nodes:
            compounds = tuple(b for b in compounds if self._may_lie_in(b.code, path.nodes))
        if not nodes and not compounds:
            if (
                hit.nodes and not hit.is_bare and not hit.is_near
            ):  # a second place elsewhere: the first counts
                away = (*path.elsewhere, *passed, hit)
                return _Path(path.score - cost, hit.end, path.nodes, path.compounds, path.hits, away)
            return None
        grade = 0 if compounds or hit.is_near else min(bearer.grade for bearer in nodes)
        if not hit.is_near:
            nodes = tuple(b for b in nodes if b.grade == grade) or nodes
        taken = Hit(hit.start, hit.end, hit.written, hit.nodes, compounds, hit.names, gap)
        return _Path(
            path.score + hit.end - hit.start - cost - 0.25 * grade,
            hit.end,
            tuple(dict.fromkeys(b.code for b in nodes)) or path.nodes,
            tuple(dict.fromkeys([*path.compounds, *(b.code for b in compounds)])),
            (*path.hits, taken),
            (*path.elsewhere, *passed),
        )

    def _fitting(self, fits: tuple[str, ...], bearers: Sequence[Bearer]) -> tuple[Bearer, ...]:
        """Return the bearers that lie in what was named so far, are it, or lie around it."""
        if not fits or not bearers:
            return tuple(bearers)
        before = set(fits)
        below = tuple(b for b in bearers if not before.isdisjoint(self._around[b.code]))
        if below:
            return below
        same = tuple(b for b in bearers if b.code in before)
        if same:
            return same
        named = {b.code: b for b in bearers}
        inside = [key for key in fits if not named.keys().isdisjoint(self._around[key])]
        if not inside:
            return ()
        around = next(named[key] for key in named if key in self._around[inside[0]])
        return tuple(Bearer("node", key, around.grade, around.stem) for key in inside)

    @staticmethod
    def _gap(end: int, start: int, written: str, breaks: frozenset[int]) -> int:
        before = written[end:start]
        if not before or start in breaks or before[-1] in _LEADS or _NUMBERED.search(before):
            return 0
        return min(start - end, *(start - b for b in breaks if b < start)) if breaks else start - end

    @staticmethod
    def _stands_alone(
        path: _Path, hit: Hit, gap: int, written: str, breaks: frozenset[int], begins: set[int]
    ) -> bool:
        """Return whether a stem is a word of its own: nothing unread before it, an end or a name after it."""
        if gap or (not path.hits and hit.start not in breaks):
            return False
        at = hit.end
        if at >= len(written) or at in breaks:
            return True
        if not path.hits and all(bearer.grade == BARE for bearer in hit.nodes) and at not in begins:
            return written[at].isdigit()
        return at in begins or not "\u4e00" <= written[at] <= "\u9fff" or written[at] in _TRAILS

    def _reading(
        self,
        written: str,
        breaks: frozenset[int],
        path: _Path,
        tied: Sequence[_Path],
        exact: Sequence[Hit],
    ) -> Reading:
        nodes = dict.fromkeys(key for one in tied for key in one.nodes)
        wider = {up for key in nodes for up in self._around[key]}
        kept = tuple(sorted(key for key in nodes if key not in wider))
        compounds = tuple(dict.fromkeys(code for one in tied for code in one.compounds))
        named = [hit for hit in path.hits if hit.compounds] or list(path.hits[-1:])
        rest = written[named[-1].end if named else 0 :]
        last = max((hit.end for hit in (*path.hits, *path.elsewhere)), default=0)
        stop = min((b for b in breaks if b > last), default=len(written))
        return Reading(
            written=written,
            nodes=kept,
            compounds=compounds,
            hits=path.hits,
            elsewhere=path.elsewhere,
            also=self._also(path, exact),
            unread="" if last in breaks or is_no_name(written[last]) else written[last:stop],
            house=names.house_in(rest),
            grid_number=names.grid_number(rest),
            score=path.score,
        )

    def _also(self, path: _Path, exact: Sequence[Hit]) -> tuple[str, ...]:
        """Return what bears in full, or but for one character, the name that was taken for misspelt."""
        along = {up for key in path.nodes for up in (key, *self._around[key])}
        return tuple(
            bearer.code
            for hit in path.hits
            if hit.is_near
            for other in exact
            if hit.start <= other.start and other.end <= hit.end and not other.is_bare
            if len(other.written) >= len(hit.written) - 1
            for bearer in other.nodes
            if bearer.code not in along
        )
