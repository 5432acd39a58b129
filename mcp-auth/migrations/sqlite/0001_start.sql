-- Times are milliseconds since 1970, lists of scopes are JSON. Secrets are here as SHA-256 or sealed, never readable.
-- A version that has been released is never changed: the next change of the schema is a file of its own.

CREATE TABLE clients (
    id            TEXT PRIMARY KEY,
    metadata      TEXT NOT NULL,
    fingerprint   BLOB NOT NULL CHECK (length(fingerprint) = 32),
    secret        BLOB CHECK (length(secret) = 32),
    registered_at INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    used          INTEGER NOT NULL CHECK (used IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX clients_fingerprint ON clients (fingerprint) WHERE secret IS NULL;
CREATE INDEX clients_unused ON clients (registered_at, expires_at) WHERE used = 0;
CREATE INDEX clients_expires_at ON clients (expires_at);

CREATE TABLE grants (
    id              TEXT PRIMARY KEY,
    person_provider TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    person_name     TEXT NOT NULL,
    client_id       TEXT NOT NULL,
    resource        TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    upstream        TEXT,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    over_at         INTEGER NOT NULL AS (min(expires_at, ifnull(ended_at, expires_at)))
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_over_at ON grants (over_at);
CREATE INDEX grants_ended_at ON grants (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX grants_upstream ON grants (upstream) WHERE upstream IS NOT NULL;

CREATE TABLE codes (
    code            BLOB PRIMARY KEY CHECK (length(code) = 32),
    client_id       TEXT NOT NULL,
    redirect_uri    TEXT NOT NULL,
    code_challenge  TEXT NOT NULL,
    resource        TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    person_provider TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    person_name     TEXT NOT NULL,
    upstream        TEXT,
    expires_at      INTEGER NOT NULL,
    redeemed        TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_expires_at ON codes (expires_at) WHERE redeemed IS NULL;
-- A grant comes from one code.
CREATE UNIQUE INDEX codes_redeemed ON codes (redeemed) WHERE redeemed IS NOT NULL;
CREATE INDEX codes_upstream ON codes (upstream) WHERE upstream IS NOT NULL AND redeemed IS NULL;

CREATE TABLE refresh_tokens (
    token      BLOB PRIMARY KEY CHECK (length(token) = 32),
    grant_id   TEXT NOT NULL REFERENCES grants (id),
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    rotated_at INTEGER,
    successor  BLOB CHECK (length(successor) = 32),
    -- the successor, for a repeated request, until somebody uses it
    sealed     BLOB,
    CHECK ((rotated_at IS NULL) = (successor IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_grant_id ON refresh_tokens (grant_id);
-- Of all tokens of a grant one has not been rotated: a family never splits.
CREATE UNIQUE INDEX refresh_tokens_last ON refresh_tokens (grant_id) WHERE rotated_at IS NULL;
CREATE INDEX refresh_tokens_sealed ON refresh_tokens (grant_id) WHERE sealed IS NOT NULL;

CREATE TABLE consents (
    client_id       TEXT NOT NULL,
    resource        TEXT NOT NULL,
    person_provider TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    person_name     TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    given_at        INTEGER NOT NULL,
    PRIMARY KEY (client_id, resource, person_provider, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    session         BLOB PRIMARY KEY CHECK (length(session) = 32),
    person_provider TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    person_name     TEXT NOT NULL,
    upstream        TEXT,
    expires_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_upstream ON sessions (upstream) WHERE upstream IS NOT NULL;

CREATE TABLE sign_ins (
    state      BLOB PRIMARY KEY CHECK (length(state) = 32),
    browser    BLOB NOT NULL CHECK (length(browser) = 32),
    provider   TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ins_expires_at ON sign_ins (expires_at);

CREATE TABLE upstream_tokens (
    id              TEXT PRIMARY KEY,
    person_provider TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    person_name     TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    sealed          BLOB NOT NULL,
    version         INTEGER NOT NULL,
    expires_at      INTEGER,
    -- Its row stays for a while, without the token, so that its id and versions never come back.
    ended_at        INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX upstream_tokens_person ON upstream_tokens (person_provider, person_id, scopes) WHERE ended_at IS NULL;
CREATE INDEX upstream_tokens_ended_at ON upstream_tokens (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE keys (
    id         TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_purpose ON keys (purpose, created_at, id);
