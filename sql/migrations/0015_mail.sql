-- Whose address is not confirmed yet; and how the tokens of logins are found
-- that have ended.

ALTER TABLE users ADD COLUMN unverified @bool NOT NULL DEFAULT FALSE;
CREATE INDEX access_tokens_login ON access_tokens (expires_at)
	WHERE name = 'login';

-- down
DROP INDEX access_tokens_login;
ALTER TABLE users DROP COLUMN unverified;
