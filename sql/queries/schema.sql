-- What was done to the schema, and facts about the whole database.

-- name: schema_create write
CREATE TABLE IF NOT EXISTS schema_migrations (
	version INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	checksum TEXT NOT NULL,
	applied_at @time NOT NULL
);

-- name: schema_list
SELECT version, name, checksum, applied_at FROM schema_migrations
ORDER BY version;

-- name: schema_insert write
INSERT INTO schema_migrations (version, name, checksum, applied_at)
VALUES ($1, $2, $3, $4);

-- name: schema_delete write
DELETE FROM schema_migrations WHERE version = $1;

-- name: meta_number
SELECT number FROM meta WHERE name = $1;

-- name: meta_bump write
UPDATE meta SET number = number + 1 WHERE name = $1;

-- name: meta_set_number write
INSERT INTO meta (name, number) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET number = excluded.number;

-- name: meta_swap_number write
UPDATE meta SET number = $2 WHERE name = $1 AND number = $3;

-- name: meta_bytes
SELECT bytes FROM meta WHERE name = $1;

-- name: meta_set_bytes write
INSERT INTO meta (name, bytes) VALUES ($1, $2)
ON CONFLICT (name) DO NOTHING;

-- name: meta_swap_bytes write
UPDATE meta SET bytes = $2 WHERE name = $1 AND bytes = $3;
