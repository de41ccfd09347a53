ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';    -- browser and system, for its person
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';  -- client's IP address at sign-in
CREATE INDEX session_person ON session (person) WHERE ended IS NULL;
