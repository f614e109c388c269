-- People, tenants and access tokens.

-- name: tenant_insert write
INSERT INTO tenants (id, name, suspended, created_at)
VALUES ($1, $2, FALSE, $3);

-- name: tenant_delete_empty write
DELETE FROM tenants WHERE id = $1
	AND NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = $1);

-- name: user_insert write
INSERT INTO users (tenant_id, id, username, display_name, email, timezone,
	sex, birth_day, height_m, weight_kg, is_admin, suspended, created_at,
	pending, tenant_role, unverified)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: user_get
SELECT u.tenant_id, u.id, u.username, u.display_name, u.email, u.timezone,
	u.sex, u.birth_day, u.height_m, u.weight_kg, u.is_admin,
	u.suspended OR t.suspended, u.created_at, u.pending, u.tenant_role,
	u.unverified, u.units
FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE u.tenant_id = $1 AND u.id = $2;

-- $1 comes in lower case.
-- name: user_by_name
SELECT u.tenant_id, u.id, u.username, u.display_name, u.email, u.timezone,
	u.sex, u.birth_day, u.height_m, u.weight_kg, u.is_admin,
	u.suspended OR t.suspended, u.created_at, u.pending, u.tenant_role,
	u.unverified, u.units
FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE lower(u.username) = $1;

-- name: user_list long
SELECT u.tenant_id, u.id, u.username, u.display_name, u.email, u.timezone,
	u.sex, u.birth_day, u.height_m, u.weight_kg, u.is_admin,
	u.suspended OR t.suspended, u.created_at, u.pending, u.tenant_role,
	u.unverified, u.units
FROM users u JOIN tenants t ON t.id = u.tenant_id
ORDER BY lower(u.username);

-- $1 comes in lower case.
-- name: user_page
SELECT u.tenant_id, u.id, u.username, u.display_name, u.email, u.timezone,
	u.sex, u.birth_day, u.height_m, u.weight_kg, u.is_admin,
	u.suspended OR t.suspended, u.created_at, u.pending, u.tenant_role,
	u.unverified, u.units
FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE lower(u.username) > $1 AND (u.pending = $2 OR u.pending = $4)
ORDER BY lower(u.username)
LIMIT $3;

-- name: user_update write
UPDATE users SET display_name = $3, email = $4, timezone = $5, sex = $6,
	birth_day = $7, height_m = $8, weight_kg = $9, units = $10
WHERE tenant_id = $1 AND id = $2;

-- name: user_verify write
UPDATE users SET unverified = FALSE
WHERE tenant_id = $1 AND id = $2 AND unverified;

-- name: user_set_email write
UPDATE users SET email = $3, unverified = FALSE,
	username = CASE WHEN lower(username) = lower(email) THEN $3
	ELSE username END
WHERE tenant_id = $1 AND id = $2;

-- Whoever is restored is no longer to go.
-- name: user_suspend write
UPDATE users SET suspended = $3,
	leaving_at = CASE WHEN $3 THEN leaving_at END
WHERE tenant_id = $1 AND id = $2;

-- name: user_leave write
UPDATE users SET suspended = TRUE, leaving_at = $3
WHERE tenant_id = $1 AND id = $2;

-- The same of one of whom nobody has said so yet.
-- name: user_leave_first write
UPDATE users SET suspended = TRUE, leaving_at = $3
WHERE tenant_id = $1 AND id = $2 AND leaving_at IS NULL;

-- Whoever finds that nobody has been at it since $4 goes on with it.
-- name: user_leave_on write
UPDATE users SET leaving_at = $3
WHERE tenant_id = $1 AND id = $2 AND leaving_at < $4;

-- name: user_list_leaving
SELECT tenant_id, id FROM users
WHERE leaving_at < $1
ORDER BY leaving_at
LIMIT $2;

-- name: user_approve write
UPDATE users SET pending = FALSE
WHERE tenant_id = $1 AND id = $2 AND pending;

-- name: user_set_admin write
UPDATE users SET is_admin = $3 WHERE tenant_id = $1 AND id = $2;

-- name: user_has_admin
SELECT 1 FROM users WHERE is_admin = TRUE LIMIT 1;

-- Somebody who may sign in and administer, other than this person.
-- name: user_other_admin
SELECT 1 FROM users WHERE is_admin = TRUE AND NOT suspended AND NOT pending
	AND id <> $1 LIMIT 1;

-- $1 comes in lower case.
-- name: user_by_email
SELECT u.tenant_id, u.id, u.username, u.display_name, u.email, u.timezone,
	u.sex, u.birth_day, u.height_m, u.weight_kg, u.is_admin,
	u.suspended OR t.suspended, u.created_at, u.pending, u.tenant_role,
	u.unverified, u.units
FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE lower(u.email) = $1 AND u.email <> '';

-- name: user_by_id
SELECT u.tenant_id, u.id, u.username, u.display_name, u.email, u.timezone,
	u.sex, u.birth_day, u.height_m, u.weight_kg, u.is_admin,
	u.suspended OR t.suspended, u.created_at, u.pending, u.tenant_role,
	u.unverified, u.units
FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE u.id = $1;

-- name: user_list_of_tenant
SELECT u.tenant_id, u.id, u.username, u.display_name, u.email, u.timezone,
	u.sex, u.birth_day, u.height_m, u.weight_kg, u.is_admin,
	u.suspended OR t.suspended, u.created_at, u.pending, u.tenant_role,
	u.unverified, u.units
FROM users u JOIN tenants t ON t.id = u.tenant_id
WHERE u.tenant_id = $1
ORDER BY u.id;

-- name: token_insert write
INSERT INTO access_tokens (tenant_id, user_id, id, name, prefix, hash, scopes,
	created_at, expires_at, toolset, tier, description)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: token_find
SELECT a.tenant_id, a.user_id, a.id, a.name, a.prefix, a.scopes, a.created_at,
	a.expires_at, a.last_used_at, a.revoked_at, a.toolset, a.tier,
	a.description, u.is_admin, u.suspended OR t.suspended, u.pending
FROM access_tokens a
	JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id
	JOIN tenants t ON t.id = a.tenant_id
WHERE a.hash = $1;

-- name: token_list
SELECT tenant_id, user_id, id, name, prefix, scopes, created_at, expires_at,
	last_used_at, revoked_at, toolset, tier, description
FROM access_tokens
WHERE tenant_id = $1 AND user_id = $2
ORDER BY id DESC;

-- name: token_revoke write
UPDATE access_tokens SET revoked_at = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL;

-- Those that were made for an hour, by a login.
-- name: token_purge write
DELETE FROM access_tokens WHERE name = 'login' AND expires_at < $1;

-- name: token_touch write
UPDATE access_tokens SET last_used_at = $4
WHERE tenant_id = $1 AND user_id = $2 AND id = $3
	AND (last_used_at IS NULL OR last_used_at < $5);

-- Keys, not personal tokens, that were made after $3.
-- name: key_count_since
SELECT count(*) FROM access_tokens
WHERE tenant_id = $1 AND user_id = $2 AND tier <> '' AND created_at > $3;

-- $3 uses more of token $1 in month $2.
-- name: usage_add write
INSERT INTO token_usage (tenant_id, user_id, token_id, month, used)
SELECT tenant_id, user_id, id, $2, $3 FROM access_tokens WHERE id = $1
ON CONFLICT (tenant_id, user_id, token_id, month)
DO UPDATE SET used = token_usage.used + excluded.used
RETURNING used;

-- name: usage_list
SELECT month, used FROM token_usage
WHERE tenant_id = $1 AND user_id = $2 AND token_id = $3
ORDER BY month DESC LIMIT 24;
