-- What happened, in order, for whoever listens: streams of numbered events.

CREATE TABLE event_streams (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	topic TEXT NOT NULL,
	last_seq BIGINT NOT NULL,
	touched_at @time NOT NULL,
	PRIMARY KEY (tenant_id, user_id, topic),
	FOREIGN KEY (tenant_id, user_id)
		REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX event_streams_touched ON event_streams
	(touched_at, tenant_id, user_id, topic, last_seq);

CREATE TABLE events (
	tenant_id @uuid NOT NULL,
	user_id @uuid NOT NULL,
	topic TEXT NOT NULL,
	seq BIGINT NOT NULL,
	kind TEXT NOT NULL,
	payload TEXT NOT NULL,
	created_at @time NOT NULL,
	PRIMARY KEY (tenant_id, user_id, topic, seq),
	FOREIGN KEY (tenant_id, user_id, topic)
		REFERENCES event_streams (tenant_id, user_id, topic)
		ON DELETE CASCADE
);
CREATE INDEX events_created ON events (created_at);

-- down
DROP TABLE events;
DROP TABLE event_streams;
