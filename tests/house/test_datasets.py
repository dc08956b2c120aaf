"""The data catalogue is complete: every table of the program stands in it with all its words (S-224)."""

import ast

import pytest

from mulin.insight.queries.datasets import datasets, tables
from mulin.insight.rules.datasets import BASES, OWNERS, PERSONAL, RETENTIONS
from tests.house.tree import HAN, programs

# Tables that no model stands for, and the framework's own that exist only where it makes them.
BESIDE = {"auth_group"}


@pytest.mark.mechanism("S-224")
def test_every_table_has_owner_purpose_basis_and_retention_and_no_line_is_of_a_table_that_is_gone() -> None:
    named = [row.table for row in datasets()]
    assert len(named) == len(set(named)), "a table stands there twice"
    missing = sorted(tables() - set(named))
    assert missing == [], "tables without a line in mulin/insight/datasets.csv: say whose, what for, how long"
    assert sorted(set(named) - tables() - BESIDE) == [], "lines of tables that are gone"
    for row in datasets():
        assert row.owner in OWNERS, row.table
        assert row.basis in BASES, row.table
        assert row.retention in RETENTIONS, row.table
        assert row.personal in PERSONAL, row.table
        assert all(row.words(english=False).values()), row.table
        english = row.words(english=True)
        assert not any(HAN.search(word) for word in english.values()), row.table


def test_only_the_vault_holds_contacts_of_residents_and_it_rests_on_consent() -> None:
    held = [row for row in datasets() if row.personal == "resident"]
    assert [(row.table, row.basis) for row in held] == [("people_contact", "consent")]


def test_insight_changes_no_row() -> None:
    writes = {  # Counter.update of compounds is no writing
        "save",
        "create",
        "bulk_create",
        "update",
        "bulk_update",
        "delete",
        "get_or_create",
    }
    for name, module in programs("mulin.insight"):
        for node in ast.walk(module):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in writes
            ):
                told = ast.unparse(node.func.value)
                assert told == "compounds", f"{name}: {ast.unparse(node.func)}"
