CREATE TABLE act (                         -- what an act has beyond its rows in the trail
	id           TEXT   PRIMARY KEY,       -- the request's id
	intent       BIGINT NOT NULL,          -- audit.number
	outcome      BIGINT,                   -- audit.number; NULL while the act is under way
	display_name TEXT   NOT NULL,
	reason       TEXT   NOT NULL           -- narrows the outcome's words
);
CREATE INDEX act_open ON act (intent) WHERE outcome IS NULL;

CREATE TABLE attempt (                     -- verification codes tried, counted before Graph is called
	counted TEXT   NOT NULL,               -- 'person:<object id>' or 'serial:<canonical serial number>'
	at      BIGINT NOT NULL,               -- Unix milliseconds, UTC
	act     TEXT   NOT NULL,               -- act.id
	until   BIGINT NOT NULL,               -- when the window has slid past it; Unix milliseconds, UTC
	PRIMARY KEY (counted, at, act)
);

CREATE TABLE limit_notice (                -- limits whose being hit is in the trail already
	counted TEXT   PRIMARY KEY,
	until   BIGINT NOT NULL                -- the next row comes after it; Unix milliseconds, UTC
);

CREATE TABLE code_claim (                  -- verification codes that Graph was sent, or is about to be
	hash  BYTEA  PRIMARY KEY,              -- keyed hash of serial number and code
	act   TEXT   NOT NULL,                 -- act.id
	until BIGINT NOT NULL                  -- the code counts as used before it; Unix milliseconds, UTC
);
