-- Nights and naps with their stages, and heart beats of activities.

CREATE TABLE sleeps (
	id @uuid NOT NULL,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	provider TEXT NOT NULL,
	external_id TEXT NOT NULL,
	device TEXT NOT NULL,
	start_at @time NOT NULL,
	end_at @time NOT NULL,
	utc_offset_s INTEGER NOT NULL,
	-- Of the end.
	local_day INTEGER NOT NULL,
	asleep_s @float,
	deep_s @float,
	light_s @float,
	rem_s @float,
	awake_s @float,
	score @float,
	hrv_rmssd_ms @float,
	hrv_sdnn_ms @float,
	restricted TEXT NOT NULL,
	-- Letters with seconds: awake, light, deep, rem, s asleep, - not measured.
	stages TEXT NOT NULL,
	created_at @time NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (tenant_id, user_id, provider, external_id),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX sleeps_start ON sleeps (tenant_id, user_id, start_at);
CREATE INDEX sleeps_day ON sleeps (tenant_id, user_id, local_day, start_at);

CREATE TABLE activity_beats (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	activity_id @uuid NOT NULL,
	-- Times between heart beats, packed.
	intervals @bytes NOT NULL,
	PRIMARY KEY (tenant_id, user_id, activity_id),
	FOREIGN KEY (tenant_id, user_id, activity_id)
		REFERENCES activities (tenant_id, user_id, id) ON DELETE CASCADE
);
ALTER TABLE activity_sources ADD COLUMN intervals @bytes;
-- What the provider withholds of a lap, and whether it does a measurement.
ALTER TABLE activity_laps ADD COLUMN restricted TEXT NOT NULL DEFAULT '';
ALTER TABLE dailies ADD COLUMN restricted @bool NOT NULL DEFAULT FALSE;

-- down
ALTER TABLE dailies DROP COLUMN restricted;
ALTER TABLE activity_laps DROP COLUMN restricted;
ALTER TABLE activity_sources DROP COLUMN intervals;
DROP TABLE activity_beats;
DROP TABLE sleeps;
