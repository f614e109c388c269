-- The ledger of imported files.

-- name: import_insert write
INSERT INTO imports (tenant_id, user_id, id, digest, file_name, size, format,
	result, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: import_forget write
DELETE FROM imports
WHERE tenant_id = $1 AND user_id = $2 AND digest = $3;

-- name: import_find
SELECT id, file_name, size, format, result, created_at FROM imports
WHERE tenant_id = $1 AND user_id = $2 AND digest = $3;

-- name: import_add_activity write
INSERT INTO import_activities (tenant_id, user_id, import_id, position,
	activity_id)
VALUES ($1, $2, $3, $4, $5);

-- name: import_activity_list
SELECT activity_id FROM import_activities
WHERE tenant_id = $1 AND user_id = $2 AND import_id = $3
ORDER BY position;

-- name: import_file_put write
INSERT INTO import_files (tenant_id, user_id, import_id, packing, bytes)
VALUES ($1, $2, $3, $4, $5);

-- name: import_file_get long
SELECT (SELECT size FROM imports
		WHERE tenant_id = $1 AND user_id = $2 AND id = $3),
	packing, bytes
FROM import_files
WHERE tenant_id = $1 AND user_id = $2 AND import_id = $3;

-- Files of which nothing is left but one activity: who deletes it may import
-- them again.
-- name: import_forget_activity write
DELETE FROM imports
WHERE tenant_id = $1 AND user_id = $2
	AND id IN (SELECT import_id FROM import_activities
		WHERE tenant_id = $1 AND user_id = $2 AND activity_id = $3)
	AND NOT EXISTS (SELECT 1 FROM import_activities o
		WHERE o.tenant_id = $1 AND o.user_id = $2
			AND o.import_id = imports.id AND o.activity_id <> $3);
