-- Sessions of MCP clients that begin with `initialize`, wherever their requests
-- arrive.

CREATE TABLE mcp_sessions (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	id @uuid NOT NULL,
	-- Of the protocol, as negotiated.
	version TEXT NOT NULL,
	-- What the client can do: words of clients.def.
	abilities TEXT NOT NULL,
	log_level TEXT NOT NULL,
	created_at @time NOT NULL,
	touched_at @time NOT NULL,
	PRIMARY KEY (tenant_id, user_id, id),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX mcp_sessions_touched ON mcp_sessions (touched_at);

CREATE TABLE mcp_subscriptions (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	session_id @uuid NOT NULL,
	uri TEXT NOT NULL,
	PRIMARY KEY (tenant_id, user_id, session_id, uri),
	FOREIGN KEY (tenant_id, user_id, session_id)
		REFERENCES mcp_sessions (tenant_id, user_id, id)
		ON DELETE CASCADE
);

-- down
DROP TABLE mcp_subscriptions;
DROP TABLE mcp_sessions;
