-- Accounts: who waits for approval, passwords, browser sessions, one-time
-- links, failures to sign in, and the audit trail.

ALTER TABLE users ADD COLUMN pending @bool NOT NULL DEFAULT FALSE;
-- What the person is in the tenant: owner or member.
ALTER TABLE users ADD COLUMN tenant_role TEXT NOT NULL DEFAULT 'owner';
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE email <> '';
CREATE INDEX users_admin ON users (is_admin);

CREATE TABLE passwords (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	hash TEXT NOT NULL,
	changed_at @time NOT NULL,
	PRIMARY KEY (tenant_id, user_id),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE sessions (
	id @uuid PRIMARY KEY,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	hash @bytes NOT NULL UNIQUE,
	address TEXT NOT NULL,
	user_agent TEXT NOT NULL,
	created_at @time NOT NULL,
	last_used_at @time NOT NULL,
	expires_at @time NOT NULL,
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id, last_used_at);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- For whom a link is, or, of an invitation, who invites.
CREATE TABLE one_time_links (
	id @uuid PRIMARY KEY,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	kind TEXT NOT NULL,
	hash @bytes NOT NULL UNIQUE,
	email TEXT NOT NULL,
	created_at @time NOT NULL,
	expires_at @time NOT NULL,
	used_at @time,
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX one_time_links_user ON one_time_links (tenant_id, user_id, id);
CREATE INDEX one_time_links_expires ON one_time_links (expires_at);

-- Keyed hashes of account and address, and the microsecond, as Unix time, at
-- which all failures are forgiven.
CREATE TABLE sign_in_failures (
	id @bytes PRIMARY KEY,
	forgiven_us BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_forgiven ON sign_in_failures (forgiven_us);

-- What was done to identities.  Rows outlive the people they name; nothing in
-- them is a secret or a name.  The chain is a keyed hash of the row and of the
-- chain before it.
CREATE TABLE audit_log (
	seq BIGINT PRIMARY KEY,
	noted_at @time NOT NULL,
	tenant_id @uuid,
	user_id @uuid,
	actor_id @uuid,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	result TEXT NOT NULL,
	object TEXT NOT NULL,
	detail TEXT NOT NULL,
	address TEXT NOT NULL,
	user_agent TEXT NOT NULL,
	request_id TEXT NOT NULL,
	chain @bytes NOT NULL
);
CREATE INDEX audit_log_user ON audit_log (tenant_id, user_id, seq);
CREATE INDEX audit_log_action ON audit_log (action, seq);
-- The number and the chain of the last row.
INSERT INTO meta (name, number) VALUES ('audit', 0);

-- down
DELETE FROM meta WHERE name IN ('audit', 'setup_token');
DROP TABLE audit_log;
DROP TABLE sign_in_failures;
DROP TABLE one_time_links;
DROP TABLE sessions;
DROP TABLE passwords;
DROP INDEX users_admin;
DROP INDEX users_email;
ALTER TABLE users DROP COLUMN tenant_role;
ALTER TABLE users DROP COLUMN pending;
