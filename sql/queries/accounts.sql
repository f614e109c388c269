-- How people sign in: passwords, sessions, one-time links, failures.

-- name: password_get
SELECT hash, changed_at FROM passwords WHERE tenant_id = $1 AND user_id = $2;

-- name: password_put write
INSERT INTO passwords (tenant_id, user_id, hash, changed_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, user_id)
DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at;

-- The same password by another hash, unless it was changed meanwhile.
-- name: password_rehash write
UPDATE passwords SET hash = $4
WHERE tenant_id = $1 AND user_id = $2 AND hash = $3;

-- name: session_insert write
INSERT INTO sessions (tenant_id, user_id, id, hash, address, user_agent,
	created_at, last_used_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8);

-- name: session_find
SELECT s.tenant_id, s.user_id, s.id, s.address, s.user_agent, s.created_at,
	s.last_used_at, s.expires_at, u.is_admin, u.suspended OR t.suspended,
	u.pending
FROM sessions s
	JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
	JOIN tenants t ON t.id = s.tenant_id
WHERE s.hash = $1;

-- name: session_list
SELECT tenant_id, user_id, id, address, user_agent, created_at, last_used_at,
	expires_at
FROM sessions
WHERE tenant_id = $1 AND user_id = $2 AND last_used_at > $3 AND expires_at > $4
ORDER BY last_used_at DESC;

-- name: session_touch write
UPDATE sessions SET last_used_at = $4, address = $5
WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND last_used_at < $4;

-- name: session_delete write
DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- $3: one that stays, or the zero id.
-- name: session_delete_all write
DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id <> $3;

-- name: session_purge write
DELETE FROM sessions WHERE expires_at < $1;

-- name: link_insert write
INSERT INTO one_time_links (tenant_id, user_id, id, kind, hash, email,
	created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: link_find
SELECT tenant_id, user_id, id, email FROM one_time_links
WHERE hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3;

-- Whoever changes the row has it: one of all that try.
-- name: link_use write
UPDATE one_time_links SET used_at = $3
WHERE hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3
RETURNING tenant_id, user_id, id, email;

-- The others of the same kind, when one was used or a new one is made.
-- name: link_void write
UPDATE one_time_links SET used_at = $4
WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND used_at IS NULL;

-- Those of a kind that a person made and nobody used, newest first.
-- name: link_list
SELECT id, email, expires_at FROM one_time_links
WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND used_at IS NULL
	AND expires_at > $4
ORDER BY id DESC LIMIT 200;

-- One of them is taken back.
-- name: link_end write
UPDATE one_time_links SET used_at = $5
WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND id = $4
	AND used_at IS NULL AND expires_at > $5;

-- name: link_purge write
DELETE FROM one_time_links WHERE expires_at < $1;

-- One more failure, unless there were too many: $2 now, $3 with one more after
-- silence, $4 the end of what may be owed, $5 the price of one in microseconds.
-- name: failure_charge write
INSERT INTO sign_in_failures (id, forgiven_us) VALUES ($1, $3)
ON CONFLICT (id) DO UPDATE SET forgiven_us =
	CASE WHEN sign_in_failures.forgiven_us < $2 THEN $3
	ELSE sign_in_failures.forgiven_us + $5 END
WHERE sign_in_failures.forgiven_us <= $4;

-- name: failure_get
SELECT forgiven_us FROM sign_in_failures WHERE id = $1;

-- name: failure_forget write
DELETE FROM sign_in_failures WHERE id = $1;

-- name: failure_purge write
DELETE FROM sign_in_failures WHERE forgiven_us < $1;

-- name: setup_put write
INSERT INTO meta (name, number, bytes) VALUES ('setup_token', $1, $2)
ON CONFLICT (name) DO UPDATE SET number = excluded.number,
	bytes = excluded.bytes
WHERE meta.number < $3;

-- name: setup_get
SELECT number FROM meta WHERE name = 'setup_token' AND number > $1;

-- name: setup_use write
DELETE FROM meta WHERE name = 'setup_token' AND bytes = $1 AND number > $2;

-- The audit trail: whoever moves the number writes the next row.
-- name: audit_next write
UPDATE meta SET number = number + 1 WHERE name = 'audit'
RETURNING number, bytes;

-- name: audit_link write
UPDATE meta SET bytes = $1 WHERE name = 'audit';

-- name: audit_insert write
INSERT INTO audit_log (tenant_id, user_id, seq, noted_at, actor_id, actor,
	action, result, object, detail, address, user_agent, request_id, chain)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- Newest first, below $1.
-- name: audit_list
SELECT seq, noted_at, tenant_id, user_id, actor_id, actor, action, result,
	object, detail, address, user_agent, request_id, chain
FROM audit_log WHERE seq < $1 ORDER BY seq DESC LIMIT $2;

-- name: audit_list_of_action
SELECT seq, noted_at, tenant_id, user_id, actor_id, actor, action, result,
	object, detail, address, user_agent, request_id, chain
FROM audit_log WHERE action = $3 AND seq < $1 ORDER BY seq DESC LIMIT $2;

-- name: audit_list_of_user
SELECT seq, noted_at, tenant_id, user_id, actor_id, actor, action, result,
	object, detail, address, user_agent, request_id, chain
FROM audit_log
WHERE tenant_id = $1 AND user_id = $2 AND seq < $3
ORDER BY seq DESC LIMIT $4;

-- Oldest first, from $1 on.
-- name: audit_walk long
SELECT seq, noted_at, tenant_id, user_id, actor_id, actor, action, result,
	object, detail, address, user_agent, request_id, chain
FROM audit_log WHERE seq >= $1 ORDER BY seq LIMIT $2;

-- name: audit_last
SELECT number, bytes FROM meta WHERE name = 'audit';
