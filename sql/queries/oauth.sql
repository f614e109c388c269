-- OAuth clients, grants, codes, refresh tokens and tickets.

-- name: oauth_client_insert write
INSERT INTO oauth_clients (id, client_id, kind, name, metadata, secret_hash,
	registration_hash, for_tenant, for_user, verified, disabled,
	created_at, fresh_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, FALSE, $11, $12);

-- name: oauth_client_find
SELECT id, client_id, kind, name, metadata, secret_hash, registration_hash,
	for_tenant, for_user, verified, disabled, created_at, used_at,
	fresh_until
FROM oauth_clients WHERE client_id = $1;

-- name: oauth_client_get
SELECT id, client_id, kind, name, metadata, secret_hash, registration_hash,
	for_tenant, for_user, verified, disabled, created_at, used_at,
	fresh_until
FROM oauth_clients WHERE id = $1;

-- name: oauth_client_list long
SELECT id, client_id, kind, name, metadata, secret_hash, registration_hash,
	for_tenant, for_user, verified, disabled, created_at, used_at,
	fresh_until
FROM oauth_clients ORDER BY id;

-- name: oauth_client_page
SELECT id, client_id, kind, name, metadata, secret_hash, registration_hash,
	for_tenant, for_user, verified, disabled, created_at, used_at,
	fresh_until
FROM oauth_clients WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- name: oauth_client_update write
UPDATE oauth_clients SET name = $2, metadata = $3, fresh_until = $4
WHERE id = $1;

-- name: oauth_client_touch write
UPDATE oauth_clients SET used_at = $2
WHERE id = $1 AND (used_at IS NULL OR used_at < $3);

-- name: oauth_client_set write
UPDATE oauth_clients SET verified = $2, disabled = $3 WHERE id = $1;

-- name: oauth_client_secret write
UPDATE oauth_clients SET secret_hash = $2 WHERE id = $1;

-- name: oauth_client_delete write
DELETE FROM oauth_clients WHERE id = $1;

-- name: oauth_client_unused
SELECT count(*) FROM oauth_clients
WHERE kind = $1 AND used_at IS NULL AND created_at > $2;

-- name: oauth_client_sweep write
DELETE FROM oauth_clients
WHERE kind = $1 AND used_at IS NULL AND created_at < $2;

-- name: oauth_grant_insert write
INSERT INTO oauth_grants (tenant_id, user_id, id, client_id, scopes, resource,
	created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: oauth_grant_find
SELECT g.tenant_id, g.user_id, g.id, g.client_id, g.scopes, g.resource,
	g.created_at, g.expires_at, g.used_at, g.revoked_at, u.is_admin,
	u.suspended OR t.suspended, c.disabled,
	c.client_id, u.pending
FROM oauth_grants g
	JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id
	JOIN tenants t ON t.id = g.tenant_id
	JOIN oauth_clients c ON c.id = g.client_id
WHERE g.id = $1;

-- name: oauth_grant_list
SELECT g.id, c.id, c.client_id, c.kind, c.name, c.verified, g.scopes,
	g.created_at, g.used_at
FROM oauth_grants g JOIN oauth_clients c ON c.id = g.client_id
WHERE g.tenant_id = $1 AND g.user_id = $2 AND g.revoked_at IS NULL
	AND g.expires_at > $3 AND g.used_at IS NOT NULL
ORDER BY g.client_id;

-- name: oauth_grant_touch write
UPDATE oauth_grants SET used_at = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = $3
	AND (used_at IS NULL OR used_at < $5);

-- name: oauth_grant_revoke write
UPDATE oauth_grants SET revoked_at = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL;

-- name: oauth_grant_revoke_client write
UPDATE oauth_grants SET revoked_at = $4
WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3
	AND revoked_at IS NULL;

-- name: oauth_grant_revoke_all write
UPDATE oauth_grants SET revoked_at = $3
WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL;

-- name: oauth_grant_end_client write
UPDATE oauth_grants SET revoked_at = $2
WHERE client_id = $1 AND revoked_at IS NULL;

-- name: oauth_grant_sweep write
DELETE FROM oauth_grants WHERE expires_at < $1;

-- name: oauth_code_insert write
INSERT INTO oauth_codes (hash, grant_id, redirect_uri, challenge, jkt,
	expires_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: oauth_code_find
SELECT grant_id, redirect_uri, challenge, jkt, expires_at, used_at
FROM oauth_codes WHERE hash = $1;

-- name: oauth_code_use write
UPDATE oauth_codes SET used_at = $2 WHERE hash = $1 AND used_at IS NULL;

-- name: oauth_code_sweep write
DELETE FROM oauth_codes WHERE expires_at < $1;

-- name: oauth_refresh_insert write
INSERT INTO oauth_refresh_tokens (hash, grant_id, generation, jkt, created_at,
	expires_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: oauth_refresh_find
SELECT r.grant_id, r.generation, r.jkt, r.expires_at, r.rotated_at, r.answer,
	CASE WHEN next.rotated_at IS NULL THEN FALSE ELSE TRUE END
FROM oauth_refresh_tokens r
	LEFT JOIN oauth_refresh_tokens next ON next.grant_id = r.grant_id
		AND next.generation = r.generation + 1
WHERE r.hash = $1;

-- name: oauth_refresh_rotate write
UPDATE oauth_refresh_tokens SET rotated_at = $2, answer = $3
WHERE hash = $1 AND rotated_at IS NULL;

-- name: oauth_refresh_forget write
UPDATE oauth_refresh_tokens SET answer = NULL
WHERE grant_id = $1 AND generation < $2 AND answer IS NOT NULL;

-- name: oauth_refresh_sweep write
DELETE FROM oauth_refresh_tokens WHERE expires_at < $1;

-- name: oauth_ticket_insert write
INSERT INTO oauth_tickets (hash, kind, client_id, session_id, params,
	expires_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: oauth_ticket_take write
DELETE FROM oauth_tickets
WHERE hash = $1 AND kind = $2
RETURNING client_id, session_id, params, expires_at;

-- name: oauth_ticket_sweep write
DELETE FROM oauth_tickets WHERE expires_at < $1;

-- name: oauth_seen_insert write
INSERT INTO oauth_seen (hash, expires_at) VALUES ($1, $2)
ON CONFLICT (hash) DO NOTHING;

-- name: oauth_seen_sweep write
DELETE FROM oauth_seen WHERE expires_at < $1;
