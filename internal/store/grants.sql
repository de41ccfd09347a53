-- What the portal's role and that of retention may do with tables that belong to another role. Rows of
-- the trail are added and read by the one, and dropped by the other; nobody changes them.
DO $$
DECLARE
	portal    BOOLEAN := EXISTS (SELECT FROM pg_roles WHERE rolname = 'fobdesk') AND current_user <> 'fobdesk';
	retention BOOLEAN := EXISTS (SELECT FROM pg_roles WHERE rolname = 'fobdesk_retention') AND current_user <> 'fobdesk_retention';
BEGIN
	IF portal THEN
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO fobdesk', current_schema());
		REVOKE UPDATE, DELETE ON audit FROM fobdesk;
		REVOKE DELETE ON audit_block, audit_day FROM fobdesk;
		REVOKE INSERT, UPDATE, DELETE ON audit_mark, schema_version FROM fobdesk;
	END IF;
	IF retention THEN
		GRANT SELECT, DELETE ON audit, act, audit_block TO fobdesk_retention;
		GRANT SELECT, INSERT, UPDATE ON audit_mark TO fobdesk_retention;
		GRANT SELECT ON code_claim, server_key, schema_version TO fobdesk_retention;
	END IF;
END $$;
