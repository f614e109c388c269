-- Data keys, each sealed by the master key, and the secrets of the server as a
-- whole, each sealed by a data key.

CREATE TABLE data_keys (
	id @uuid PRIMARY KEY,
	state TEXT NOT NULL,
	sealed @bytes NOT NULL,
	created_at @time NOT NULL,
	retired_at @time
);
-- There is one that seals.
CREATE UNIQUE INDEX data_keys_active ON data_keys (state)
	WHERE state = 'active';

CREATE TABLE secrets (
	name TEXT PRIMARY KEY,
	sealed @bytes NOT NULL,
	created_at @time NOT NULL
);

-- down
DROP TABLE secrets;
DROP TABLE data_keys;
