package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

func TestTOK04AnOldAccessTokenIsRefreshedOnceAndARevokedOneReplacedOnce(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_SESSION_IDLE", "3h"))
	v := w.SignedIn(t, ada)
	w.Clock.Pass(2 * time.Hour)
	w.Cloud.ResetCalls()
	if page := v.Get(t, "/"); page.Status != http.StatusOK {
		t.Errorf("with an old token: %d", page.Status)
	}
	if got := tokenCalls(w); got != 1 {
		t.Errorf("%d calls for tokens, want 1", got)
	}
	w.Cloud.RevokeAccessTokens(ada)
	w.Cloud.ResetCalls()
	if page := v.Get(t, "/"); page.Status != http.StatusOK {
		t.Errorf("with a revoked token: %d", page.Status)
	}
	if got := tokenCalls(w); got != 1 {
		t.Errorf("%d calls for tokens, want 1", got)
	}
}

func tokenCalls(w *e2e.World) int {
	n := 0
	for _, call := range w.Cloud.Calls() {
		if strings.HasSuffix(call.Path, "/token") {
			n++
		}
	}
	return n
}

func TestTOK06ARevokedPersonSignsInAgainAndATroubledEntraKeepsTheSession(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_SESSION_IDLE", "3h"))
	v := w.SignedIn(t, ada)
	w.Clock.Pass(2 * time.Hour)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Path: "/token", Status: 503})
	if page := v.Get(t, "/"); page.Status != http.StatusBadGateway {
		t.Errorf("with Entra down home answered %d, want 502", page.Status)
	}
	w.Cloud.ClearFaults()
	if page := v.Get(t, "/"); page.Status != http.StatusOK {
		t.Errorf("once Entra is back: %d", page.Status)
	}
	w.Cloud.RevokeSessions(ada)
	if page := v.Get(t, "/"); page.Status != http.StatusFound {
		t.Errorf("after the revocation home answered %d, want the way to sign in", page.Status)
	}
}

func TestTOK01AndTOK02AndLOG02NothingSecretIsLoggedOrStored(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	code := w.Cloud.Code(goodFob)
	pages := string(v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, code))).Body)
	pages += string(v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.WrongCode(goodFob))).Body)
	secrets := map[string]string{}
	for _, call := range w.Cloud.Calls() {
		if bearer, ok := strings.CutPrefix(call.Header.Get("Authorization"), "Bearer "); ok {
			secrets["access token"] = bearer
		}
		for _, name := range []string{"client_secret", "code", "code_verifier", "refresh_token"} {
			if value := call.Form.Get(name); value != "" {
				secrets[name] = value
			}
		}
	}
	for name, value := range v.Cookies() {
		_, secret, _ := strings.Cut(value, ".")
		secrets["cookie "+name] = secret
	}
	if len(secrets) < 5 {
		t.Fatalf("only %d secrets were planted", len(secrets))
	}
	places := map[string]string{"the log": w.Log.String(), "a page": pages}
	files, err := filepath.Glob(filepath.Join(w.Folder(), "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no database in %s: %v", w.Folder(), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		places[filepath.Base(file)] = string(content)
	}
	for place, content := range places {
		for name, secret := range secrets {
			if strings.Contains(content, secret) {
				t.Errorf("%s holds the %s", place, name)
			}
		}
		if strings.Contains(content, `"`+code+`"`) || strings.Contains(content, "="+code) || strings.Contains(content, " "+code) {
			t.Errorf("%s holds the verification code", place)
		}
	}
}

func TestTOK06APostThatEntraKeepsFromGraphKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{"broken": {Status: 503}, "silent": {Cut: true}} {
		w := e2e.NewWorld(t, e2e.Setting("FOBDESK_SESSION_IDLE", "3h"), e2e.Setting("FOBDESK_STEP_UP", "when-asked"))
		w.Cloud.Update(func(s *sim.Switches) { s.AccessTokenLife = time.Minute })
		v := w.SignedIn(t, ada)
		w.Clock.Pass(2 * time.Minute)
		f.Side, f.Path = sim.SideEntra, "/token"
		w.Cloud.AddFault(f)
		page := v.Post(t, "/enrol", enrolment(goodFob, "123456"))
		if page.Status != http.StatusBadGateway || page.Outcome(t) != "upstream_unavailable" || !strings.Contains(string(page.Body), goodFob) {
			t.Errorf("Entra %s: %d %q", name, page.Status, page.Outcome(t))
		}
		w.Cloud.ClearFaults()
		w.Cloud.RevokeSessions(ada)
		w.Clock.Pass(2 * time.Minute)
		page = v.Post(t, "/enrol", enrolment(goodFob, "123456"))
		if page.Status != http.StatusUnauthorized || !strings.Contains(page.Doc(t).Find("main").Text(), "What you typed is kept") {
			t.Fatalf("revoked: %d %q", page.Status, page.Outcome(t))
		}
		link := page.Doc(t).Find("main a[href^='/auth/sign-in']").AttrOr("href", "")
		if form := v.SignIn(t, link, ada); !strings.Contains(string(form.Body), goodFob) {
			t.Errorf("after signing in again the form at %s is empty", form.URL)
		}
	}
}
