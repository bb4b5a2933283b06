-- Which program an idempotency key wrote, and with what.
CREATE TABLE program_requests (
    key TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    program_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT program_requests_pkey PRIMARY KEY (key)
);

-- A network that was added to this catalogue, as it was described; null for those that come with Affindex.
ALTER TABLE networks ADD COLUMN definition JSONB;

-- Generated programs that real ones took the place of.
ALTER TABLE import_run_networks ADD COLUMN removed INTEGER DEFAULT 0 NOT NULL;

-- Whose program it is, where its network is a registry that lists those of others.
ALTER TABLE programs
    ADD COLUMN operated_by TEXT,
    ADD CONSTRAINT programs_operated_by_check CHECK (operated_by <> '' and (octet_length(operated_by) <= 100 or char_length(operated_by) <= 100));
