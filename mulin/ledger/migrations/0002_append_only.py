"""The trigger that links entries into chains, the one that seals roots, and the refusal of every other change.

No contrib module is needed; runs on PostgreSQL 15 and later. The texts that are hashed here are computed once more,
independently, in mulin/ledger/rules/chain.py.
"""

from django.db import migrations

LINK = r"""
create sequence ledger_entry_number;

create function ledger_link() returns trigger language plpgsql as $$
declare
    xid bigint := pg_current_xact_id()::text::bigint;
    head ledger_chain;
begin
    -- One transaction, one chain: no two transactions ever wait for each other's chains. Savepoints make
    -- transaction numbers come in steps; multiplying by the golden ratio spreads any such steps over all chains.
    new.chain := ((xid & 65535) * 40503 >> 12) & 15;
    select * into head from ledger_chain where chain = new.chain for no key update;
    if not found then
        insert into ledger_chain (chain, height, entry, hash, base)
            values (new.chain, 0, 0, decode(repeat('00', 32), 'hex'), (select coalesce(max(base), 0) from ledger_chain))
            on conflict do nothing;
        select * into head from ledger_chain where chain = new.chain for no key update;
    end if;
    new.id := nextval('ledger_entry_number');
    new.tx := xid + head.base;
    new.height := head.height + 1;
    new.previous := head.hash;
    new.hash := sha256(convert_to(format(
        E'%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s',
        new.chain, new.height, new.id, new.tx, (extract(epoch from new.at) * 1000000)::bigint, new.kind,
        new.subject_kind, new.subject, new.account_id, new.unit_id, new.facts, encode(new.previous, 'hex')
    ), 'UTF8'));
    update ledger_chain set height = new.height, entry = new.id, hash = new.hash where chain = new.chain;
    return new;
end $$;

create trigger ledger_link before insert on ledger_entry for each row execute function ledger_link();
"""

SEAL = r"""
create function ledger_seal() returns trigger language plpgsql as $$
declare
    last ledger_root;
begin
    select * into last from ledger_root order by number desc limit 1;
    new.number := coalesce(last.number, 0) + 1;
    new.previous := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    new.heads := (
        select coalesce(jsonb_agg(jsonb_build_array(chain, height, entry, encode(hash, 'hex')) order by chain), '[]')
        from ledger_chain where height > 0
    );
    new.hash := sha256(convert_to(format(
        E'%s\n%s\n%s\n%s',
        new.number, (extract(epoch from new.at) * 1000000)::bigint, new.heads, encode(new.previous, 'hex')
    ), 'UTF8'));
    return new;
end $$;

create trigger ledger_seal before insert on ledger_root for each row execute function ledger_seal();
"""

REFUSE = """
create function ledger_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only: % on % refused', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;

create trigger ledger_no_change before update or delete on ledger_entry
    for each row execute function ledger_refuse();
create trigger ledger_no_truncate before truncate on ledger_entry
    for each statement execute function ledger_refuse();
create trigger ledger_no_change before update or delete on ledger_root
    for each row execute function ledger_refuse();
create trigger ledger_no_truncate before truncate on ledger_root
    for each statement execute function ledger_refuse();

-- The heads move inside the trigger on entries only (depth 1); from outside nobody but `settle` may touch `base`.
create trigger ledger_no_change before update on ledger_chain for each row
    when (pg_trigger_depth() = 0 and row(old.chain, old.height, old.entry, old.hash)
        is distinct from row(new.chain, new.height, new.entry, new.hash))
    execute function ledger_refuse();
create trigger ledger_no_delete before delete on ledger_chain for each row execute function ledger_refuse();
create trigger ledger_no_truncate before truncate on ledger_chain
    for each statement execute function ledger_refuse();
"""

SHAPE = r"""
alter table ledger_entry
    add constraint entry_kind check (kind ~ '^[a-z_]+[.][a-z_]+$'),
    add constraint entry_subject_kind check (subject_kind = split_part(kind, '.', 1)),
    add constraint entry_subject check (subject ~ '^[A-Za-z0-9._:-]+$'),
    add constraint entry_facts check (jsonb_typeof(facts) = 'object'),
    add constraint entry_account check (account_id >= -1);
-- Sixteen rows, rewritten all day: room in their page lets old versions be reused on the spot.
alter table ledger_chain set (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
insert into ledger_chain (chain, height, entry, hash, base)
    select chain, 0, 0, decode(repeat('00', 32), 'hex'), 0 from generate_series(0, 15) as chain;
"""

UNDO = """
alter table ledger_entry drop constraint entry_kind, drop constraint entry_subject_kind,
    drop constraint entry_subject, drop constraint entry_facts, drop constraint entry_account;
drop function ledger_link cascade;
drop function ledger_seal cascade;
drop function ledger_refuse cascade;
drop sequence ledger_entry_number;
"""


class Migration(migrations.Migration):
    """Make the ledger append-only."""

    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(SHAPE + LINK + SEAL + REFUSE, UNDO)]
