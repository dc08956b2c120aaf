"""The walk along chains and roots finds the first wrong place; no database is needed to check a ledger."""

from itertools import count

import pytest

from mulin.ledger.rules.chain import GENESIS, Walk, entry_hash, root_hash
from mulin.ledger.rules.roots import Anchor, RootWalk, compare_heads, heads_of, read_anchor


def rows(number: int, *, chains: int = 3) -> list[tuple]:
    """Return well-made entries, dealt out to the chains in turn."""
    ends = dict.fromkeys(range(chains), (0, GENESIS))
    made = []
    for id_, chain in zip(range(1, number + 1), (n % chains for n in count()), strict=False):
        height, previous = ends[chain]
        row = (id_, 900 + id_, 5, "case.noted", "case", "s", 7, None, "{}", chain, height + 1, previous, b"")
        row = (*row[:12], entry_hash(row))
        ends[chain] = (height + 1, row[12])
        made.append(row)
    return made


def first_fault(entries: list[tuple]) -> str | None:
    walk = Walk()
    for row in entries:
        if fault := walk.step(row):
            return fault.where
    return None


def test_a_whole_chain_has_no_fault() -> None:
    entries = rows(30)
    walk = Walk()
    assert [walk.step(row) for row in entries] == [None] * 30
    heads = [(chain, *end) for chain, end in enumerate(walk.ends) if end[0]]
    assert walk.arrive(heads) is None
    assert walk.entries == 30


@pytest.mark.parametrize("column", range(13))
def test_every_column_is_under_the_hash(column: int) -> None:
    entries = rows(9)
    row = list(entries[4])
    row[column] = {
        int: lambda old: old + 1,
        str: lambda old: old + "x",
        bytes: lambda old: bytes([old[0] ^ 1]) + old[1:],
        type(None): lambda _: 4,
    }[type(row[column])](row[column])
    entries[4] = tuple(row)
    assert first_fault(entries) == f"entry {row[0]}"


def test_a_missing_entry_is_found_at_the_next_of_its_chain() -> None:
    entries = rows(9)
    del entries[1]
    assert first_fault(entries) == "entry 5"


@pytest.mark.parametrize(("column", "other"), [(10, 9), (11, bytes([1]) * 32)], ids=["height", "previous"])
def test_a_right_hash_over_a_wrong_link_is_found(column: int, other: object) -> None:
    entries = rows(9)
    row = list(entries[7])
    row[column] = other
    entries[7] = (*row[:12], entry_hash(tuple(row)))
    assert first_fault(entries) == "entry 8"


def test_a_missing_tail_is_found_by_the_head() -> None:
    entries = rows(9)
    walk = Walk()
    for row in entries[:-1]:
        walk.step(row)
    fault = walk.arrive([(2, 3, 9, entries[-1][12]), *[(c, *e) for c, e in enumerate(walk.ends) if c != 2]])
    assert fault is not None
    assert fault.where == "entry 9"


@pytest.mark.parametrize("head", [(2, 3, 9, GENESIS), (2, 3, 8, None), (2, 2, 9, None)], ids=str)
def test_a_changed_head_is_found(head: tuple) -> None:
    entries = rows(9)
    walk = Walk()
    for row in entries:
        walk.step(row)
    changed = (*head[:3], head[3] or entries[-1][12])
    fault = walk.arrive([changed, *[(c, *e) for c, e in enumerate(walk.ends) if c != 2]])
    assert fault is not None
    assert fault.where == "chain 2"


def test_an_unknown_chain_is_a_fault() -> None:
    row = rows(1)[0]
    bad = (*row[:9], 16, *row[10:12], b"")
    assert first_fault([(*bad[:12], entry_hash(bad))]) == "entry 1"


def roots(*heads: str) -> list[tuple]:
    made, previous = [], GENESIS
    for number, text in enumerate(heads, start=1):
        hash_ = root_hash(number=number, micros=5, heads=text, previous=previous)
        made.append((number, 5, text, previous, hash_))
        previous = hash_
    return made


def text_of(*heads: tuple[int, int, int]) -> str:
    inner = ", ".join(f'[{c}, {h}, {e}, "{e:064x}"]' for c, h, e in heads)
    return f"[{inner}]"


def test_only_heads_that_moved_are_named() -> None:
    made = roots(text_of((0, 1, 1), (1, 1, 2)), text_of((0, 1, 1), (1, 2, 5)))
    walk = RootWalk(iter(()))
    assert [head[2] for head in walk.step(made[0])] == [1, 2]
    assert [head[2] for head in walk.step(made[1])] == [5]


@pytest.mark.parametrize("column", range(5))
def test_every_column_of_a_root_is_under_its_hash(column: int) -> None:
    row = list(roots(text_of((0, 1, 1)))[0])
    row[column] = {
        int: lambda old: old + 1,
        str: lambda old: old.replace("0", "1", 1),
        bytes: lambda old: bytes([old[0] ^ 1]) + old[1:],
    }[type(row[column])](row[column])
    fault = RootWalk(iter(())).step(tuple(row))
    assert fault.where == f"root {row[0]}"


def test_a_root_that_follows_on_another_is_found() -> None:
    made = roots(text_of((0, 1, 1)), text_of((0, 2, 2)))
    stray = bytes([1]) * 32
    hash_ = root_hash(number=2, micros=5, heads=made[1][2], previous=stray)
    walk = RootWalk(iter(()))
    walk.step(made[0])
    assert walk.step((2, 5, made[1][2], stray, hash_)).where == "root 2"


def test_a_chain_never_gets_shorter_from_root_to_root() -> None:
    made = roots(text_of((0, 5, 9)), text_of((0, 4, 8)))
    walk = RootWalk(iter(()))
    walk.step(made[0])
    assert walk.step(made[1]).where == "root 2"


def test_an_anchor_that_says_otherwise_is_found() -> None:
    made = roots(text_of((0, 1, 1)))
    assert RootWalk(iter([Anchor(1, "", GENESIS)])).step(made[0]).where == "root 1"
    assert RootWalk(iter([Anchor(2, "", made[0][4])])).step(made[0]).where == "root 1"
    assert not hasattr(RootWalk(iter([Anchor(1, "", made[0][4])])).step(made[0]), "why")


def test_an_anchor_without_its_root_is_found() -> None:
    fault = RootWalk(iter([Anchor(1, "", GENESIS)])).arrive()
    assert fault is not None
    assert fault.where == "root 1"
    assert RootWalk(iter(())).arrive() is None


def test_a_sealed_head_must_still_be_there() -> None:
    heads = {head[2]: (head, 3) for head in heads_of(text_of((0, 1, 1), (1, 1, 2)))}
    there = {entry: (head[0], head[1], head[3]) for entry, (head, _) in heads.items()}
    assert compare_heads(heads, there) is None
    assert compare_heads(heads, {1: there[1]}).where == "entry 2"
    assert compare_heads(heads, there | {1: (0, 1, GENESIS)}).where == "entry 1"


def test_an_anchor_line_reads_back() -> None:
    anchor = Anchor(12, "2026-05-12T04:00:00+00:00", bytes(range(32)))
    assert read_anchor(anchor.line()) == anchor


@pytest.mark.parametrize("line", ["", "12 x\n", "12 2026 " + "a" * 64, "x 2026 " + "a" * 64 + "\n"], ids=repr)
def test_a_torn_line_is_no_anchor(line: str) -> None:
    assert read_anchor(line) is None
