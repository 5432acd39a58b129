-- Who renews a token at the provider now: its refresh token may be good once, so others wait until then.
ALTER TABLE upstream_tokens ADD COLUMN lease_holder TEXT;
ALTER TABLE upstream_tokens ADD COLUMN lease_until INTEGER;

-- When clean-up looked whether anything uses the token, and since when it has found nothing.
ALTER TABLE upstream_tokens ADD COLUMN looked_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE upstream_tokens ADD COLUMN unused_since INTEGER;
CREATE INDEX upstream_tokens_looked_at ON upstream_tokens (looked_at) WHERE ended_at IS NULL;
CREATE INDEX upstream_tokens_unused_since ON upstream_tokens (unused_since) WHERE unused_since IS NOT NULL;
