-- Made once for each table with rows of people.

-- name: person_{table}_page long
SELECT {columns} FROM {table}
WHERE tenant_id = $1 AND {user} = $2 AND ({key}) > ({params})
ORDER BY {key}
LIMIT {after};

-- name: person_{table}_trim write
DELETE FROM {table} WHERE ({key}) IN
	(SELECT {key} FROM {table} WHERE tenant_id = $1 AND {user} = $2 LIMIT $3);
