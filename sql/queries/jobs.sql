-- Work in the background.

-- name: job_insert write
INSERT INTO jobs (tenant_id, user_id, id, kind, state, input, node, worker,
	lease_until, attempts, cancel_wanted, items_done, items_all, revision,
	created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, 0, FALSE, 0, $9, 1, $8);

-- name: job_get
SELECT tenant_id, user_id, id, kind, state, input, node, worker, lease_until,
	attempts, cancel_wanted, items_done, items_all, result, error,
	revision, created_at, started_at, finished_at
FROM jobs
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: job_list
SELECT tenant_id, user_id, id, kind, state, input, node, worker, lease_until,
	attempts, cancel_wanted, items_done, items_all, result, error,
	revision, created_at, started_at, finished_at
FROM jobs
WHERE tenant_id = $1 AND user_id = $2 AND id < $3 AND kind <> 'mail'
ORDER BY id DESC
LIMIT $4;

-- The address that a mail was for is kept no longer than it is needed.
-- name: job_save write
UPDATE jobs SET state = $5, worker = $6, lease_until = $7, attempts = $8,
	cancel_wanted = $9, items_done = $10, result = $11, error = $12,
	started_at = $13, finished_at = $14, revision = revision + 1,
	input = CASE WHEN $15 THEN NULL ELSE input END
WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revision = $4;

-- name: job_open_count
SELECT count(*) FROM jobs
WHERE tenant_id = $1 AND user_id = $2 AND state IN ('queued', 'running')
	AND kind <> 'mail';

-- Both conditions on the state: the first picks the index.
-- name: job_running_of_user
SELECT count(*) FROM jobs
WHERE tenant_id = $1 AND user_id = $2 AND state IN ('queued', 'running')
	AND state = 'running' AND lease_until > $3 AND kind = $4;

-- Everybody's: what a process of this node could take up.
-- name: job_due
SELECT tenant_id, user_id, id, kind FROM jobs
WHERE state IN ('queued', 'running') AND lease_until <= $1
	AND (node = '' OR node = $2)
ORDER BY lease_until, id
LIMIT $3;

-- Mail ($3) has places of its own: it must not wait for an import to end.
-- name: job_running_on_node
SELECT count(*) FROM jobs
WHERE state IN ('queued', 'running') AND state = 'running'
	AND lease_until > $1 AND worker LIKE $2 AND (kind = 'mail') = $3;

-- Everybody's: what processes of a node have taken up, and hold.
-- name: job_list_of_node
SELECT tenant_id, user_id, id, kind, state, input, node, worker, lease_until,
	attempts, cancel_wanted, items_done, items_all, result, error,
	revision, created_at, started_at, finished_at
FROM jobs
WHERE state IN ('queued', 'running') AND state = 'running'
	AND lease_until > $1 AND worker LIKE $2;

-- name: job_abandoned
SELECT tenant_id, user_id, id, kind FROM jobs
WHERE state IN ('queued', 'running') AND lease_until <= $1
	AND node <> '' AND node <> $2
ORDER BY lease_until, id
LIMIT $3;

-- name: job_find_state
SELECT state FROM jobs WHERE id = $1;

-- name: job_purge write
DELETE FROM jobs WHERE finished_at IS NOT NULL AND finished_at < $1;

-- name: job_item_insert write
INSERT INTO job_items (tenant_id, user_id, job_id, position, name, size, state)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: job_item_list
SELECT position, name, size, state, result FROM job_items
WHERE tenant_id = $1 AND user_id = $2 AND job_id = $3
ORDER BY position;

-- name: job_item_done write
UPDATE job_items SET state = $5, result = $6
WHERE tenant_id = $1 AND user_id = $2 AND job_id = $3 AND position = $4
	AND state = 'waiting';

-- name: job_question_insert write
INSERT INTO job_questions (tenant_id, user_id, job_id, name, position,
	question, answer)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, user_id, job_id, name) DO NOTHING;

-- name: job_question_list
SELECT name, question, answer FROM job_questions
WHERE tenant_id = $1 AND user_id = $2 AND job_id = $3
ORDER BY position, name;

-- name: job_question_answer write
UPDATE job_questions SET answer = $5
WHERE tenant_id = $1 AND user_id = $2 AND job_id = $3 AND name = $4
	AND answer IS NULL;
