-- What a job wants to know of the person it is for, before it can go on.

CREATE TABLE job_questions (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	job_id @uuid NOT NULL,
	name TEXT NOT NULL,
	position INTEGER NOT NULL,
	question @json NOT NULL,
	-- NULL: not answered yet.
	answer @json,
	PRIMARY KEY (tenant_id, user_id, job_id, name),
	FOREIGN KEY (tenant_id, user_id, job_id)
		REFERENCES jobs (tenant_id, user_id, id) ON DELETE CASCADE
);

-- down
DROP TABLE job_questions;
