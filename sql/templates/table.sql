-- Made once for each table: its rows in the order of the primary key, and one
-- row by it.

-- name: rows_{table}_page long
SELECT {columns} FROM {table}
WHERE ({key}) > ({params})
ORDER BY {key}
LIMIT {after};

-- name: rows_{table}_get
SELECT {columns} FROM {table} WHERE ({key}) = ({params});

-- name: rows_{table}_put write
INSERT INTO {table} ({columns})
VALUES ({values})
ON CONFLICT ({key}) DO {update};

-- name: rows_{table}_remove write
DELETE FROM {table} WHERE ({key}) = ({params});
