-- Whose address is not confirmed yet.

ALTER TABLE users ADD COLUMN unverified @bool NOT NULL DEFAULT FALSE;

-- down
ALTER TABLE users DROP COLUMN unverified;
