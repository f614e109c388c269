-- Sessions of MCP clients, and the resources that they watch.

-- name: mcp_session_insert write
INSERT INTO mcp_sessions (tenant_id, user_id, id, version, abilities, log_level,
	created_at, touched_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7);

-- name: mcp_session_get
SELECT version, abilities, log_level, touched_at FROM mcp_sessions
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: mcp_session_touch write
UPDATE mcp_sessions SET touched_at = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: mcp_session_set_level write
UPDATE mcp_sessions SET log_level = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- name: mcp_session_delete write
DELETE FROM mcp_sessions
WHERE tenant_id = $1 AND user_id = $2 AND id = $3;

-- Of everybody: a batch of those that nobody has used for long.
-- name: mcp_session_purge write
DELETE FROM mcp_sessions WHERE (tenant_id, user_id, id) IN (
	SELECT tenant_id, user_id, id FROM mcp_sessions
	WHERE touched_at < $1 ORDER BY touched_at LIMIT $2);

-- name: mcp_subscription_insert write
INSERT INTO mcp_subscriptions (tenant_id, user_id, session_id, uri)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, user_id, session_id, uri) DO NOTHING;

-- name: mcp_subscription_delete write
DELETE FROM mcp_subscriptions
WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3 AND uri = $4;

-- name: mcp_subscription_list
SELECT uri FROM mcp_subscriptions
WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3
ORDER BY uri;

-- name: mcp_call_insert write
INSERT INTO mcp_calls (tenant_id, user_id, session_id, id, request, worker,
	lease_until)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: mcp_call_renew write
UPDATE mcp_calls SET lease_until = $5
WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3 AND id = $4;

-- name: mcp_call_get
SELECT request, worker, lease_until FROM mcp_calls
WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3 AND id = $4;

-- name: mcp_call_delete write
DELETE FROM mcp_calls
WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3 AND id = $4;
