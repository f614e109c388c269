-- Work in the background, the files that people sent, and activities that were
-- recorded more than once.

CREATE TABLE jobs (
	id @uuid NOT NULL,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	input @json,
	-- Whose spool directory holds what the job needs; '': any.
	node TEXT NOT NULL,
	worker TEXT NOT NULL,
	-- When it may be taken up, by whoever comes first.
	lease_until @time NOT NULL,
	attempts INTEGER NOT NULL,
	cancel_wanted @bool NOT NULL,
	items_done BIGINT NOT NULL,
	items_all BIGINT NOT NULL,
	result @json,
	error @json,
	-- Moves with each change of the row.
	revision BIGINT NOT NULL,
	created_at @time NOT NULL,
	started_at @time,
	finished_at @time,
	PRIMARY KEY (id),
	UNIQUE (tenant_id, user_id, id),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX jobs_due ON jobs (lease_until, id)
	WHERE state IN ('queued', 'running');
CREATE INDEX jobs_open ON jobs (tenant_id, user_id, state)
	WHERE state IN ('queued', 'running');
CREATE INDEX jobs_finished ON jobs (finished_at)
	WHERE finished_at IS NOT NULL;
-- Claims take turns by it.
INSERT INTO meta (name, number) VALUES ('job_claims', 0);

-- What a job does one after another; a result once it is done.
CREATE TABLE job_items (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	job_id @uuid NOT NULL,
	position INTEGER NOT NULL,
	name TEXT NOT NULL,
	size BIGINT NOT NULL,
	state TEXT NOT NULL,
	result @json,
	PRIMARY KEY (tenant_id, user_id, job_id, position),
	FOREIGN KEY (tenant_id, user_id, job_id)
		REFERENCES jobs (tenant_id, user_id, id) ON DELETE CASCADE
);

-- Files as they were sent, packed.
CREATE TABLE import_files (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	import_id @uuid NOT NULL,
	packing TEXT NOT NULL,
	bytes @bytes NOT NULL,
	PRIMARY KEY (tenant_id, user_id, import_id),
	FOREIGN KEY (tenant_id, user_id, import_id)
		REFERENCES imports (tenant_id, user_id, id) ON DELETE CASCADE
);

-- Names of fields that a provider withholds, and of those that the person has
-- set, each list with blanks between.
ALTER TABLE activities ADD COLUMN restricted TEXT NOT NULL DEFAULT '';
ALTER TABLE activities ADD COLUMN edited TEXT NOT NULL DEFAULT '';
-- How many recordings it was made of; and whether it was taken apart, and so
-- is not put together with another by itself any more.
ALTER TABLE activities ADD COLUMN recordings INTEGER NOT NULL DEFAULT 1;
ALTER TABLE activities ADD COLUMN kept_apart @bool NOT NULL DEFAULT FALSE;

-- The recordings of the activities that were made of several.
CREATE TABLE activity_sources (
	id @uuid NOT NULL,
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	activity_id @uuid NOT NULL,
	provider TEXT NOT NULL,
	external_id TEXT NOT NULL,
	start_at @time NOT NULL,
	sport TEXT NOT NULL,
	elapsed_s @float,
	-- The activity as this source has it, with its laps.
	recording @json NOT NULL,
	samples @bytes,
	-- What the activity has from it.
	gives TEXT NOT NULL,
	created_at @time NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (tenant_id, user_id, provider, external_id),
	FOREIGN KEY (tenant_id, user_id, activity_id)
		REFERENCES activities (tenant_id, user_id, id) ON DELETE CASCADE
);
CREATE INDEX activity_sources_activity ON activity_sources
	(tenant_id, user_id, activity_id, id);
CREATE INDEX activity_sources_start ON activity_sources
	(tenant_id, user_id, start_at);

-- down
DROP TABLE activity_sources;
ALTER TABLE activities DROP COLUMN kept_apart;
ALTER TABLE activities DROP COLUMN recordings;
ALTER TABLE activities DROP COLUMN edited;
ALTER TABLE activities DROP COLUMN restricted;
DROP TABLE import_files;
DROP TABLE job_items;
DELETE FROM meta WHERE name = 'job_claims';
DROP TABLE jobs;
