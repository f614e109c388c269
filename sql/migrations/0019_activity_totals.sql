-- Activities summed by source and sport over days, and these over blocks of 32
-- days and of 32 such blocks, so that the sums of any range are those of few
-- rows.  Block 0 of each level begins 2^20 days before 1970.

CREATE TABLE activity_totals (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	-- 0 a day, 1 32 days, 2 1024 days
	level INTEGER NOT NULL,
	block INTEGER NOT NULL,
	provider TEXT NOT NULL,
	sport TEXT NOT NULL,
	activities BIGINT NOT NULL,
	elapsed_s @float,
	moving_s @float,
	distance_m @float,
	elevation_gain_m @float,
	calories_kcal @float,
	load_points @float,
	longest_m @float,
	longest_s @float,
	first_day INTEGER NOT NULL,
	last_day INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, user_id, level, block, provider, sport),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO activity_totals (tenant_id, user_id, level, block, provider, sport,
	activities, elapsed_s, moving_s, distance_m, elevation_gain_m,
	calories_kcal, load_points, longest_m, longest_s, first_day, last_day)
SELECT tenant_id, user_id, 0, local_day + 1048576, provider, sport, count(*),
	sum(elapsed_s), sum(moving_s), sum(distance_m), sum(elevation_gain_m),
	sum(calories_kcal), sum(load_points), max(distance_m), max(elapsed_s),
	local_day, local_day
FROM activities
GROUP BY tenant_id, user_id, local_day, provider, sport;
INSERT INTO activity_totals (tenant_id, user_id, level, block, provider, sport,
	activities, elapsed_s, moving_s, distance_m, elevation_gain_m,
	calories_kcal, load_points, longest_m, longest_s, first_day, last_day)
SELECT tenant_id, user_id, 1, block / 32, provider, sport,
	CAST(sum(activities) AS BIGINT), sum(elapsed_s), sum(moving_s),
	sum(distance_m), sum(elevation_gain_m), sum(calories_kcal),
	sum(load_points), max(longest_m), max(longest_s), min(first_day),
	max(last_day)
FROM activity_totals
WHERE level = 0
GROUP BY tenant_id, user_id, block / 32, provider, sport;
INSERT INTO activity_totals (tenant_id, user_id, level, block, provider, sport,
	activities, elapsed_s, moving_s, distance_m, elevation_gain_m,
	calories_kcal, load_points, longest_m, longest_s, first_day, last_day)
SELECT tenant_id, user_id, 2, block / 32, provider, sport,
	CAST(sum(activities) AS BIGINT), sum(elapsed_s), sum(moving_s),
	sum(distance_m), sum(elevation_gain_m), sum(calories_kcal),
	sum(load_points), max(longest_m), max(longest_s), min(first_day),
	max(last_day)
FROM activity_totals
WHERE level = 1
GROUP BY tenant_id, user_id, block / 32, provider, sport;

-- down
DROP TABLE activity_totals;
