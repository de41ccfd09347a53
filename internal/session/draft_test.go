package session

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func (b *browser) keep(t *testing.T, st *Store, d Draft) {
	t.Helper()
	b.request(func(w http.ResponseWriter, _ *http.Request) {
		if err := st.KeepDraft(w, d); err != nil {
			t.Fatal(err)
		}
	})
}

func (b *browser) takeDraft(st *Store, personKey, path string) (d Draft, ok bool) {
	b.request(func(w http.ResponseWriter, r *http.Request) { d, ok = st.TakeDraft(w, r, personKey, path) })
	return d, ok
}

func TestSES12ADraftComesBackToItsPersonOnce(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	typed := Draft{PersonKey: PersonKey(anna), Path: "/enrol", Serial: "GALT12345678", DisplayName: "Büro", Query: "o'brien", Notice: "n"}
	tests := []struct {
		name, person, path string
		wait               time.Duration
		given, kept        bool // kept: there for a later try
	}{
		{name: "the same person and form", person: PersonKey(anna), path: "/enrol", given: true},
		{name: "after ten minutes", person: PersonKey(anna), path: "/enrol", wait: 10 * time.Minute, given: true},
		{name: "later", person: PersonKey(anna), path: "/enrol", wait: 10*time.Minute + 1},
		{name: "another person", person: PersonKey(ben), path: "/enrol"},
		{name: "another person at another form", person: PersonKey(ben), path: "/"},
		{name: "nobody", person: "", path: "/enrol"},
		{name: "another form", person: PersonKey(anna), path: "/", kept: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBrowser()
			b.keep(t, st, typed)
			clock.advance(test.wait)
			d, ok := b.takeDraft(st, test.person, test.path)
			if ok != test.given {
				t.Errorf("given: %v", ok)
			}
			if ok && (d.Serial != typed.Serial || d.DisplayName != typed.DisplayName || d.Query != typed.Query || d.Notice != "n") {
				t.Errorf("got %+v", d)
			}
			if !ok && d != (Draft{}) {
				t.Errorf("refused, and yet it says %+v", d)
			}
			if kept := len(b.jar) > 0; kept != test.kept {
				t.Errorf("kept: %v", kept)
			}
			if _, again := b.takeDraft(st, PersonKey(anna), "/enrol"); again != test.kept {
				t.Errorf("given later: %v", again)
			}
		})
	}
}

func TestSES12AnotherBrowserHasNoDraft(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	newBrowser().keep(t, st, Draft{PersonKey: PersonKey(anna), Path: "/enrol"})
	if _, ok := newBrowser().takeDraft(st, PersonKey(anna), "/enrol"); ok {
		t.Error("given")
	}
}

func TestSES12ADraftIsUnreadableAndUnforgeable(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.keep(t, st, Draft{PersonKey: PersonKey(anna), Path: "/enrol", Serial: "GALT12345678"})
	name := "__Host-fobdesk-draft"
	raw, err := encoding.DecodeString(b.jar[name])
	if err != nil || strings.Contains(string(raw), "GALT") {
		t.Errorf("readable, or not ours: %v", err)
	}
	in := b.begin(t, st, SignIn{ReturnTo: "/enrol"})
	b.jar[name] = b.jar[st.signInName(in.State)]
	if _, ok := b.takeDraft(st, PersonKey(anna), "/enrol"); ok {
		t.Error("a sign-in's cookie was taken for a draft")
	}
}

func TestSES12ADraftIsBounded(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	long, fits := strings.Repeat("S", 257), strings.Repeat("S", 256)
	b.keep(t, st, Draft{PersonKey: PersonKey(anna), Path: "/enrol", Serial: long, DisplayName: "Büro", Query: fits})
	d, ok := b.takeDraft(st, PersonKey(anna), "/enrol")
	if !ok || d.Serial != "" || d.Query != fits || d.DisplayName != "Büro" {
		t.Errorf("got %v %+v", ok, d)
	}
	b.keep(t, st, Draft{PersonKey: PersonKey(anna), Path: "/" + strings.Repeat("p", 5000)})
	if len(b.jar) != 0 {
		t.Error("a draft that does not fit a cookie was kept")
	}
	b.keep(t, st, Draft{Path: "/enrol"})
	if len(b.jar) != 0 {
		t.Error("a draft of nobody was kept")
	}
}
