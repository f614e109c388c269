-- Activities with laps, samples and cached loads.

-- name: activity_insert write
INSERT INTO activities (tenant_id, user_id, id, provider, external_id,
	name, device, sport,
	start_at, utc_offset_s, local_day, start_latitude_deg,
	start_longitude_deg, rpe, elapsed_s, moving_s, distance_m,
	elevation_gain_m, elevation_loss_m, average_speed_mps, max_speed_mps,
	average_hr_bpm, max_hr_bpm, average_power_w, max_power_w,
	average_cadence_rpm, max_cadence_rpm, calories_kcal,
	average_temperature_c, load_points, load_method, load_intensity_factor,
	load_key, created_at, gear, restricted)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
	$17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,
	$31, $32, $33, $34, $35, $36)
ON CONFLICT (tenant_id, user_id, provider, external_id) DO NOTHING;

-- name: activity_find
SELECT id FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND provider = $3
	AND external_id = $4;

-- name: activity_get
SELECT id, provider, external_id, name, device, sport, start_at, utc_offset_s,
	local_day, start_latitude_deg, start_longitude_deg, rpe, elapsed_s,
	moving_s, distance_m, elevation_gain_m, elevation_loss_m,
	average_speed_mps, max_speed_mps, average_hr_bpm, max_hr_bpm,
	average_power_w, max_power_w, average_cadence_rpm, max_cadence_rpm,
	calories_kcal, average_temperature_c, load_points, load_method,
	load_intensity_factor, load_key, gear, restricted, edited, recordings,
	kept_apart
FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- An activity with all that a reader of it needs, in one trip: the row, whose
-- columns are those of activity_get, with the person's sex; a row a lap; a row a
-- threshold.  The last column says which it is.
-- name: activity_whole
SELECT a.id, a.provider, a.external_id, a.name, a.device, a.sport, a.start_at,
	a.utc_offset_s, a.local_day, a.start_latitude_deg,
	a.start_longitude_deg, a.rpe, a.elapsed_s, a.moving_s, a.distance_m,
	a.elevation_gain_m, a.elevation_loss_m, a.average_speed_mps,
	a.max_speed_mps, a.average_hr_bpm, a.max_hr_bpm, a.average_power_w,
	a.max_power_w, a.average_cadence_rpm, a.max_cadence_rpm,
	a.calories_kcal, a.average_temperature_c, a.load_points,
	a.load_method, a.load_intensity_factor, a.load_key, a.gear,
	a.restricted, a.edited, a.recordings, a.kept_apart, u.sex, 0
FROM activities a JOIN users u ON u.tenant_id = $1 AND u.id = $2
WHERE a.tenant_id = $1 AND a.user_id = $2 AND a.id = $3
UNION ALL
SELECT NULL, NULL, NULL, name, target, kind, NULL, position, start_s, NULL,
	NULL, weight_kg, elapsed_s, moving_s, distance_m, elevation_gain_m,
	elevation_loss_m, average_speed_mps, max_speed_mps, average_hr_bpm,
	max_hr_bpm, average_power_w, max_power_w, average_cadence_rpm,
	max_cadence_rpm, calories_kcal, average_temperature_c, NULL, NULL,
	NULL, NULL, NULL, restricted, NULL, repetitions, NULL, NULL, 1
FROM activity_laps
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3
UNION ALL
SELECT NULL, NULL, NULL, kind, source, NULL, NULL, NULL, day, value, NULL,
	NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	NULL, NULL, NULL, NULL, 2
FROM thresholds
WHERE tenant_id = $1 AND user_id = $2;

-- Long, since a filter may pass over thousands of rows before it has a page.
-- The signs keep the index by instant in use, which has the rows in order.
-- name: activity_list long
SELECT id, provider, external_id, name, device, sport, start_at, utc_offset_s,
	local_day, start_latitude_deg, start_longitude_deg, rpe, elapsed_s,
	moving_s, distance_m, elevation_gain_m, elevation_loss_m,
	average_speed_mps, max_speed_mps, average_hr_bpm, max_hr_bpm,
	average_power_w, max_power_w, average_cadence_rpm, max_cadence_rpm,
	calories_kcal, average_temperature_c, load_points, load_method,
	load_intensity_factor, load_key, gear, restricted, edited, recordings,
	kept_apart
FROM activities
WHERE tenant_id = $1 AND user_id = $2
	AND start_at >= $3 AND start_at < $4
	AND +local_day >= $5 AND +local_day <= $6
	AND ($7 = '' OR sport = $7) AND ($8 = '' OR provider = $8)
	AND (start_at < $9 OR (start_at = $9 AND id < $10))
ORDER BY start_at DESC, id DESC
LIMIT $11;

-- The signs keep the index by instant in use, which both ranges narrow.
-- name: activity_count long
SELECT count(*) FROM activities
WHERE tenant_id = $1 AND user_id = $2
	AND start_at >= $3 AND start_at < $4
	AND +local_day >= $5 AND +local_day <= $6
	AND ($7 = '' OR sport = $7) AND ($8 = '' OR provider = $8);

-- name: activity_providers
SELECT DISTINCT provider FROM activity_sums
WHERE tenant_id = $1 AND user_id = $2 AND activities > 0
ORDER BY provider;

-- What the activity is made of has changed, and so its load is to be computed
-- anew.
-- name: activity_replace write
UPDATE activities SET name = $4, device = $5, sport = $6, start_at = $7,
	utc_offset_s = $8, local_day = $9, start_latitude_deg = $10,
	start_longitude_deg = $11, rpe = $12, elapsed_s = $13, moving_s = $14,
	distance_m = $15, elevation_gain_m = $16, elevation_loss_m = $17,
	average_speed_mps = $18, max_speed_mps = $19, average_hr_bpm = $20,
	max_hr_bpm = $21, average_power_w = $22, max_power_w = $23,
	average_cadence_rpm = $24, max_cadence_rpm = $25, calories_kcal = $26,
	average_temperature_c = $27, gear = $28, restricted = $29, edited = $30,
	recordings = $31, kept_apart = $32, load_points = NULL,
	load_method = '', load_intensity_factor = NULL, load_key = 0
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: activity_keep_apart write
UPDATE activities SET kept_apart = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: activity_edit write
UPDATE activities SET name = $4, rpe = $5, sport = $6, edited = $7,
	load_key = 0
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: activity_delete write
DELETE FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- Loads with another key, in the two halves of its index.
-- name: load_stale_below long
SELECT id, local_day, load_points, load_method, load_intensity_factor,
	load_key
FROM activities
WHERE tenant_id = $1 AND user_id = $2
	AND load_key < $3 AND +local_day >= $4
ORDER BY load_key, local_day
LIMIT $5;

-- name: load_stale_above long
SELECT id, local_day, load_points, load_method, load_intensity_factor,
	load_key
FROM activities
WHERE tenant_id = $1 AND user_id = $2
	AND load_key > $3 AND +local_day >= $4
ORDER BY load_key, local_day
LIMIT $5;

-- name: loads_rated long
SELECT count(*) FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND load_key = $3;

-- name: load_key
SELECT load_key FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: load_set write
UPDATE activities SET load_points = $4, load_method = $5,
	load_intensity_factor = $6, load_key = $7
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: lap_insert write
INSERT INTO activity_laps (tenant_id, user_id, activity_id, position, start_s, elapsed_s, moving_s,
	distance_m, elevation_gain_m, elevation_loss_m, average_speed_mps,
	max_speed_mps, average_hr_bpm, max_hr_bpm, average_power_w,
	max_power_w, average_cadence_rpm, max_cadence_rpm, calories_kcal,
	average_temperature_c, restricted, kind, name, target, repetitions,
	weight_kg)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
	$17, $18, $19, $20, $21, $22, $23, $24, $25, $26);

-- name: lap_list
SELECT start_s, elapsed_s, moving_s, distance_m, elevation_gain_m,
	elevation_loss_m, average_speed_mps, max_speed_mps, average_hr_bpm,
	max_hr_bpm, average_power_w, max_power_w, average_cadence_rpm,
	max_cadence_rpm, calories_kcal, average_temperature_c, restricted,
	kind, name, target, repetitions, weight_kg
FROM activity_laps
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3
ORDER BY position;

-- name: streams_insert write
INSERT INTO activity_streams (tenant_id, user_id, activity_id, samples)
VALUES ($1, $2, $3, $4);

-- name: streams_exist
SELECT 1 FROM activity_streams
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3;

-- name: streams_get long
SELECT samples FROM activity_streams
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3;

-- name: lap_clear write
DELETE FROM activity_laps
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3;

-- name: streams_clear write
DELETE FROM activity_streams
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3;

-- name: beats_insert write
INSERT INTO activity_beats (tenant_id, user_id, activity_id, intervals)
VALUES ($1, $2, $3, $4);

-- name: beats_get
SELECT intervals FROM activity_beats
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3;

-- name: beats_clear write
DELETE FROM activity_beats
WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3;
