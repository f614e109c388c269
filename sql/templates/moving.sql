-- Made once for each table; for SQLite, while its rows are moved to another
-- database (worker/store/move.h).

-- part: watch
CREATE TABLE moving_{table} (
	moving_seq INTEGER PRIMARY KEY AUTOINCREMENT,
	{key_columns},
	UNIQUE ({key})
);
CREATE TRIGGER moving_{table}_insert AFTER INSERT ON {table} BEGIN
	DELETE FROM moving_{table} WHERE ({key}) = ({new_key});
	INSERT INTO moving_{table} ({key}) VALUES ({new_key});
END;
CREATE TRIGGER moving_{table}_update AFTER UPDATE ON {table} BEGIN
	DELETE FROM moving_{table} WHERE ({key}) IN (VALUES ({old_key}), ({new_key}));
	INSERT INTO moving_{table} ({key}) VALUES ({new_key});
	INSERT INTO moving_{table} ({key}) SELECT {old_key}
		WHERE ({old_key}) <> ({new_key});
END;
CREATE TRIGGER moving_{table}_delete AFTER DELETE ON {table} BEGIN
	DELETE FROM moving_{table} WHERE ({key}) = ({old_key});
	INSERT INTO moving_{table} ({key}) VALUES ({old_key});
END;

-- part: changes
SELECT {key_or_null} FROM moving_{table} ORDER BY moving_seq;

-- part: last
SELECT coalesce(max(moving_seq), 0) FROM moving_{table};

-- part: clear
DELETE FROM moving_{table} WHERE moving_seq <= %lld;

-- part: refuse
CREATE TRIGGER moved_{table}_insert BEFORE INSERT ON {table} BEGIN
	SELECT RAISE(ABORT, 'the database was moved to another place: put its URL into database.url and start the server anew, or take the move back by pierrectl migrate undo');
END;
CREATE TRIGGER moved_{table}_update BEFORE UPDATE ON {table} BEGIN
	SELECT RAISE(ABORT, 'the database was moved to another place: put its URL into database.url and start the server anew, or take the move back by pierrectl migrate undo');
END;
CREATE TRIGGER moved_{table}_delete BEFORE DELETE ON {table} BEGIN
	SELECT RAISE(ABORT, 'the database was moved to another place: put its URL into database.url and start the server anew, or take the move back by pierrectl migrate undo');
END;

-- part: forget
DROP TRIGGER IF EXISTS moving_{table}_insert;
DROP TRIGGER IF EXISTS moving_{table}_update;
DROP TRIGGER IF EXISTS moving_{table}_delete;
DROP TABLE IF EXISTS moving_{table};
DROP TRIGGER IF EXISTS moved_{table}_insert;
DROP TRIGGER IF EXISTS moved_{table}_update;
DROP TRIGGER IF EXISTS moved_{table}_delete;
