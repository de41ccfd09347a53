-- A filter that names a person or a serial number is answered from their rows. Any other is answered
-- by a merge of the kinds of rows that fit it; a kind is an event, an outcome and a station.
CREATE INDEX audit_subject ON audit (subject, number) WHERE subject <> '';
CREATE INDEX audit_serial ON audit (UPPER(serial), number) WHERE serial <> '';
CREATE INDEX audit_kind ON audit (event, outcome, station, number);
CREATE INDEX audit_actor ON audit (actor, event, outcome, station, number);
CREATE INDEX audit_unknown ON audit (number) WHERE outcome = 'outcome_unknown';

-- The two tables below are made of the trail, and prove nothing.

CREATE TABLE audit_block (                 -- where in the trail a time is found
	block  BIGINT PRIMARY KEY,             -- audit.number / 1024
	oldest BIGINT NOT NULL,                -- times of its rows; Unix milliseconds, UTC
	newest BIGINT NOT NULL
);
INSERT INTO audit_block (block, oldest, newest)
	SELECT number / 1024, MIN(time), MAX(time) FROM audit GROUP BY number / 1024;

CREATE TABLE audit_day (                   -- how many rows a day; they stay when the rows are dropped
	day     BIGINT NOT NULL,               -- days since 1970-01-01, UTC
	event   TEXT   NOT NULL,
	outcome TEXT   NOT NULL,
	written BIGINT NOT NULL,
	PRIMARY KEY (day, event, outcome)
);
INSERT INTO audit_day (day, event, outcome, written)
	SELECT time / 86400000, event, outcome, COUNT(*) FROM audit GROUP BY time / 86400000, event, outcome;

CREATE TABLE audit_mark (                  -- one row once the oldest rows were dropped
	one    BIGINT PRIMARY KEY CHECK (one = 1),
	number BIGINT NOT NULL,                -- of the last dropped row
	hash   BYTEA  NOT NULL,                -- its
	at     BIGINT NOT NULL,                -- Unix milliseconds, UTC
	seal   BYTEA  NOT NULL                 -- HMAC-SHA-256 of the above
);
