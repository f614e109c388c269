-- OAuth 2.1: keys that sign access tokens, clients, what people granted them,
-- and what is handed out once: codes, refresh tokens, tickets.

CREATE TABLE signing_keys (
	id @uuid PRIMARY KEY,
	sealed @bytes NOT NULL,
	signs_from @time NOT NULL,
	created_at @time NOT NULL
);
CREATE INDEX signing_keys_from ON signing_keys (signs_from, id);

-- A client is registered by an administrator, dynamically (RFC 7591), or by
-- a document that it publishes under its client_id.  One that has a grant of its
-- own credentials acts for one person.
CREATE TABLE oauth_clients (
	id @uuid PRIMARY KEY,
	client_id TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	metadata TEXT NOT NULL,
	secret_hash @bytes,
	registration_hash @bytes,
	for_tenant @uuid,
	for_user @uuid,
	verified @bool NOT NULL,
	disabled @bool NOT NULL,
	created_at @time NOT NULL,
	used_at @time,
	fresh_until @time,
	FOREIGN KEY (for_tenant, for_user)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX oauth_clients_unused ON oauth_clients (kind, created_at)
	WHERE used_at IS NULL;
CREATE INDEX oauth_clients_for ON oauth_clients (for_tenant, for_user);

-- What one person allowed one client at one time; all tokens hang on it.
CREATE TABLE oauth_grants (
	id @uuid PRIMARY KEY,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	client_id @uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
	scopes TEXT NOT NULL,
	resource TEXT NOT NULL,
	created_at @time NOT NULL,
	expires_at @time NOT NULL,
	used_at @time,
	revoked_at @time,
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX oauth_grants_user ON oauth_grants (tenant_id, user_id, client_id);
CREATE INDEX oauth_grants_client ON oauth_grants (client_id);
CREATE INDEX oauth_grants_expires ON oauth_grants (expires_at);

CREATE TABLE oauth_codes (
	hash @bytes PRIMARY KEY,
	grant_id @uuid NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
	redirect_uri TEXT NOT NULL,
	challenge TEXT NOT NULL,
	jkt TEXT NOT NULL,
	expires_at @time NOT NULL,
	used_at @time
);
CREATE INDEX oauth_codes_grant ON oauth_codes (grant_id);
CREATE INDEX oauth_codes_expires ON oauth_codes (expires_at);

-- The answer that a token was exchanged for is kept a moment, sealed by a key
-- that comes from the token, for a client that did not get it.
CREATE TABLE oauth_refresh_tokens (
	hash @bytes PRIMARY KEY,
	grant_id @uuid NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
	generation INTEGER NOT NULL,
	jkt TEXT NOT NULL,
	created_at @time NOT NULL,
	expires_at @time NOT NULL,
	rotated_at @time,
	answer @bytes,
	UNIQUE (grant_id, generation)
);
CREATE INDEX oauth_refresh_tokens_expires ON oauth_refresh_tokens (expires_at);

-- Requests that wait: pushed by a client (RFC 9126), or for a person's consent,
-- then bound to the browser session.
CREATE TABLE oauth_tickets (
	hash @bytes PRIMARY KEY,
	kind TEXT NOT NULL,
	client_id @uuid NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
	session_id @uuid,
	params TEXT NOT NULL,
	expires_at @time NOT NULL
);
CREATE INDEX oauth_tickets_client ON oauth_tickets (client_id);
CREATE INDEX oauth_tickets_expires ON oauth_tickets (expires_at);

-- What may be shown once: ids of proofs and assertions.
CREATE TABLE oauth_seen (
	hash @bytes PRIMARY KEY,
	expires_at @time NOT NULL
);
CREATE INDEX oauth_seen_expires ON oauth_seen (expires_at);

-- down
DROP TABLE oauth_seen;
DROP TABLE oauth_tickets;
DROP TABLE oauth_refresh_tokens;
DROP TABLE oauth_codes;
DROP TABLE oauth_grants;
DROP TABLE oauth_clients;
DROP TABLE signing_keys;
