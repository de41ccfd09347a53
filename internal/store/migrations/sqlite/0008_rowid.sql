-- A table whose key is no INTEGER is kept as the index of its key instead of beside it: half as many
-- pages to write for a row. What each column means stands where the tables were made.
CREATE TABLE new_act (
	id           TEXT   PRIMARY KEY,
	intent       BIGINT NOT NULL,
	outcome      BIGINT,
	display_name TEXT   NOT NULL,
	reason       TEXT   NOT NULL
) WITHOUT ROWID;
INSERT INTO new_act (id, intent, outcome, display_name, reason)
	SELECT id, intent, outcome, display_name, reason FROM act ORDER BY id;
DROP TABLE act;
ALTER TABLE new_act RENAME TO act;
CREATE INDEX act_open ON act (intent) WHERE outcome IS NULL;

CREATE TABLE new_attempt (
	counted TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	act     TEXT   NOT NULL,
	until   BIGINT NOT NULL,
	PRIMARY KEY (counted, at, act)
) WITHOUT ROWID;
INSERT INTO new_attempt (counted, at, act, until) SELECT counted, at, act, until FROM attempt;
DROP TABLE attempt;
ALTER TABLE new_attempt RENAME TO attempt;

CREATE TABLE new_code_claim (
	hash  BYTEA  PRIMARY KEY,
	act   TEXT   NOT NULL,
	until BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO new_code_claim (hash, act, until) SELECT hash, act, until FROM code_claim;
DROP TABLE code_claim;
ALTER TABLE new_code_claim RENAME TO code_claim;

CREATE TABLE new_try_run (
	counted    TEXT   PRIMARY KEY,
	tries      BIGINT NOT NULL,
	lock_after BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO new_try_run (counted, tries, lock_after) SELECT counted, tries, lock_after FROM try_run;
DROP TABLE try_run;
ALTER TABLE new_try_run RENAME TO try_run;
