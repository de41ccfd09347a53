package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// keeper keeps all that a visitor is answered: headers and bodies.
type keeper struct {
	v    *e2e.Visitor
	seen *strings.Builder
}

func (k keeper) keeps(t *testing.T, page *e2e.Page) *e2e.Page {
	t.Helper()
	_ = page.Header.Write(k.seen)
	k.seen.Write(page.Body)
	return page
}

// TestTOK02WhatIsSecretIsInNoPageNoCookieNoFileAndNoBackup lets an employee, an admin and a station do
// what there is to do, and looks for every secret in all that came out and all that rests.
func TestTOK02WhatIsSecretIsInNoPageNoCookieNoFileAndNoBackup(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_CLIENT_SECRET", plantedSecret), e2e.Setting("FOBDESK_SESSION_KEYS", plantedKey),
		e2e.Tenant(func(o *sim.Options) { o.ClientSecret = plantedSecret }))
	employee, admin, station := w.SignedIn(t, ada), withInventory(t, w, grace), newKiosk(t, w, "Reception")
	station.starts(t, ben)
	var seen strings.Builder
	forms := map[*e2e.Visitor]url.Values{
		employee: enrolment(goodFob, w.Cloud.Code(goodFob)), admin: enrolment(secondFob, plantedCode),
		station.Visitor: {"verificationCode": {plantedCode}, "serialNumber": {secondFob}},
	}
	for v, form := range forms {
		k := keeper{v, &seen}
		for _, path := range []string{"/enrol", personPath(ada, "enrol"), "/kiosk/enrol", "/admin/handout"} {
			k.keeps(t, v.Follow(t, k.keeps(t, v.Post(t, path, form))))
		}
		for _, route := range web.AllRoutes() {
			if route.Method == http.MethodGet && !strings.HasPrefix(route.Path, "/auth/") {
				k.keeps(t, v.Get(t, path(route.Path)))
			}
		}
	}
	secrets := secretsOf(w)
	if len(secrets) < 15 {
		t.Fatalf("only %d secrets were planted", len(secrets))
	}
	places := map[string]string{"what was answered": seen.String(), "the log": w.Log.String(), "the metrics": metricsOf(t, w)}
	inside := atRest(t, w)
	for name, content := range inside {
		places[name] = content
	}
	for place, content := range places {
		for _, secret := range append(secrets, `"`+plantedCode, "="+plantedCode) {
			if strings.Contains(content, secret) {
				t.Errorf("%s: %.6s… is in it", place, secret)
			}
		}
	}
	inside["the log"] = w.Log.String()
	for v := range forms {
		for name, value := range v.Cookies() {
			_, secret, _ := strings.Cut(value, ".")
			for place, content := range inside {
				if len(secret) > 16 && strings.Contains(content, secret) {
					t.Errorf("%s holds the cookie %s", place, name)
				}
			}
		}
	}
}

// atRest are the database's files, its journal, and a backup of it.
func atRest(t *testing.T, w *e2e.World) map[string]string {
	t.Helper()
	backup := filepath.Join(t.TempDir(), "backup.db")
	change(t, w, "VACUUM INTO '"+backup+"'")
	files, err := filepath.Glob(filepath.Join(w.Folder(), "fobdesk.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("found %q: %v", files, err)
	}
	contents := map[string]string{}
	for _, file := range append(files, backup) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		contents[filepath.Base(file)] = string(content)
	}
	return contents
}

func metricsOf(t *testing.T, w *e2e.World) string {
	t.Helper()
	answer := httptest.NewRecorder()
	w.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(answer.Body.String(), "# HELP") {
		t.Fatal("there are no metrics")
	}
	return answer.Body.String()
}
