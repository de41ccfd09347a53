package sim

import (
	"strings"
	"testing"
)

func FuzzParseSearch(f *testing.F) {
	for _, seed := range []string{`"displayName:ann" OR "mail:ann"`, `"mail:a\"b\\"`, `"`, `"displayName:a" AND`, "\xff"} {
		f.Add(seed)
	}
	ada := &Person{Name: "Ada Fischer", UPN: "ada@contoso.example"}
	f.Fuzz(func(t *testing.T, expression string) {
		s, err := parseSearch(expression)
		if err != nil {
			return
		}
		s.finds(ada)
		for _, all := range s.anyOf {
			if len(all) == 0 {
				t.Errorf("%q has an empty clause", expression)
			}
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{"serialNumber eq 'O''Neil'", "timeIntervalInSeconds eq 30 and model eq 'x'", "a eq '", "a eq 'b' and "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		clauses, err := parseFilter(filter)
		if err == nil && strings.TrimSpace(filter) != "" && len(clauses) == 0 {
			t.Errorf("%q is no clause", filter)
		}
	})
}
