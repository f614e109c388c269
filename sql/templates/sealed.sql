-- Made once for each sealed column of sql/columns.def.

-- name: sealed_{table}_{column}_walk long
SELECT {key}, {column} FROM {table}
WHERE ({key}) > ({params}) AND {column} IS NOT NULL
ORDER BY {key}
LIMIT {after};

-- name: sealed_{table}_{column}_swap write
UPDATE {table} SET {column} = {after}
WHERE ({key}) = ({params}) AND {column} = {after2};

-- name: sealed_{table}_{column}_count long
SELECT substr({column}, 2, 16), count(*) FROM {table}
WHERE {column} IS NOT NULL
GROUP BY substr({column}, 2, 16);
