CREATE TABLE station (                     -- browsers that stand where people enrol, one after another
	id        TEXT   PRIMARY KEY,
	name      TEXT   NOT NULL,
	place     TEXT   NOT NULL,
	language  TEXT   NOT NULL,
	maker     TEXT   NOT NULL,             -- object id
	key       TEXT   NOT NULL,             -- base64url SHA-256 of the station's key; '' until it is paired
	created   BIGINT NOT NULL,             -- Unix milliseconds, UTC, as all times below; 0 for never
	paired    BIGINT NOT NULL,
	seen      BIGINT NOT NULL,
	acted     BIGINT NOT NULL,
	revoked   BIGINT NOT NULL,
	auth_time BIGINT NOT NULL              -- when a sign-in last came without auth_time; 0 since one with it
);
CREATE UNIQUE INDEX station_key ON station (key) WHERE key <> '';
CREATE UNIQUE INDEX station_name ON station (name) WHERE revoked = 0;

CREATE TABLE pairing (                     -- codes that make a browser a station, once
	station TEXT   PRIMARY KEY,            -- station.id
	code    BYTEA  NOT NULL,               -- keyed hash
	sealed  BYTEA  NOT NULL,               -- the code, for its maker
	until   BIGINT NOT NULL                -- Unix milliseconds, UTC
);
CREATE UNIQUE INDEX pairing_code ON pairing (code);
CREATE INDEX pairing_until ON pairing (until);

ALTER TABLE session ADD COLUMN station TEXT NOT NULL DEFAULT '';  -- station.id of a visit
CREATE INDEX session_station ON session (station) WHERE station <> '';
