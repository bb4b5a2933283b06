-- What became of asking merchants' addresses whether they answer.
CREATE TABLE link_checks (
    sha256 BYTEA NOT NULL,
    address TEXT NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome TEXT NOT NULL,
    because TEXT NOT NULL,
    failures INTEGER DEFAULT 0 NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    dead_since TIMESTAMP WITH TIME ZONE,
    CONSTRAINT link_checks_pkey PRIMARY KEY (sha256),
    CONSTRAINT link_checks_outcome_check CHECK (outcome in ('answers', 'gone', 'failed', 'refused', 'forbidden', 'private'))
);
CREATE INDEX link_checks_answering_idx ON link_checks (checked_at) WHERE outcome = 'answers';

-- What is doubtful in the records of an import, field by field.
ALTER TABLE import_runs ADD COLUMN warnings JSONB;
