-- Streams of numbered events.

-- name: event_number write
INSERT INTO event_streams (tenant_id, user_id, topic, last_seq, touched_at)
VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (tenant_id, user_id, topic) DO UPDATE SET
	last_seq = event_streams.last_seq + 1, touched_at = excluded.touched_at
RETURNING last_seq;

-- name: event_insert write
INSERT INTO events (tenant_id, user_id, topic, seq, kind, payload, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: event_read
SELECT seq, kind, payload, created_at FROM events
WHERE tenant_id = $1 AND user_id = $2 AND topic = $3 AND seq > $4
ORDER BY seq LIMIT $5;

-- name: event_last
SELECT last_seq FROM event_streams
WHERE tenant_id = $1 AND user_id = $2 AND topic = $3;

-- name: event_first
SELECT seq FROM events
WHERE tenant_id = $1 AND user_id = $2 AND topic = $3
ORDER BY seq LIMIT 1;

-- Of everybody: which streams have moved of late.
-- name: event_touched
SELECT tenant_id, user_id, topic, last_seq FROM event_streams
WHERE touched_at >= $1
ORDER BY touched_at DESC LIMIT $2;

-- Of everybody: a batch of what is too old.
-- name: event_purge write
DELETE FROM events WHERE (tenant_id, user_id, topic, seq) IN (
	SELECT tenant_id, user_id, topic, seq FROM events
	WHERE created_at < $1 ORDER BY created_at LIMIT $2);

-- Of everybody: streams of one answer, whose events are gone.
-- name: event_purge_streams write
DELETE FROM event_streams WHERE (tenant_id, user_id, topic) IN (
	SELECT tenant_id, user_id, topic FROM event_streams
	WHERE touched_at < $1 AND topic <> $3 AND topic <> $4
	ORDER BY touched_at LIMIT $2);
