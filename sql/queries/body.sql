-- Thresholds and measurements.

-- name: threshold_set write
INSERT INTO thresholds (tenant_id, user_id, day, kind, value, source)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, user_id, day, kind)
DO UPDATE SET value = excluded.value, source = excluded.source;

-- name: threshold_remove write
DELETE FROM thresholds
WHERE tenant_id = $1 AND user_id = $2 AND day = $3 AND kind = $4;

-- name: threshold_list
SELECT day, kind, value, source FROM thresholds
WHERE tenant_id = $1 AND user_id = $2
ORDER BY day, kind;

-- name: daily_put write
INSERT INTO dailies (tenant_id, user_id, kind, day, value, source, restricted)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, user_id, kind, day)
DO UPDATE SET value = excluded.value, source = excluded.source,
	restricted = excluded.restricted;

-- name: daily_range
SELECT day, value, source, restricted FROM dailies
WHERE tenant_id = $1 AND user_id = $2 AND kind = $3
	AND day >= $4 AND day <= $5
ORDER BY day;

-- name: daily_latest
SELECT day, value, source, restricted FROM dailies
WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND day <= $4
ORDER BY day DESC
LIMIT 1;

-- name: daily_page
SELECT day, value, source, restricted FROM dailies
WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND day < $4
ORDER BY day DESC
LIMIT $5;

-- name: daily_remove write
DELETE FROM dailies
WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND day = $4;
