-- Calls in sessions whose answer is a stream that its client may come back to:
-- who owes the answer, and until when that can be believed.

CREATE TABLE mcp_calls (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	session_id @uuid NOT NULL,
	-- The stream.
	id @uuid NOT NULL,
	-- The id of the client's request, as JSON.
	request TEXT NOT NULL,
	-- "node/slot.pid"
	worker TEXT NOT NULL,
	lease_until @time NOT NULL,
	PRIMARY KEY (tenant_id, user_id, session_id, id),
	FOREIGN KEY (tenant_id, user_id, session_id)
		REFERENCES mcp_sessions (tenant_id, user_id, id)
		ON DELETE CASCADE
);

-- down
DROP TABLE mcp_calls;
