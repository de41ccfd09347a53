package main

import (
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/pgtest"
)

func TestAUD08CheckTellsWhatTheRoleMayDoOnPostgreSQLAndHowToMendIt(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	p := e2e.NewProgram(t, program(t), e2e.OnPostgres(t, server))
	at, err := url.Parse(p.DatabaseURL())
	if err != nil {
		t.Fatal(err)
	}
	database := strings.TrimPrefix(at.Path, "/")
	const mend = " — run fobdesk migrate as the role that owns the tables"
	for _, test := range []struct {
		name, grant, back, role string
		code                    int
		want                    string
	}{
		{"as documented", "", "", pgtest.Portal, exitDone,
			"ok   permissions: the role fobdesk adds rows to the audit trail and reads them, and can't change or drop one\n"},
		{"may change rows", "GRANT UPDATE, DELETE ON audit TO fobdesk", "REVOKE UPDATE, DELETE ON audit FROM fobdesk", pgtest.Portal, exitFailed,
			"fail permissions: the role fobdesk must not have DELETE on audit, UPDATE on audit" + mend},
		{"may not add rows", "REVOKE INSERT ON audit, act FROM fobdesk", "GRANT INSERT ON audit, act TO fobdesk", pgtest.Portal, exitFailed,
			"fail permissions: the role fobdesk lacks INSERT on act, audit" + mend},
		{"may not read", "REVOKE SELECT ON server_key FROM fobdesk", "GRANT SELECT ON server_key TO fobdesk", pgtest.Portal, exitFailed,
			"fail permissions: the role fobdesk lacks SELECT on server_key" + mend},
		{"owns the tables", "", "", pgtest.Owner, exitFailed,
			"fail permissions: the role fobdesk_owner must not have DELETE on audit, audit_block, audit_day, audit_mark, schema_version, "},
		{"is nobody", "", "", "fobdesk_nobody", exitFailed, "note permissions: they can't be known while the database can't be read\n"},
	} {
		if test.grant != "" {
			server.Exec(t, database, test.grant)
		}
		got := p.Run(t, map[string]string{"FOBDESK_DATABASE_URL": server.URL(test.role, database)}, "check")
		if test.back != "" {
			server.Exec(t, database, test.back)
		}
		if got.Code != test.code || !strings.Contains("\n"+got.Stdout, "\n"+test.want) {
			t.Errorf("%s: exit code %d, want %d and the line %q in:\n%s%s", test.name, got.Code, test.code, test.want, got.Stdout, got.Stderr)
		}
	}
}
