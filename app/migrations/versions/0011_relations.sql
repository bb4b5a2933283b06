-- How our accounts stand to programs: private, and never part of a document. A frozen copy, as in 0001.
-- No foreign keys to programs: one would forbid TRUNCATE of the programs to whoever may do it.

CREATE TABLE relation_accounts (
    name TEXT NOT NULL,
    network_id SMALLINT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    changes BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT relation_accounts_pkey PRIMARY KEY (name),
    CONSTRAINT relation_accounts_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id)
);

CREATE TABLE program_relations (
    account TEXT NOT NULL,
    program_id BIGINT NOT NULL,
    relation TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE,
    CONSTRAINT program_relations_pkey PRIMARY KEY (account, program_id),
    CONSTRAINT program_relations_relation_check CHECK (relation in ('joined', 'pending', 'declined', 'removed', 'notJoined')),
    CONSTRAINT program_relations_account_fkey FOREIGN KEY(account) REFERENCES relation_accounts (name)
);
CREATE INDEX program_relations_program_id_idx ON program_relations (program_id);

CREATE TABLE relation_history (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    account TEXT NOT NULL,
    program_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    xid BIGINT DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    old TEXT,
    new TEXT,
    CONSTRAINT relation_history_pkey PRIMARY KEY (id)
);
CREATE INDEX relation_history_xid_id_idx ON relation_history (xid, id);
CREATE INDEX relation_history_program_id_id_idx ON relation_history (program_id, id);
CREATE INDEX relation_history_at_idx ON relation_history (at);

CREATE TABLE program_notes (
    program_id BIGINT NOT NULL,
    text TEXT,
    tags TEXT[],
    applied_on DATE,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    author TEXT,
    CONSTRAINT program_notes_pkey PRIMARY KEY (program_id),
    CONSTRAINT program_notes_text_check CHECK (char_length(text) between 1 and 10000),
    CONSTRAINT program_notes_tags_check CHECK (cardinality(tags) between 1 and 20),
    CONSTRAINT program_notes_said_check CHECK (text is not null or tags is not null or applied_on is not null)
);

CREATE TABLE shortlisted_programs (
    program_id BIGINT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    author TEXT,
    CONSTRAINT shortlisted_programs_pkey PRIMARY KEY (program_id)
);

-- How often notes were written: what a process holds of them is of a number of changes.
CREATE TABLE note_changes (
    id SMALLINT NOT NULL,
    changes BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT note_changes_pkey PRIMARY KEY (id),
    CONSTRAINT note_changes_id_check CHECK (id = 1)
);
INSERT INTO note_changes (id) VALUES (1);

-- Of which account of the network; empty is the one named as the network.
ALTER TABLE network_pulls ADD COLUMN account TEXT DEFAULT '' NOT NULL;
DROP INDEX network_pulls_open_idx;
CREATE UNIQUE INDEX network_pulls_open_idx ON network_pulls (network_id, account) WHERE state = 'pulling';
ALTER TABLE network_details ADD COLUMN account TEXT DEFAULT '' NOT NULL;
ALTER TABLE network_details DROP CONSTRAINT network_details_pkey;
ALTER TABLE network_details ADD CONSTRAINT network_details_pkey PRIMARY KEY (network_id, account, kind, key);
