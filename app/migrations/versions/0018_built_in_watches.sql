create table built_in_watches (
    name text not null,
    watch_id bigint,
    constraint built_in_watches_pkey primary key (name),
    constraint built_in_watches_watch_id_fkey foreign key (watch_id) references watches (id) on delete set null
);
