-- Data keys and the server's own secrets.

-- name: data_key_list
SELECT id, state, sealed, created_at, retired_at FROM data_keys
ORDER BY id;

-- name: data_key_insert write
INSERT INTO data_keys (id, state, sealed, created_at)
VALUES ($1, 'active', $2, $3);

-- name: data_key_retire write
UPDATE data_keys SET state = 'retired', retired_at = $1
WHERE state = 'active';

-- name: data_key_reseal write
UPDATE data_keys SET sealed = $2 WHERE id = $1;

-- name: secret_get
SELECT sealed FROM secrets WHERE name = $1;

-- name: secret_insert write
INSERT INTO secrets (name, sealed, created_at)
VALUES ($1, $2, $3)
ON CONFLICT (name) DO NOTHING;
