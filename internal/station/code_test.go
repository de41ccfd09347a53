package station

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestKSK07ACodeIsOfLettersThatNobodyMistakes(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		code := newCode()
		if len(code) != 8 || strings.Trim(code, "BCDFGHJKLMNPQRSTVWXZ") != "" {
			t.Fatalf("%q", code)
		}
		seen[code] = true
	}
	if len(seen) != 200 {
		t.Errorf("of 200 codes %d are different", len(seen))
	}
	if got := grouped("BCDFGHJK"); got != "BCDF-GHJK" {
		t.Errorf("shown as %q", got)
	}
}

func TestKSK07NoLetterOfACodeIsLikelierThanAnother(t *testing.T) {
	const codes = 80_000
	letters := map[rune]int{}
	for range codes {
		for _, letter := range newCode() {
			letters[letter]++
		}
	}
	const each = codes * codeLength / len(alphabet)
	for letter, times := range letters { // six standard deviations are 1,050
		if times < each-1050 || times > each+1050 {
			t.Errorf("%c came %d times, want about %d", letter, times, each)
		}
	}
}

func TestAKeyCannotBePrinted(t *testing.T) {
	k := newKey()
	secret := k.bytes()
	printed := fmt.Sprintf("%v %+v %#v %s %q %x %d", k, k, k, k, k, k, k) + fmt.Sprintf("%v %+v %x", []key{k}, struct{ k key }{k}, &struct{ k key }{k})
	for _, as := range []string{encoding.EncodeToString(secret), fmt.Sprintf("%x", secret), fmt.Sprintf("%d", secret)} {
		if strings.Contains(printed, as) {
			t.Errorf("printed as %s", printed)
		}
	}
	if got := k.LogValue().String(); got != "redacted" {
		t.Errorf("logged as %s", got)
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"BCDF-GHJK", "bcdf ghjk", "", "ſſſſſſſſ", "\u2013BCDFGHJK", strings.Repeat("-", 60) + "BCDF"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := parseCode(typed)
		if ok && (len(code) != codeLength || strings.Trim(code, alphabet) != "") {
			t.Errorf("%q is taken for the code %q", typed, code)
		}
		if !ok {
			return
		}
		if again, same := parseCode(grouped(code)); !same || again != code {
			t.Errorf("%q as it is shown is %q", code, again)
		}
	})
}

func FuzzKey(f *testing.F) {
	s := New(Config{Secure: true})
	for _, seed := range []string{"", strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", "\"x\"; Path=/", strings.Repeat("=", 43)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest(http.MethodGet, "/kiosk", nil)
		r.Header.Set("Cookie", s.cookieName()+"="+value)
		if k, ok := s.keyOf(r); ok && (len(k.bytes()) != keySize || !strings.Contains(value, encoding.EncodeToString(k.bytes()))) {
			t.Errorf("%q is taken for another key", value)
		}
	})
}

func TestKSK07ACodeIsReadHoweverItIsTypedWithinBounds(t *testing.T) {
	for typed, want := range map[string]bool{
		"BCDF-GHJK": true, " bcdf ghjk ": true, "BCDF-GHJK" + strings.Repeat(" ", 64-9): true,
		"BCDF-GHJK" + strings.Repeat(" ", 65-9): false, "BCDF-GHJ": false, "BCDF-GHJKL": false, "": false,
		"BCDF-GHJA": false, "BCDF-GHJ2": false,
	} {
		if code, ok := parseCode(typed); ok != want || ok && code != "BCDFGHJK" {
			t.Errorf("%q is read as %q, %v", typed, code, ok)
		}
	}
}
