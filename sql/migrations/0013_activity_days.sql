-- Activities and loads summed by day and source, and over all days by source,
-- sport and method, so that counts and fitness curves cost as much as the days,
-- not as the activities.

CREATE TABLE activity_days (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	local_day INTEGER NOT NULL,
	provider TEXT NOT NULL,
	activities BIGINT NOT NULL,
	-- How many of them have a load, and its sum.
	loads BIGINT NOT NULL,
	load_points @float NOT NULL,
	PRIMARY KEY (tenant_id, user_id, local_day, provider),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
-- Everything that a fitness curve reads, so that it reads nothing else.
CREATE INDEX activity_days_curve ON activity_days
	(tenant_id, user_id, local_day, provider, activities, loads,
	load_points);
INSERT INTO activity_days (tenant_id, user_id, local_day, provider, activities,
	loads, load_points)
SELECT tenant_id, user_id, local_day, provider, count(*), count(load_points),
	COALESCE(sum(load_points), 0.0)
FROM activities
GROUP BY tenant_id, user_id, local_day, provider;

CREATE TABLE activity_sums (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	provider TEXT NOT NULL,
	sport TEXT NOT NULL,
	load_method TEXT NOT NULL,
	activities BIGINT NOT NULL,
	loads BIGINT NOT NULL,
	PRIMARY KEY (tenant_id, user_id, provider, sport, load_method),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO activity_sums (tenant_id, user_id, provider, sport, load_method,
	activities, loads)
SELECT tenant_id, user_id, provider, sport, load_method, count(*),
	count(load_points)
FROM activities
GROUP BY tenant_id, user_id, provider, sport, load_method;

-- Finds the loads that are to be computed anew.
CREATE INDEX activities_load_key ON activities
	(tenant_id, user_id, load_key, local_day);
-- Curves read the sums.
DROP INDEX activities_load;
CREATE INDEX activities_day ON activities (tenant_id, user_id, local_day);

-- down
DROP INDEX activities_day;
CREATE INDEX activities_load ON activities
	(tenant_id, user_id, local_day, load_key, load_points, load_method,
	load_intensity_factor, id);
DROP INDEX activities_load_key;
DROP TABLE activity_sums;
DROP TABLE activity_days;
