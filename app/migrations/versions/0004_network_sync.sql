-- What syncing live networks keeps. A frozen copy, as in 0001.

CREATE TABLE network_budgets (
    network_id SMALLINT NOT NULL,
    tokens DOUBLE PRECISION NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    blocked_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT network_budgets_pkey PRIMARY KEY (network_id),
    CONSTRAINT network_budgets_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id)
);

CREATE TABLE network_pulls (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    network_id SMALLINT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    state TEXT DEFAULT 'pulling' NOT NULL,
    complete BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT network_pulls_pkey PRIMARY KEY (id),
    CONSTRAINT network_pulls_state_check CHECK (state in ('pulling', 'refused', 'merged', 'dropped')),
    CONSTRAINT network_pulls_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id)
);
CREATE UNIQUE INDEX network_pulls_open_idx ON network_pulls (network_id) WHERE state = 'pulling';

CREATE TABLE network_pages (
    pull_id BIGINT NOT NULL,
    listing TEXT NOT NULL,
    number INTEGER NOT NULL,
    cursor TEXT,
    next TEXT,
    total INTEGER,
    ids TEXT[] NOT NULL,
    body BYTEA NOT NULL,
    etag TEXT,
    last_modified TEXT,
    fetched_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT network_pages_pkey PRIMARY KEY (pull_id, listing, number),
    CONSTRAINT network_pages_pull_id_fkey FOREIGN KEY(pull_id) REFERENCES network_pulls (id) ON DELETE CASCADE
);

CREATE TABLE network_details (
    network_id SMALLINT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body JSON,
    fetched_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT network_details_pkey PRIMARY KEY (network_id, kind, key),
    CONSTRAINT network_details_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id)
);

CREATE TABLE network_syncs (
    run_id BIGINT NOT NULL,
    network_id SMALLINT NOT NULL,
    pull_id BIGINT,
    resumed BOOLEAN DEFAULT false NOT NULL,
    complete BOOLEAN DEFAULT false NOT NULL,
    calls INTEGER DEFAULT 0 NOT NULL,
    failed_calls INTEGER DEFAULT 0 NOT NULL,
    limited_calls INTEGER DEFAULT 0 NOT NULL,
    details INTEGER DEFAULT 0 NOT NULL,
    waited_seconds DOUBLE PRECISION DEFAULT 0 NOT NULL,
    records INTEGER,
    fill_rates JSONB,
    notes TEXT[],
    refused BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT network_syncs_pkey PRIMARY KEY (run_id),
    CONSTRAINT network_syncs_run_id_fkey FOREIGN KEY(run_id) REFERENCES import_runs (id) ON DELETE CASCADE,
    CONSTRAINT network_syncs_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id),
    CONSTRAINT network_syncs_pull_id_fkey FOREIGN KEY(pull_id) REFERENCES network_pulls (id) ON DELETE SET NULL
);
CREATE INDEX network_syncs_network_idx ON network_syncs (network_id, run_id);

CREATE TABLE program_aliases (
    network_id SMALLINT NOT NULL,
    external_id TEXT NOT NULL,
    alias_of BIGINT NOT NULL,
    noted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT program_aliases_pkey PRIMARY KEY (network_id, external_id),
    CONSTRAINT program_aliases_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id)
);
CREATE INDEX program_aliases_alias_of_idx ON program_aliases (alias_of);

