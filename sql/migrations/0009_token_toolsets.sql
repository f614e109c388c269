-- Which tools a client is shown that uses a token; '': what the configuration
-- says.

ALTER TABLE access_tokens ADD COLUMN toolset TEXT NOT NULL DEFAULT '';

-- down
ALTER TABLE access_tokens DROP COLUMN toolset;
