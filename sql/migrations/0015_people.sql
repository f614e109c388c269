-- Whose address is not confirmed yet; what units a person reads on pages; and
-- how the tokens of logins are found that have ended.

ALTER TABLE users ADD COLUMN unverified @bool NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN units TEXT NOT NULL DEFAULT 'metric';
CREATE INDEX access_tokens_login ON access_tokens (expires_at)
	WHERE name = 'login';

-- down
DROP INDEX access_tokens_login;
ALTER TABLE users DROP COLUMN units;
ALTER TABLE users DROP COLUMN unverified;
