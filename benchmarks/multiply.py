"""A million cases out of twenty thousand: the planted past copied inside the database.

Copies get their own ids, numbers, codes and moments. Their ledger entries are chained here as the trigger
would have chained them, some two hundred cases to a chain at a time: `mulin ledger verify` holds on the result.
"""

# ruff: noqa: E501 - statements are easier to read whole

import sys
import time
from collections.abc import Sequence

import psycopg
from psycopg import sql

TABLES = (
    "cases_case",
    "cases_casesearch",
    "cases_report",
    "cases_assignment",
    "cases_remark",
    "ledger_entry",
)
_TWIN = """
create function pg_temp.twin(id uuid, copy int) returns uuid language sql immutable as
$$ select (left(id::text, 32) || lpad(to_hex(copy), 4, '0'))::uuid $$;
create temporary sequence code_number;
create function pg_temp.code() returns text language sql volatile as
$$ select substr(h, 1, 4) || '-' || substr(h, 5, 4)
   from (select upper(lpad(to_hex(nextval('pg_temp.code_number')), 8, '0')) as h) as c $$;
"""
_FACTS = """
create function pg_temp.facts(facts jsonb, copy int) returns jsonb language plpgsql immutable as $$ begin
    if facts ? 'report' then
        facts := jsonb_set(facts, '{report}', to_jsonb(pg_temp.twin((facts->>'report')::uuid, copy)::text));
    end if;
    if facts #> '{moved,due_at}' is not null then
        facts := jsonb_set(facts, '{moved,due_at}',
            to_jsonb((facts #>> '{moved,due_at}')::timestamptz - make_interval(mins => copy * 7)));
    end if;
    return facts;
end $$
"""
_INDEXES = """
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i
left join pg_constraint c on c.conindid = i.indexrelid
where i.indrelid = any(%s::regclass[]) and c.oid is null
"""
_CHAIN = """
create function pg_temp.chain(first int, last int) returns void language plpgsql as $$
declare
    heights bigint[]; hashes bytea[]; entries bigint[]; bases bigint;
    xid bigint := pg_current_xact_id()::text::bigint;
    row record; n bigint := 0; c int; next_id bigint; digest bytea; height bigint;
begin
    select array_agg(ledger_chain.height order by chain), array_agg(hash order by chain),
        array_agg(entry order by chain), max(base)
        into heights, hashes, entries, bases from ledger_chain;
    for row in
        select e.at - make_interval(mins => k * 7) as at, e.kind, pg_temp.twin(e.subject::uuid, k)::text as subject,
            e.account_id, e.unit_id,
            pg_temp.facts(e.facts, k) as facts
        from generate_series(first, last) as k, planted_entry e order by k, e.id
    loop
        c := (n / 1200) % 16 + 1; n := n + 1;
        next_id := nextval('ledger_entry_number');
        height := heights[c] + 1;
        digest := sha256(convert_to(format(
            E'%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s', c - 1, height, next_id, xid + bases,
            (extract(epoch from row.at) * 1000000)::bigint, row.kind, 'case', row.subject, row.account_id,
            row.unit_id, row.facts, encode(hashes[c], 'hex')), 'UTF8'));
        insert into ledger_entry (id, tx, at, kind, subject_kind, subject, account_id, unit_id, facts, chain,
            height, previous, hash) values (next_id, xid + bases, row.at, row.kind, 'case', row.subject,
            row.account_id, row.unit_id, row.facts, c - 1, height, hashes[c], digest);
        heights[c] := height; hashes[c] := digest; entries[c] := next_id;
    end loop;
    update ledger_chain set height = heights[chain + 1], hash = hashes[chain + 1], entry = entries[chain + 1];
end $$
"""
_AT = ("reported_at", "registered_at", "dispatched_at", "accepted_at", "handled_at", "checked_at", "closed_at",
       "due_at", "received_at", "answered_at", "given_at", "at")  # fmt: skip
_OWN = {
    ("cases_case", "id"): "pg_temp.twin(id, k)",
    ("cases_case", "number"): "number || '-' || k",
    ("cases_report", "id"): "pg_temp.twin(id, k)",
    ("cases_report", "tracking_code"): "pg_temp.code()",
    ("cases_report", "source_no"): "source_no || '-' || k",
}


def multiply(dsn: str, *, copies: int, columns: dict[str, Sequence[str]]) -> None:
    """Write ``copies`` more of everything planted so far; ``columns`` are those of the planted tables."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "set session_replication_role = replica"
        )  # no checks: the rows are copies of good ones
        connection.execute("set synchronous_commit = off")
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute(_TWIN)
        connection.execute(_FACTS)
        connection.execute(_CHAIN)
        indexes = connection.execute(_INDEXES, (list(TABLES),)).fetchall()
        for name, _definition in indexes:
            connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        for table in TABLES:
            planted = f"planted_{table.partition('_')[2]}"
            only = " where subject_kind = 'case'" if table == "ledger_entry" else ""
            connection.execute(f"create temporary table {planted} as select * from {table}{only}")
        connection.commit()
        for table in TABLES[:-1]:
            began = time.monotonic()
            connection.execute(_copy(table, columns[table]), {"copies": copies})
            connection.commit()
            _say(table, began)
        began = time.monotonic()
        for first in range(1, copies + 1, 10):
            connection.execute("select pg_temp.chain(%s, %s)", (first, min(first + 9, copies)))
            connection.commit()
        _say("ledger_entry", began)
        began = time.monotonic()
        for _name, definition in indexes:
            connection.execute(definition)
        connection.commit()
        _say(f"{len(indexes)} indexes", began)


def _copy(table: str, columns: Sequence[str]) -> str:
    chosen = [_OWN.get((table, column)) or _shifted(column) for column in columns]
    return (
        f"insert into {table} ({', '.join(columns)}) select {', '.join(chosen)}"
        f" from generate_series(1, %(copies)s::int) as k, planted_{table.partition('_')[2]}"
    )


def _shifted(column: str) -> str:
    if column == "case_id":
        return "pg_temp.twin(case_id, k)"
    return f"{column} - make_interval(mins => k * 7)" if column in _AT else column


def _say(what: str, began: float) -> None:
    print(f"copied {what} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
