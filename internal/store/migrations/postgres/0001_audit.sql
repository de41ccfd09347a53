CREATE TABLE audit (                       -- the trail: rows are added and read, never changed
	number           BIGINT PRIMARY KEY,   -- from 1 without gaps
	time             BIGINT NOT NULL,      -- Unix milliseconds, UTC
	event            TEXT   NOT NULL,
	outcome          TEXT   NOT NULL,      -- '' in an intent
	actor            TEXT   NOT NULL,      -- object id
	actor_name       TEXT   NOT NULL,
	subject          TEXT   NOT NULL,      -- object id
	subject_name     TEXT   NOT NULL,
	serial           TEXT   NOT NULL,      -- in full
	station          TEXT   NOT NULL,
	address          TEXT   NOT NULL,
	request_id       TEXT   NOT NULL,      -- ours
	graph_request_id TEXT   NOT NULL,
	hash             BYTEA  NOT NULL       -- HMAC-SHA-256 of this row and of the hash before it
);

CREATE TABLE server_key (                  -- keys made at the first start
	name   TEXT  PRIMARY KEY,
	sealed BYTEA NOT NULL                  -- under the server's own keys, which are not in here
);
