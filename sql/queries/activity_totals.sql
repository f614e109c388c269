-- Activities summed over blocks of days.

-- name: total_clear write
DELETE FROM activity_totals
WHERE tenant_id = $1 AND user_id = $2 AND level = $3 AND block = $4;

-- Sorting by provider would take an index through all activities.
-- name: total_fill_day write
INSERT INTO activity_totals (tenant_id, user_id, level, block, provider, sport,
	activities, elapsed_s, moving_s, distance_m, elevation_gain_m,
	calories_kcal, load_points, longest_m, longest_s, first_day, last_day)
SELECT tenant_id, user_id, 0, local_day + 1048576, provider || '', sport,
	count(*), sum(elapsed_s), sum(moving_s), sum(distance_m),
	sum(elevation_gain_m), sum(calories_kcal), sum(load_points),
	max(distance_m), max(elapsed_s), local_day, local_day
FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND local_day = $3
GROUP BY tenant_id, user_id, local_day, provider || '', sport;

-- $3 is the level, $4 and $5 are the first and last block of the one below.
-- name: total_fill write
INSERT INTO activity_totals (tenant_id, user_id, level, block, provider, sport,
	activities, elapsed_s, moving_s, distance_m, elevation_gain_m,
	calories_kcal, load_points, longest_m, longest_s, first_day, last_day)
SELECT tenant_id, user_id, level + 1, block / 32, provider, sport,
	CAST(sum(activities) AS BIGINT), sum(elapsed_s), sum(moving_s),
	sum(distance_m), sum(elevation_gain_m), sum(calories_kcal),
	sum(load_points), max(longest_m), max(longest_s), min(first_day),
	max(last_day)
FROM activity_totals
WHERE tenant_id = $1 AND user_id = $2 AND level = $3 - 1
	AND block >= $4 AND block <= $5
GROUP BY tenant_id, user_id, level, block / 32, provider, sport;

-- name: total_list
SELECT sport, CAST(sum(activities) AS BIGINT), sum(elapsed_s), sum(moving_s),
	sum(distance_m), sum(elevation_gain_m), sum(calories_kcal),
	sum(load_points), max(longest_m), max(longest_s), min(first_day),
	max(last_day)
FROM activity_totals
WHERE tenant_id = $1 AND user_id = $2 AND level = $3
	AND block >= $4 AND block <= $5 AND ($6 = '' OR provider = $6)
GROUP BY sport;

-- All sums of a person, out and in anew.
-- name: day_forget write
DELETE FROM activity_days WHERE tenant_id = $1 AND user_id = $2;

-- name: day_fill_all write
INSERT INTO activity_days (tenant_id, user_id, local_day, provider, activities,
	loads, load_points)
SELECT tenant_id, user_id, local_day, provider, count(*), count(load_points),
	COALESCE(sum(load_points), 0.0)
FROM activities
WHERE tenant_id = $1 AND user_id = $2
GROUP BY tenant_id, user_id, local_day, provider;

-- name: sum_forget write
DELETE FROM activity_sums WHERE tenant_id = $1 AND user_id = $2;

-- name: sum_fill_all write
INSERT INTO activity_sums (tenant_id, user_id, provider, sport, load_method,
	activities, loads)
SELECT tenant_id, user_id, provider, sport, load_method, count(*),
	count(load_points)
FROM activities
WHERE tenant_id = $1 AND user_id = $2
GROUP BY tenant_id, user_id, provider, sport, load_method;

-- name: total_forget write
DELETE FROM activity_totals WHERE tenant_id = $1 AND user_id = $2;

-- name: total_fill_all write
INSERT INTO activity_totals (tenant_id, user_id, level, block, provider, sport,
	activities, elapsed_s, moving_s, distance_m, elevation_gain_m,
	calories_kcal, load_points, longest_m, longest_s, first_day, last_day)
SELECT tenant_id, user_id, 0, local_day + 1048576, provider, sport, count(*),
	sum(elapsed_s), sum(moving_s), sum(distance_m), sum(elevation_gain_m),
	sum(calories_kcal), sum(load_points), max(distance_m), max(elapsed_s),
	local_day, local_day
FROM activities
WHERE tenant_id = $1 AND user_id = $2
GROUP BY tenant_id, user_id, local_day, provider, sport;
