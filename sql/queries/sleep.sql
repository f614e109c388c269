-- Sleep.

-- name: sleep_insert write
INSERT INTO sleeps (tenant_id, user_id, id, provider, external_id, device,
	start_at, end_at, utc_offset_s, local_day, restricted, stages,
	created_at, asleep_s, deep_s, light_s, rem_s, awake_s, score,
	hrv_rmssd_ms, hrv_sdnn_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
	$17, $18, $19, $20, $21)
ON CONFLICT (tenant_id, user_id, provider, external_id) DO NOTHING;

-- name: sleep_near
SELECT id, provider, external_id, device, start_at, end_at, utc_offset_s,
	local_day, restricted, stages, asleep_s, deep_s, light_s, rem_s,
	awake_s, score, hrv_rmssd_ms, hrv_sdnn_ms
FROM sleeps
WHERE tenant_id = $1 AND user_id = $2
	AND start_at >= $3 AND start_at <= $4
ORDER BY start_at;

-- name: sleep_remove write
DELETE FROM sleeps
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: sleep_range
SELECT id, provider, external_id, device, start_at, end_at, utc_offset_s,
	local_day, restricted, stages, asleep_s, deep_s, light_s, rem_s,
	awake_s, score, hrv_rmssd_ms, hrv_sdnn_ms
FROM sleeps
WHERE tenant_id = $1 AND user_id = $2
	AND local_day >= $3 AND local_day <= $4
ORDER BY local_day DESC, start_at DESC
LIMIT $5;

-- No two sleeps of a person begin at the same time: they would be one.
-- name: sleep_page
SELECT id, provider, external_id, device, start_at, end_at, utc_offset_s,
	local_day, restricted, stages, asleep_s, deep_s, light_s, rem_s,
	awake_s, score, hrv_rmssd_ms, hrv_sdnn_ms
FROM sleeps
WHERE tenant_id = $1 AND user_id = $2 AND start_at < $3
ORDER BY start_at DESC
LIMIT $4;

-- name: sleep_get
SELECT id, provider, external_id, device, start_at, end_at, utc_offset_s,
	local_day, restricted, stages, asleep_s, deep_s, light_s, rem_s,
	awake_s, score, hrv_rmssd_ms, hrv_sdnn_ms
FROM sleeps
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: sleep_of_day
SELECT sum(asleep_s), sum(deep_s), sum(rem_s), sum(light_s), sum(awake_s)
FROM sleeps
WHERE tenant_id = $1 AND user_id = $2 AND local_day = $3;
