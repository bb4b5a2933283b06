-- Watches: saved searches that tell what changes in them; and what the history of programs lacked for it.

create table watches (
    id bigint generated always as identity,
    name text not null,
    query text not null,
    analysis text not null,
    tells text[] not null,
    webhook text,
    secret bytea not null,
    email text,
    created_at timestamp with time zone default now() not null,
    author text,
    paused_at timestamp with time zone,
    paused_because text,
    revision bigint default 0 not null,
    born text default pg_current_snapshot()::text not null,
    matched bytea,
    matches integer,
    generation text,
    drawn_at timestamp with time zone,
    told bigint default 0 not null,
    attempts integer default 0 not null,
    failing_since timestamp with time zone,
    retry_at timestamp with time zone,
    failure text,
    given_up_at timestamp with time zone,
    mailed bigint default 0 not null,
    mailed_at timestamp with time zone,
    mail_failure text,
    constraint watches_pkey primary key (id),
    constraint watches_name_key unique (name),
    constraint watches_name_check check (char_length(name) between 1 and 200),
    constraint watches_query_check check (octet_length(query) <= 8000),
    constraint watches_tells_check check (cardinality(tells) > 0),
    constraint watches_webhook_check check (octet_length(webhook) <= 2000),
    constraint watches_email_check check (octet_length(email) <= 254)
);

create table watch_events (
    id bigint generated always as identity,
    uuid uuid default gen_random_uuid() not null,
    watch_id bigint not null,
    at timestamp with time zone not null,
    kind text not null,
    program_id bigint not null,
    field text,
    old jsonb,
    new jsonb,
    program jsonb,
    constraint watch_events_pkey primary key (id),
    constraint watch_events_watch_id_fkey foreign key (watch_id) references watches (id) on delete cascade
);
create index watch_events_watch_id_id_idx on watch_events (watch_id, id);
create index watch_events_at_idx on watch_events (at);

-- How far each log was read for all watches.
create table watch_cursors (
    source text not null,
    xid bigint not null,
    row_id bigint not null,
    constraint watch_cursors_pkey primary key (source)
);

-- Programs whose newest version every live generation has got since somebody last looked for the watches.
create table pushed_programs (
    id bigint generated always as identity,
    program_id bigint not null,
    constraint pushed_programs_pkey primary key (id)
);

create or replace function note_changed_programs() returns trigger language plpgsql as $$
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
    select id, 'created', null, to_jsonb(status) from changed order by id;
    return null;
end
$$;
