-- Who works now: a row a worker, which it writes every few seconds.
CREATE TABLE workers (
    id TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    beat_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    frozen TEXT,
    CONSTRAINT workers_pkey PRIMARY KEY (id)
);
