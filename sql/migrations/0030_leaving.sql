-- Since when a person is being deleted, or when whoever does it was last at it;
-- so that somebody else goes on when that process has died.

ALTER TABLE users ADD COLUMN leaving_at @time;
CREATE INDEX users_leaving ON users (leaving_at) WHERE leaving_at IS NOT NULL;

-- down
DROP INDEX users_leaving;
ALTER TABLE users DROP COLUMN leaving_at;
