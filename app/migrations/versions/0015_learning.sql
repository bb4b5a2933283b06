-- How often each text was searched for, by the day. Nothing tells who searched, or when on that day.
CREATE TABLE query_counts (
    day DATE NOT NULL,
    query TEXT NOT NULL,
    asked BIGINT DEFAULT 0 NOT NULL,
    empty BIGINT DEFAULT 0 NOT NULL,
    relaxed BIGINT DEFAULT 0 NOT NULL,
    corrected BIGINT DEFAULT 0 NOT NULL,
    found BIGINT,
    CONSTRAINT query_counts_pkey PRIMARY KEY (day, query),
    CONSTRAINT query_counts_query_check CHECK (octet_length(query) <= 200)
);

-- What operators add to how words are read and ranked, without a release.
CREATE TABLE search_edits (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    content JSONB NOT NULL,
    author TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT search_edits_pkey PRIMARY KEY (id),
    CONSTRAINT search_edits_kind_check CHECK (kind in ('synonym', 'topic', 'pin'))
);

-- How often edits were written: what a process holds of them is of a number of changes.
CREATE TABLE search_edit_changes (
    id SMALLINT NOT NULL,
    changes BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT search_edit_changes_pkey PRIMARY KEY (id),
    CONSTRAINT search_edit_changes_id_check CHECK (id = 1)
);
INSERT INTO search_edit_changes (id) VALUES (1);
