-- Clients whose id is the URL of a document: the document can change, what somebody agreed to does not.

-- What the document said when the code was given, as JSON.
ALTER TABLE codes ADD COLUMN client TEXT;
-- Which redirect URIs and keys it named when somebody agreed, as SHA-256.
ALTER TABLE consents ADD COLUMN client BLOB CHECK (length(client) = 32);
