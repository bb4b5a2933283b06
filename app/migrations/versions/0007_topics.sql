-- The types of products and offers a program is about. Null until a worker of this code has looked through the stored
-- programs, or an import brings them again.

alter table programs
    add column topics text[],
    add constraint programs_topics_check check (cardinality(topics) between 1 and 8 and array_position(topics, null) is null and octet_length(topics::text) <= 30000);

-- One row per file of topics that the stored programs were looked through for; `reached` is the last id looked at.
create table topic_tagging (
    fingerprint text not null,
    reached bigint default 0 not null,
    finished_at timestamp with time zone,
    constraint topic_tagging_pkey primary key (fingerprint)
);
