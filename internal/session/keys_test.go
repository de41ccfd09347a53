package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestKeysAreRefusedWithoutBeingTold(t *testing.T) {
	good, short := bytes.Repeat([]byte("k"), 32), []byte("short-and-secret")
	for _, test := range []struct {
		secrets [][]byte
		want    string
	}{
		{nil, "no session key"},
		{[][]byte{short}, "session key 1 has 16 bytes, want 32"},
		{[][]byte{good, short}, "session key 2 has 16 bytes, want 32"},
	} {
		if _, err := NewKeys(test.secrets); err == nil || err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

func TestSealedOpensOnlyWhole(t *testing.T) {
	keys := serverKeys(t, 1)
	sealed, err := keys.Seal([]byte("plain"), []byte("for this"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := keys.Open(sealed, []byte("for this")); err != nil || string(plain) != "plain" {
		t.Fatalf("Open: %q, %v", plain, err)
	}
	if _, err := keys.Open(sealed, []byte("for that")); err == nil {
		t.Error("opens with another binding")
	}
	for i := range sealed {
		bent := bytes.Clone(sealed)
		bent[i] ^= 1
		if _, err := keys.Open(bent, []byte("for this")); err == nil {
			t.Errorf("opens with byte %d changed", i)
		}
		if _, err := keys.Open(sealed[:i], []byte("for this")); err == nil {
			t.Errorf("opens when cut to %d bytes", i)
		}
	}
}

func TestSealingTwiceGivesTwoTexts(t *testing.T) {
	keys := serverKeys(t, 1)
	one, _ := keys.Seal([]byte("plain"), nil)
	two, _ := keys.Seal([]byte("plain"), nil)
	if bytes.Equal(one, two) {
		t.Error("the nonce is not fresh")
	}
}

func TestSES09KeysRotate(t *testing.T) {
	older, newer, both := serverKeys(t, 1), serverKeys(t, 2), serverKeys(t, 2, 1)
	sealed, _ := older.Seal([]byte("plain"), nil)
	if _, err := both.Open(sealed, nil); err != nil {
		t.Errorf("the second key does not open: %v", err)
	}
	if _, err := newer.Open(sealed, nil); err == nil {
		t.Error("opens under a removed key")
	}
	sealed, _ = both.Seal([]byte("plain"), nil)
	if _, err := newer.Open(sealed, nil); err != nil {
		t.Errorf("the first key does not seal: %v", err)
	}
}

func TestMACTellsEveryPartApart(t *testing.T) {
	keys := serverKeys(t, 1)
	part := func(s string) []byte { return []byte(s) }
	macs := map[string]string{}
	for name, mac := range map[string][]byte{
		"ab c":          keys.MAC("codes", part("ab"), part("c")),
		"a bc":          keys.MAC("codes", part("a"), part("bc")),
		"abc":           keys.MAC("codes", part("abc")),
		"abc and empty": keys.MAC("codes", part("abc"), nil),
		"other purpose": keys.MAC("csrf", part("abc")),
		"other key":     serverKeys(t, 2).MAC("codes", part("abc")),
	} {
		if other, ok := macs[string(mac)]; ok {
			t.Errorf("%q and %q have one hash", name, other)
		}
		macs[string(mac)] = name
	}
	if !bytes.Equal(keys.MAC("codes", part("a")), serverKeys(t, 1, 2).MAC("codes", part("a"))) {
		t.Error("a hash is not that of the first key")
	}
}

func TestTOK01SecretsCannotBePrinted(t *testing.T) {
	const planted = "plantedplantedplantedplanted-32-"
	keys, err := NewKeys([][]byte{[]byte(planted)})
	if err != nil {
		t.Fatal(err)
	}
	sess := Session{Person: anna, Tokens: NewTokens(planted, planted, time.Time{})}
	sess.Fill(GrantAdmin, Granted{Tokens: NewTokens(planted, planted, time.Time{})})
	sess.place = &place{cookie: cookieValue{id: []byte(planted), secret: []byte(planted)}.hide()}
	signIn := SignIn{State: planted, Nonce: planted, CodeVerifier: planted}
	hidden := struct {
		keys *Keys
		sess Session
		more *Session
	}{keys, sess, &sess}
	forms := []string{planted, fmt.Sprintf("%x", planted), fmt.Sprintf("%X", planted), "112 108 97 110 116"}
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	for _, secret := range []any{keys, *keys, sess, &sess, sess.Tokens, sess.Of(GrantAdmin), sess.Wider, signIn, &signIn, hidden} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			shown := fmt.Sprintf(verb, secret)
			for _, form := range forms {
				if strings.Contains(shown, form) {
					t.Errorf("%s of %T shows %s", verb, secret, shown)
				}
			}
		}
		logger.Info("logged", "value", secret)
	}
	encoded, err := json.Marshal([]any{keys, sess})
	if err != nil {
		t.Fatal(err)
	}
	if shown := log.String() + string(encoded); strings.Contains(shown, planted) {
		t.Errorf("shown: %s", shown)
	}
}
