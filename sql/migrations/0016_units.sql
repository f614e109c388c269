-- What units a person reads on pages.

ALTER TABLE users ADD COLUMN units TEXT NOT NULL DEFAULT 'metric';

-- down
ALTER TABLE users DROP COLUMN units;
