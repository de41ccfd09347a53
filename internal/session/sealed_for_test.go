package session

import (
	"testing"

	"fobdesk/internal/oath"
)

func TestINP05ACursorOpensForItsPersonAndListAlone(t *testing.T) {
	keys, err := NewKeys([][]byte{make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	st := NewStore(Config{Keys: keys})
	grace, other := oath.Person{TenantID: "t", ID: "g"}, oath.Person{TenantID: "t", ID: "o"}
	cursor, err := st.SealFor(grace, "users Ann", "https://graph/next")
	if err != nil {
		t.Fatal(err)
	}
	if place, ok := st.OpenFor(grace, "users Ann", cursor); !ok || place != "https://graph/next" {
		t.Errorf("opened as %q, %t", place, ok)
	}
	for name, open := range map[string]func() (string, bool){
		"somebody else":    func() (string, bool) { return st.OpenFor(other, "users Ann", cursor) },
		"another list":     func() (string, bool) { return st.OpenFor(grace, "users Bob", cursor) },
		"a forged one":     func() (string, bool) { return st.OpenFor(grace, "users Ann", "B"+cursor[1:]) },
		"a cut one":        func() (string, bool) { return st.OpenFor(grace, "users Ann", cursor[:20]) },
		"no cursor at all": func() (string, bool) { return st.OpenFor(grace, "users Ann", "https://evil/") },
	} {
		if place, ok := open(); ok {
			t.Errorf("%s: opened as %q", name, place)
		}
	}
}

// FuzzSealedFor opens what a page carries for somebody, a cursor or what it showed: only what was
// sealed for this person and purpose opens.
func FuzzSealedFor(f *testing.F) {
	keys, err := NewKeys([][]byte{random(keySize)})
	if err != nil {
		f.Fatal(err)
	}
	st, grace := NewStore(Config{Keys: keys}), oath.Person{TenantID: "t", ID: "g"}
	const list, next = "people Ann", "https://graph/next"
	good, err := st.SealFor(grace, list, next)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", good, good[:20], good + "A", "https://evil/", "AQ", "\xff"} {
		f.Add(seed, list)
		f.Add(seed, "people Bob")
	}
	f.Fuzz(func(t *testing.T, sealed, purpose string) {
		text, ok := st.OpenFor(grace, purpose, sealed)
		if real := sealed == good && purpose == list; ok != real || real && text != next || !real && text != "" {
			t.Errorf("%q for %q opens as %q, %t", sealed, purpose, text, ok)
		}
	})
}
