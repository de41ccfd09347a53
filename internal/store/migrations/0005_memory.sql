CREATE TABLE try_run (                     -- tries in a row without success
	counted    TEXT   PRIMARY KEY,         -- as attempt.counted
	tries      BIGINT NOT NULL,
	lock_after BIGINT NOT NULL             -- tries >= lock_after: locked
);

CREATE TABLE lost_fob (                    -- fobs that were reported lost
	method   TEXT   PRIMARY KEY,           -- the authentication method's id
	person   TEXT   NOT NULL,              -- object id of whose it is
	serial   TEXT   NOT NULL,
	at       BIGINT NOT NULL,              -- Unix milliseconds, UTC
	by_id    TEXT   NOT NULL,              -- object id of who reported it
	by_name  TEXT   NOT NULL
);
CREATE INDEX lost_fob_person ON lost_fob (person);

CREATE TABLE replacement (                 -- exchanges of a fob for another that are under way
	person      TEXT   NOT NULL,           -- object id
	person_name TEXT   NOT NULL,
	old_method  TEXT   NOT NULL,
	old_serial  TEXT   NOT NULL,
	off         TEXT   NOT NULL,           -- what came of the old one; '' while it is not off
	started     BIGINT NOT NULL,           -- Unix milliseconds, UTC
	by_id       TEXT   NOT NULL,           -- object id of who began it
	by_name     TEXT   NOT NULL,
	PRIMARY KEY (person, old_method)
);
