-- The recordings of activities that were made of several.

-- Whoever adds or takes apart a person's activities waits here for others that
-- do, so that two recordings of one ride find each other.
-- name: recording_lock write
UPDATE users SET created_at = created_at
WHERE tenant_id = $1 AND id = $2;

-- name: recording_find
SELECT activity_id FROM activity_sources
WHERE tenant_id = $1 AND user_id = $2 AND provider = $3
	AND external_id = $4;

-- Activities, and recordings within activities, that began between two
-- instants.
-- name: recording_near
SELECT id, start_at, sport, elapsed_s FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND start_at >= $3 AND start_at <= $4
	AND NOT kept_apart
UNION ALL
SELECT activity_id, start_at, sport, elapsed_s FROM activity_sources
WHERE tenant_id = $1 AND user_id = $2 AND start_at >= $3 AND start_at <= $4;

-- name: recording_insert write
INSERT INTO activity_sources (tenant_id, user_id, id, activity_id, provider,
	external_id, start_at, sport, elapsed_s, recording, samples, gives,
	created_at, intervals)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: recording_list
SELECT id, provider, external_id, recording, gives, created_at
FROM activity_sources
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3
ORDER BY id;

-- name: recording_samples long
SELECT samples, intervals FROM activity_sources
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: recording_gives write
UPDATE activity_sources SET gives = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: recording_clear write
DELETE FROM activity_sources
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3;

-- The ledger follows: what a file holds at a place is in that activity now.
-- name: recording_moved_file write
UPDATE import_activities SET activity_id = $5
WHERE tenant_id = $1 AND user_id = $2 AND position = $4
	AND import_id IN (SELECT id FROM imports
		WHERE tenant_id = $1 AND user_id = $2 AND digest = $3);

-- name: recording_moved_all write
UPDATE import_activities SET activity_id = $4
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3;
