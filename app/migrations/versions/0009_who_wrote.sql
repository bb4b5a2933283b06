alter table api_keys add column expires_at timestamp with time zone, add column last_used_at timestamp with time zone;
alter table import_runs add column author text, add column request_id text;
alter table index_operations add column author text, add column request_id text;

create table program_marks (
    id bigint generated always as identity,
    program_id bigint not null,
    at timestamp with time zone default now() not null,
    author text,
    request_id text,
    marks json not null,
    constraint program_marks_pkey primary key (id)
);
create index program_marks_program_id_id_idx on program_marks (program_id, id);
create index program_marks_at_idx on program_marks (at);
