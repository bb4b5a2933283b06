-- Uploaded feeds wait here for a worker, which may run on another host than the API.

CREATE TABLE feed_uploads (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT feed_uploads_pkey PRIMARY KEY (id)
);

CREATE TABLE feed_upload_pieces (
    upload_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    bytes BYTEA NOT NULL,
    CONSTRAINT feed_upload_pieces_pkey PRIMARY KEY (upload_id, number),
    CONSTRAINT feed_upload_pieces_upload_id_fkey FOREIGN KEY(upload_id) REFERENCES feed_uploads (id) ON DELETE CASCADE
);
