-- API keys beside personal tokens, and how often each is used.

-- '': a personal token, without a quota.
ALTER TABLE access_tokens ADD COLUMN tier TEXT NOT NULL DEFAULT '';
ALTER TABLE access_tokens ADD COLUMN description TEXT NOT NULL DEFAULT '';

-- By month, as 202611, by UTC.
CREATE TABLE token_usage (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	token_id @uuid NOT NULL REFERENCES access_tokens (id)
		ON DELETE CASCADE,
	month INTEGER NOT NULL,
	used BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, user_id, token_id, month),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX token_usage_token ON token_usage (token_id);

-- down
DROP TABLE token_usage;
ALTER TABLE access_tokens DROP COLUMN description;
ALTER TABLE access_tokens DROP COLUMN tier;
