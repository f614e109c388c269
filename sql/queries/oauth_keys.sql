-- The keys that access tokens are signed with.

-- name: signing_key_list
SELECT id, sealed, signs_from, created_at FROM signing_keys
ORDER BY signs_from, id;

-- name: signing_key_insert write
INSERT INTO signing_keys (id, sealed, signs_from, created_at)
VALUES ($1, $2, $3, $4);

-- name: signing_key_purge write
DELETE FROM signing_keys WHERE EXISTS (
	SELECT 1 FROM signing_keys later
	WHERE later.signs_from > signing_keys.signs_from
		AND later.signs_from < $1);
