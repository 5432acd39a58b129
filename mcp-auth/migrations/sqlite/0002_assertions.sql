-- Client assertions that have been used (RFC 7523): each is good once.
CREATE TABLE assertions (
    client_id  TEXT NOT NULL,
    jti        BLOB NOT NULL CHECK (length(jti) = 32),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX assertions_expires_at ON assertions (expires_at);
