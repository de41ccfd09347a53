package web_test

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/pgtest"
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
	server := pgtest.New(t, "fsync=off") // nobody else's: all its files are looked through
	for _, kept := range []struct {
		in     string
		given  e2e.Given
		atRest func(*testing.T, *e2e.World) map[string]string
	}{
		{"SQLite", e2e.Tenant(func(*sim.Options) {}), atRest},
		{"PostgreSQL", e2e.OnPostgres(t, server), func(t *testing.T, _ *e2e.World) map[string]string { return atRestAt(t, server) }},
	} {
		t.Run(kept.in, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t, kept.given, e2e.Setting("FOBDESK_CLIENT_SECRET", plantedSecret),
				e2e.Setting("FOBDESK_SESSION_KEYS", plantedKey),
				e2e.Tenant(func(o *sim.Options) { o.ClientSecret = plantedSecret }))
			seen, cookies := journeys(t, w)
			wantNoSecret(t, w, seen, cookies, kept.atRest(t, w))
		})
	}
}

// journeys are all that an employee, an admin and somebody at a station can do: what they were
// answered, and the secrets of the cookies that they had.
func journeys(t *testing.T, w *e2e.World) (seen string, cookies []string) {
	t.Helper()
	employee, admin, station := w.SignedIn(t, ada), withInventory(t, w, grace), newKiosk(t, w, "Reception")
	station.starts(t, ben)
	var said strings.Builder
	forms := map[*e2e.Visitor]url.Values{
		employee: enrolment(goodFob, w.Cloud.Code(goodFob)), admin: enrolment(secondFob, plantedCode),
		station.Visitor: {"verificationCode": {plantedCode}, "serialNumber": {secondFob}},
	}
	for v, form := range forms {
		k := keeper{v, &said}
		cookies = append(cookies, cookiesOf(v)...)
		for _, path := range []string{"/enrol", personPath(ada, "enrol"), "/kiosk/enrol", "/admin/handout"} {
			k.keeps(t, v.Follow(t, k.keeps(t, v.Post(t, path, form))))
		}
		for _, route := range web.AllRoutes() {
			if route.Method == http.MethodGet && !strings.HasPrefix(route.Path, "/auth/") {
				k.keeps(t, v.Get(t, path(route.Path)))
			}
		}
		cookies = append(cookies, cookiesOf(v)...)
	}
	if len(cookies) < 6 {
		t.Fatalf("there were only %d cookies", len(cookies))
	}
	return said.String(), cookies
}

// cookiesOf are the secrets of a visitor's cookies: what follows the id of a session, or all.
func cookiesOf(v *e2e.Visitor) (secrets []string) {
	for _, value := range v.Cookies() {
		secret := value[strings.Index(value, ".")+1:]
		if len(secret) > 16 {
			secrets = append(secrets, secret)
		}
	}
	return secrets
}

// wantNoSecret looks for every secret in all that came out and rests, as it is and as a dump writes
// bytes, and for the visitors' cookies in all but their own answers.
func wantNoSecret(t *testing.T, w *e2e.World, seen string, cookies []string, inside map[string]string) {
	t.Helper()
	secrets := secretsOf(w)
	if len(secrets) < 15 {
		t.Fatalf("only %d secrets were planted", len(secrets))
	}
	places := map[string]string{"what was answered": seen, "the log": w.Log.String(), "the metrics": metricsOf(t, w)}
	maps.Copy(places, inside)
	wantNone(t, places, append(secrets, `"`+plantedCode, "="+plantedCode, "\t"+plantedCode+"\t"))
	inside["the log"] = w.Log.String()
	wantNone(t, inside, cookies)
}

func wantNone(t *testing.T, places map[string]string, secrets []string) {
	t.Helper()
	for place, content := range places {
		for _, secret := range secrets {
			if strings.Contains(content, secret) || strings.Contains(content, hex.EncodeToString([]byte(secret))) {
				t.Errorf("%s: %.6s… is in it", place, secret)
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

// atRestAt are a server's data files, its journal (write-ahead log), and a plain dump of all. Each
// kind is held to have what is no secret, so that what is looked for would be found.
func atRestAt(t *testing.T, server *pgtest.Server) map[string]string {
	t.Helper()
	dump, err := exec.CommandContext(t.Context(), filepath.Join(server.Bin, "pg_dumpall"), "--dbname", server.URL("postgres", "postgres")).Output()
	if err != nil {
		t.Fatal(err)
	}
	server.Exec(t, "postgres", "CHECKPOINT") // what is in memory is in the files then
	contents := map[string]string{"the dump": string(dump)}
	var files, journal strings.Builder
	err = filepath.WalkDir(server.Folder(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // the server's own, for a moment
			return nil
		}
		into := &files
		if strings.Contains(path, "/pg_wal/") {
			into = &journal
		}
		into.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	contents["the data files"], contents["the journal"] = files.String(), journal.String()
	for place, content := range contents {
		if !strings.Contains(content, goodFob) {
			t.Errorf("%s, of %d bytes, does not even have the serial number of what was enrolled", place, len(content))
		}
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
