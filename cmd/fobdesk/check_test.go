package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// checkLine is the shape of each line of what check prints.
var checkLine = regexp.MustCompile(`^(ok   .+: .+|note .+: .+|fail .+: .+ — .+)\n$`)

func TestTOK10CheckTellsWhatIsWrongAndHowToMendItAndNoSecret(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	p.SignedIn(t, sim.AdaID) // so that there is a row in the trail
	const planted = "planted-secret-that-is-wrong"
	missing := filepath.Join(t.TempDir(), "not", "yet.db")
	loose := filepath.Join(t.TempDir(), "loose.db")
	for _, test := range []struct {
		name   string
		change map[string]string
		fault  *sim.Fault
		code   int
		wants  []string // how lines begin, with what they say
	}{
		{"all is right", nil, nil, exitDone, []string{
			"ok   settings: ", "ok   client's key: a client secret", "ok   discovery: ", "ok   signing keys: 1 of Entra's",
			"ok   clock of Entra: ", "ok   client proof: ", "ok   redirect URI " + p.URL + "/auth/callback: registered",
			"ok   redirect URI " + p.URL + "/: registered", "ok   redirect URI " + p.URL + "/kiosk: registered", "ok   Graph: ", "ok   clock of Graph: ", "ok   cloud: the global one",
			"note permissions at Graph: ", "ok   database: it opens, with 1 rows in the audit trail", "ok   schema: this fobdesk's", "ok   permissions: ",
		}},
		{"the secret is wrong", map[string]string{"FOBDESK_CLIENT_SECRET": planted}, nil, exitFailed, []string{
			"fail client proof: redeem the authorization code: token endpoint answered invalid_client AADSTS7000215 — at the app registration, Certificates & secrets",
			"ok   Graph: ",
		}},
		{"no such client", map[string]string{"FOBDESK_CLIENT_ID": "66666666-7777-8888-9999-aaaaaaaaaaaa"}, nil, exitFailed, []string{
			"fail client proof: redeem the authorization code: token endpoint answered unauthorized_client AADSTS700016 — compare FOBDESK_CLIENT_ID",
			"fail redirect URI " + p.URL + "/auth/callback: the authorization endpoint answered AADSTS700016 — compare",
		}},
		{"a redirect URI that nobody registered", map[string]string{"FOBDESK_BASE_URL": "https://fobs.example.org"}, nil, exitFailed, []string{
			"ok   client proof: ",
			"fail redirect URI https://fobs.example.org/auth/callback: the authorization endpoint answered AADSTS50011 — add it at the app registration",
		}},
		{"a page that says nothing of the redirect URI", nil, &sim.Fault{
			Side: sim.SideEntra, Path: "/authorize", Status: http.StatusOK, Body: "<title>Sign in</title>",
		}, exitDone, []string{"note redirect URI " + p.URL + "/auth/callback: it can't be known from here; look whether"}},
		{"another issuer", map[string]string{"FOBDESK_ISSUER_URL": p.Cloud.GraphBase()}, nil, exitFailed, []string{
			"fail discovery: ", "note signing keys: not tried", "note client proof: not tried", "ok   Graph: ",
		}},
		{"Entra is silent", nil, &sim.Fault{Side: sim.SideEntra, Cut: true}, exitFailed, []string{
			"fail discovery: discovery: connection cut — let this machine reach the issuer's host",
		}},
		{"nobody is there for Graph", map[string]string{"FOBDESK_GRAPH_URL": "http://127.0.0.1:1/beta"}, nil, exitFailed, []string{
			"fail Graph: no answer: dial tcp 127.0.0.1:1: connect: connection refused — let this machine reach Graph's host",
			"note clock of Graph: not tried",
		}},
		{"something else is there", map[string]string{"FOBDESK_GRAPH_URL": p.Cloud.Issuer()}, nil, exitFailed, []string{
			"fail Graph: status 404 where Graph says 401 — ",
		}},
		{"Graph's clock is another", nil, &sim.Fault{
			Side: sim.SideGraph, Path: "/me", Status: http.StatusUnauthorized, Body: `{"error":{"code":"InvalidAuthenticationToken"}}`,
			Header: http.Header{"Date": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}}, ContentType: "application/json",
		}, exitFailed, []string{"fail clock of Graph: it is ", "ok   database: "}},
		{"another cloud", map[string]string{"FOBDESK_CLOUD": "usgov"}, nil, exitDone, []string{
			"note cloud: Graph does not publish the hardware OATH methods outside the global cloud",
		}},
		{"no database yet", map[string]string{"FOBDESK_DATABASE_URL": "sqlite:" + missing}, nil, exitDone, []string{
			"ok   database: " + missing + " is not there yet; the first start makes it",
		}},
		{"keys that open nothing", map[string]string{"FOBDESK_SESSION_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}, nil, exitFailed, []string{
			"fail database: ", "note schema: not tried",
		}},
		{"a database that all may read", map[string]string{"FOBDESK_DATABASE_URL": "sqlite:" + loose}, nil, exitFailed, []string{
			"ok   database: ", "fail permissions: " + loose + " has the mode 0644 — chmod",
		}},
		{"a setting that is none", map[string]string{"FOBDESK_CLIENT_ID": "", "FOBDESK_SESSION_IDLE": "15"}, nil, exitUsage, []string{
			"fail FOBDESK_CLIENT_ID: got nothing, want", `fail FOBDESK_SESSION_IDLE: got "15", want a duration such as 15m`,
		}},
	} {
		if strings.Contains(test.name, "all may read") {
			copyDatabase(t, p, loose)
		}
		if test.fault != nil {
			p.Cloud.AddFault(*test.fault)
		}
		got := p.Run(t, test.change, "check")
		p.Cloud.ClearFaults()
		if got.Code != test.code {
			t.Errorf("%s: exit code %d, want %d:\n%s%s", test.name, got.Code, test.code, got.Stdout, got.Stderr)
		}
		for _, want := range test.wants {
			if !strings.Contains("\n"+got.Stdout, "\n"+want) {
				t.Errorf("%s: want the line %q in:\n%s", test.name, want, got.Stdout)
			}
		}
		for line := range strings.Lines(got.Stdout) {
			if test.code != exitUsage && !checkLine.MatchString(line) {
				t.Errorf("%s: %q is no line of a check", test.name, line)
			}
		}
		for _, secret := range []string{planted, p.Keys(), p.Secret()} {
			if strings.Contains(got.Stdout+got.Stderr, secret) {
				t.Errorf("%s: it shows a secret:\n%s", test.name, got.Stdout)
			}
		}
	}
}

// copyDatabase makes a database that others than its owner may read.
func copyDatabase(t *testing.T, p *e2e.Program, to string) {
	t.Helper()
	other := e2e.NewProgram(t, program(t), e2e.Setting("FOBDESK_DATABASE_URL", "sqlite:"+to), e2e.Setting("FOBDESK_SESSION_KEYS", p.Keys()))
	other.Signal(os.Kill)
	other.Wait(t)
	if err := os.Chmod(to, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCheckChangesNothing(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	p.Run(t, nil, "check")
	if got := acts(t, stopped(t, p)); len(got) > 0 {
		t.Errorf("the trail has %v", got)
	}
	if writes(p) > 0 {
		t.Error("Graph was asked to change something")
	}
	missing := filepath.Join(t.TempDir(), "missing.db")
	p.Run(t, map[string]string{"FOBDESK_DATABASE_URL": "sqlite:" + missing}, "check")
	if _, err := os.Stat(missing); err == nil {
		t.Error("it made a database")
	}
}

func stopped(t *testing.T, p *e2e.Program) *e2e.Program {
	t.Helper()
	p.Signal(os.Kill)
	p.Wait(t)
	return p
}

func TestCheckSaysWhereNoDatabaseCanBeMade(t *testing.T) {
	t.Parallel()
	folder, err := os.MkdirTemp("", "fobdesk-check-") // its parents are open to all, which t.TempDir's are not
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program(t), "check")
	cmd.Dir = "/"
	if os.Geteuid() == 0 { // who may write everywhere
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	cmd.Env = []string{
		"FOBDESK_BASE_URL=https://fobs.example.org", "FOBDESK_CLIENT_SECRET=planted-secret",
		"FOBDESK_TENANT_ID=11111111-2222-3333-4444-555555555555",
		"FOBDESK_CLIENT_ID=66666666-7777-8888-9999-aaaaaaaaaaaa",
		"FOBDESK_SESSION_KEYS=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"FOBDESK_ISSUER_URL=http://127.0.0.1:1/v2.0", "FOBDESK_GRAPH_URL=http://127.0.0.1:1/beta",
		"FOBDESK_DATABASE_URL=sqlite:" + filepath.Join(folder, "new", "fobdesk.db"),
	}
	out, _ := cmd.Output() // it fails, for nobody is there for Entra
	if want := "fail database: " + folder + "/new/fobdesk.db is not there, and can't be made in " + folder + ": permission denied — "; !strings.Contains(string(out), want) {
		t.Errorf("want %s in:\n%s", want, out)
	}
}
