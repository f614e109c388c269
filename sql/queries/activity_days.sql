-- Activities summed by day.

-- name: day_of_activity
SELECT local_day FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: day_clear write
DELETE FROM activity_days
WHERE tenant_id = $1 AND user_id = $2 AND local_day = $3;

-- Sorting by provider would take an index through all activities.
-- name: day_fill write
INSERT INTO activity_days (tenant_id, user_id, local_day, provider, activities,
	loads, load_points)
SELECT tenant_id, user_id, local_day, provider || '', count(*),
	count(load_points), COALESCE(sum(load_points), 0.0)
FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND local_day = $3
GROUP BY tenant_id, user_id, local_day, provider || '';

-- An activity out of the sums over all days, and into them.
-- name: sum_subtract write
INSERT INTO activity_sums (tenant_id, user_id, provider, sport, load_method,
	activities, loads)
SELECT tenant_id, user_id, provider, sport, load_method, -1,
	CASE WHEN load_points IS NULL THEN 0 ELSE -1 END
FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND id = $3
ON CONFLICT (tenant_id, user_id, provider, sport, load_method)
DO UPDATE SET activities = activity_sums.activities + excluded.activities,
	loads = activity_sums.loads + excluded.loads;

-- name: sum_add write
INSERT INTO activity_sums (tenant_id, user_id, provider, sport, load_method,
	activities, loads)
SELECT tenant_id, user_id, provider, sport, load_method, 1,
	CASE WHEN load_points IS NULL THEN 0 ELSE 1 END
FROM activities
WHERE tenant_id = $1 AND user_id = $2 AND id = $3
ON CONFLICT (tenant_id, user_id, provider, sport, load_method)
DO UPDATE SET activities = activity_sums.activities + excluded.activities,
	loads = activity_sums.loads + excluded.loads;

-- name: day_count long
SELECT CAST(COALESCE(sum(activities), 0) AS BIGINT) FROM activity_days
WHERE tenant_id = $1 AND user_id = $2
	AND local_day >= $3 AND local_day <= $4
	AND ($5 = '' OR provider = $5);

-- name: day_loads long
SELECT local_day, CAST(sum(activities) AS BIGINT), CAST(sum(loads) AS BIGINT),
	sum(load_points)
FROM activity_days
WHERE tenant_id = $1 AND user_id = $2 AND local_day >= $3
	AND ($4 = '' OR provider = $4)
GROUP BY local_day
ORDER BY local_day;

-- name: day_first
SELECT local_day FROM activity_days
WHERE tenant_id = $1 AND user_id = $2 AND ($3 = '' OR provider = $3)
ORDER BY local_day
LIMIT 1;

-- name: sum_list
SELECT provider, sport, load_method, activities, loads FROM activity_sums
WHERE tenant_id = $1 AND user_id = $2 AND activities > 0;
