CREATE TABLE session (
	key     TEXT   PRIMARY KEY,            -- base64url SHA-256 of the session's id
	person  TEXT   NOT NULL,               -- 'tenant id:object id'
	sid     TEXT   NOT NULL,               -- base64url SHA-256 of Entra's sid claim, or ''
	version BIGINT NOT NULL,               -- counts the writes of sealed
	created BIGINT NOT NULL,               -- Unix milliseconds, UTC, as all times below
	seen    BIGINT NOT NULL,
	ends    BIGINT NOT NULL,               -- absolute end
	ended   BIGINT,                        -- NULL while it lives
	leased  BIGINT NOT NULL,               -- until when somebody refreshes its tokens; 0 where nobody does
	sealed  BYTEA  NOT NULL                -- the payload, AES-256-GCM; empty once ended
);
CREATE INDEX session_sid ON session (sid) WHERE sid <> '';
CREATE INDEX session_ends ON session (ends);
CREATE INDEX session_seen ON session (seen) WHERE ended IS NULL;

CREATE TABLE used_state (                  -- states of sign-ins that were presented
	hash  TEXT   PRIMARY KEY,
	until BIGINT NOT NULL                  -- Unix milliseconds, UTC
);
CREATE INDEX used_state_until ON used_state (until);
