-- What changed in a program and when, written by the trigger that stamps it; how generations and operations fare.

-- Where a generation stands: since when it takes no changes, and how far its build is.
alter table index_generations
    add column paused_since timestamp with time zone,
    add column built bigint,
    add column expected bigint;

create table index_operations (
    id bigint generated always as identity,
    kind text not null,
    state text default 'running' not null,
    started_at timestamp with time zone default now() not null,
    finished_at timestamp with time zone,
    result json,
    error text,
    constraint index_operations_pkey primary key (id),
    constraint index_operations_kind_check check (kind in ('rebuild', 'rollback', 'verify')),
    constraint index_operations_state_check check (state in ('running', 'done', 'failed'))
);
create index index_operations_kind_id_idx on index_operations (kind, id);

-- `xid` is the writer's transaction. A reader who goes no further than the oldest transaction still open misses no
-- row that commits late; an order by time or by id would.
create table program_history (
    id bigint generated always as identity,
    program_id bigint not null,
    at timestamp with time zone default now() not null,
    xid bigint default pg_current_xact_id()::text::bigint not null,
    field text not null,
    old jsonb,
    new jsonb,
    constraint program_history_pkey primary key (id)
);
create index program_history_xid_id_idx on program_history (xid, id);
create index program_history_program_id_id_idx on program_history (program_id, id);
create index program_history_at_idx on program_history (at);

-- Kept by the trigger, so that a document stays a function of its row.
alter table programs
    add column terms_changed_at timestamp with time zone,
    add column rate_cut_at timestamp with time zone,
    add column closed_at timestamp with time zone;

-- EPC moves a little every day; only a move to another band is news. The edges are those of the facet.
create function epc_band(epc double precision) returns integer language sql immutable parallel safe
    return width_bucket(epc, array[0, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5]::double precision[]);

drop trigger stamp on programs;

create or replace function stamp_program() returns trigger language plpgsql as $$
begin
    new.version := nextval('program_version');
    return new;
end
$$;

create function stamp_changed_program() returns trigger language plpgsql as $$
begin
    new.version := nextval('program_version');
    new.created_at := old.created_at;
    new.updated_at := now();
    new.terms_changed_at := old.terms_changed_at;
    new.rate_cut_at := old.rate_cut_at;
    new.closed_at := old.closed_at;
    if (old.status, old.commission_type, old.commission_min, old.commission_max, old.commission_fixed_min,
            old.commission_fixed_max, old.currency, old.cookie_days)
        is distinct from (new.status, new.commission_type, new.commission_min, new.commission_max,
            new.commission_fixed_min, new.commission_fixed_max, new.currency, new.cookie_days)
        or (old.epc is distinct from new.epc and epc_band(old.epc) is distinct from epc_band(new.epc))
    then
        new.terms_changed_at := now();
        if new.commission_max < old.commission_max
            or (new.commission_min < old.commission_min and new.commission_max is not distinct from old.commission_max)
            or (new.currency is not distinct from old.currency and (
                new.commission_fixed_max < old.commission_fixed_max
                or (new.commission_fixed_min < old.commission_fixed_min
                    and new.commission_fixed_max is not distinct from old.commission_fixed_max)))
        then
            new.rate_cut_at := now();
        end if;
        if new.status <> old.status then
            new.closed_at := case when new.status = 'closed' then now() end;
        end if;
    end if;
    return new;
end
$$;

create trigger stamp before insert on programs for each row execute function stamp_program();
create trigger stamp_changed before update on programs for each row execute function stamp_changed_program();

-- The rows of history are made of the whole statement at once: one insert a row would double the cost of an update.
create function note_updated_programs() returns trigger language plpgsql as $$
begin
    insert into changed_programs (program_id, version)
    select id, version from changed order by id
    on conflict (program_id) do update
        set version = excluded.version, changed_at = excluded.changed_at, leased_until = null
        where changed_programs.version < excluded.version;
    if found then
        notify changed_programs;
    end if;
    insert into program_history (program_id, field, old, new)
    select a.id, each.field, each.before, each.after
    from changed a join before b on b.id = a.id cross join lateral (
        select 'status', to_jsonb(b.status), to_jsonb(a.status) where b.status <> a.status
        union all
        select 'commissionType', to_jsonb(b.commission_type), to_jsonb(a.commission_type)
            where b.commission_type is distinct from a.commission_type
        union all
        select 'commissionMin', to_jsonb(b.commission_min), to_jsonb(a.commission_min)
            where b.commission_min is distinct from a.commission_min
        union all
        select 'commissionMax', to_jsonb(b.commission_max), to_jsonb(a.commission_max)
            where b.commission_max is distinct from a.commission_max
        union all
        select 'commissionFixedMin', to_jsonb(b.commission_fixed_min), to_jsonb(a.commission_fixed_min)
            where b.commission_fixed_min is distinct from a.commission_fixed_min
        union all
        select 'commissionFixedMax', to_jsonb(b.commission_fixed_max), to_jsonb(a.commission_fixed_max)
            where b.commission_fixed_max is distinct from a.commission_fixed_max
        union all
        select 'currency', to_jsonb(b.currency), to_jsonb(a.currency) where b.currency is distinct from a.currency
        union all
        select 'cookieDays', to_jsonb(b.cookie_days), to_jsonb(a.cookie_days)
            where b.cookie_days is distinct from a.cookie_days
        union all
        select 'epc', to_jsonb(b.epc), to_jsonb(a.epc) where epc_band(b.epc) is distinct from epc_band(a.epc)
    ) as each (field, before, after)
    where a.terms_changed_at = now();
    return null;
end
$$;

drop trigger note_updated on programs;
create trigger note_updated after update on programs
    referencing old table as before new table as changed
    for each statement execute function note_updated_programs();

-- A snapshot older than this statement's lock does not see what committed in between, and TRUNCATE takes that away
-- too: nobody would note it.
create or replace function note_truncated_programs() returns trigger language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'programs can be truncated under READ COMMITTED only: an older snapshot hides rows that would go unnoted'
            using hint = 'begin the transaction without an isolation level, or DELETE';
    end if;
    with buried as (
        insert into deleted_programs (id, version)
        select id, nextval('program_version') from programs order by id
        on conflict (id) do update set version = excluded.version, deleted_at = excluded.deleted_at
        returning id, version
    )
    insert into changed_programs (program_id, version)
    select id, version from buried order by id
    on conflict (program_id) do update
        set version = excluded.version, changed_at = excluded.changed_at, leased_until = null;
    notify changed_programs;
    return null;
end
$$;
