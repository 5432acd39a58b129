-- Grants are listed and ended by person and by client, page by page.
CREATE INDEX grants_person ON grants (person_provider, person_id, id) WHERE ended_at IS NULL;
CREATE INDEX grants_client ON grants (client_id, id) WHERE ended_at IS NULL;
CREATE INDEX consents_person ON consents (person_provider, person_id);
CREATE INDEX sessions_person ON sessions (person_provider, person_id);
