-- The spine: people, tokens, activities, thresholds, measurements, imports.
-- Each engine puts its own types for the aliases (sqlite_conn.c).

CREATE TABLE meta (
	name TEXT PRIMARY KEY,
	number BIGINT NOT NULL DEFAULT 0,
	bytes @bytes
);
INSERT INTO meta (name, number) VALUES ('auth_epoch', 1);

CREATE TABLE tenants (
	id @uuid PRIMARY KEY,
	name TEXT NOT NULL,
	suspended @bool NOT NULL,
	created_at @time NOT NULL
);

CREATE TABLE users (
	id @uuid NOT NULL,
	tenant_id @uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
	username TEXT NOT NULL,
	display_name TEXT NOT NULL,
	email TEXT NOT NULL,
	timezone TEXT NOT NULL,
	sex TEXT NOT NULL,
	birth_day INTEGER,
	height_m @float,
	weight_kg @float,
	is_admin @bool NOT NULL,
	suspended @bool NOT NULL,
	created_at @time NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (tenant_id, id)
);
CREATE UNIQUE INDEX users_username ON users (lower(username));

CREATE TABLE access_tokens (
	id @uuid PRIMARY KEY,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	name TEXT NOT NULL,
	prefix TEXT NOT NULL,
	hash @bytes NOT NULL UNIQUE,
	scopes TEXT NOT NULL,
	created_at @time NOT NULL,
	expires_at @time,
	last_used_at @time,
	revoked_at @time,
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX access_tokens_user ON access_tokens (tenant_id, user_id, id);

CREATE TABLE activities (
	id @uuid NOT NULL,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	provider TEXT NOT NULL,
	external_id TEXT NOT NULL,
	name TEXT NOT NULL,
	device TEXT NOT NULL,
	sport TEXT NOT NULL,
	start_at @time NOT NULL,
	utc_offset_s INTEGER NOT NULL,
	local_day INTEGER NOT NULL,
	start_latitude_deg @float,
	start_longitude_deg @float,
	rpe @float,
	elapsed_s @float,
	moving_s @float,
	distance_m @float,
	elevation_gain_m @float,
	elevation_loss_m @float,
	average_speed_mps @float,
	max_speed_mps @float,
	average_hr_bpm @float,
	max_hr_bpm @float,
	average_power_w @float,
	max_power_w @float,
	average_cadence_rpm @float,
	max_cadence_rpm @float,
	calories_kcal @float,
	average_temperature_c @float,
	load_points @float,
	load_method TEXT NOT NULL,
	load_intensity_factor @float,
	load_key BIGINT NOT NULL,
	created_at @time NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (tenant_id, user_id, id),
	UNIQUE (tenant_id, user_id, provider, external_id),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX activities_start ON activities
	(tenant_id, user_id, start_at, id);
-- Everything that a fitness curve reads, so that it reads nothing else.
CREATE INDEX activities_load ON activities
	(tenant_id, user_id, local_day, load_key, load_points, load_method,
	load_intensity_factor, id);

CREATE TABLE activity_laps (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	activity_id @uuid NOT NULL,
	position INTEGER NOT NULL,
	start_s INTEGER NOT NULL,
	elapsed_s @float,
	moving_s @float,
	distance_m @float,
	elevation_gain_m @float,
	elevation_loss_m @float,
	average_speed_mps @float,
	max_speed_mps @float,
	average_hr_bpm @float,
	max_hr_bpm @float,
	average_power_w @float,
	max_power_w @float,
	average_cadence_rpm @float,
	max_cadence_rpm @float,
	calories_kcal @float,
	average_temperature_c @float,
	PRIMARY KEY (tenant_id, user_id, activity_id, position),
	FOREIGN KEY (tenant_id, user_id, activity_id)
		REFERENCES activities (tenant_id, user_id, id) ON DELETE CASCADE
);

-- Samples stand apart: they are large, and seldom wanted.
CREATE TABLE activity_streams (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	activity_id @uuid NOT NULL,
	samples @bytes NOT NULL,
	PRIMARY KEY (tenant_id, user_id, activity_id),
	FOREIGN KEY (tenant_id, user_id, activity_id)
		REFERENCES activities (tenant_id, user_id, id) ON DELETE CASCADE
);

CREATE TABLE thresholds (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	day INTEGER NOT NULL,
	kind TEXT NOT NULL,
	value @float NOT NULL,
	source TEXT NOT NULL,
	PRIMARY KEY (tenant_id, user_id, day, kind),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE dailies (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	kind TEXT NOT NULL,
	day INTEGER NOT NULL,
	value @float NOT NULL,
	source TEXT NOT NULL,
	PRIMARY KEY (tenant_id, user_id, kind, day),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE imports (
	id @uuid NOT NULL,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	digest @bytes NOT NULL,
	file_name TEXT NOT NULL,
	size BIGINT NOT NULL,
	format TEXT NOT NULL,
	result TEXT NOT NULL,
	created_at @time NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (tenant_id, user_id, id),
	UNIQUE (tenant_id, user_id, digest),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE import_activities (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	import_id @uuid NOT NULL,
	position INTEGER NOT NULL,
	activity_id @uuid NOT NULL,
	PRIMARY KEY (tenant_id, user_id, import_id, position),
	FOREIGN KEY (tenant_id, user_id, import_id)
		REFERENCES imports (tenant_id, user_id, id) ON DELETE CASCADE,
	FOREIGN KEY (tenant_id, user_id, activity_id)
		REFERENCES activities (tenant_id, user_id, id) ON DELETE CASCADE
);
CREATE INDEX import_activities_activity ON import_activities
	(tenant_id, user_id, activity_id);

-- down
DROP TABLE import_activities;
DROP TABLE imports;
DROP TABLE dailies;
DROP TABLE thresholds;
DROP TABLE activity_streams;
DROP TABLE activity_laps;
DROP TABLE activities;
DROP TABLE access_tokens;
DROP TABLE users;
DROP TABLE tenants;
DROP TABLE meta;
