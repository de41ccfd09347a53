package graph

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestSearchIsSentAsGraphDocumentsIt(t *testing.T) {
	var query, level string
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		query, level = r.URL.RawQuery, r.Header.Get("ConsistencyLevel")
		says(http.StatusOK, `{"value":[
			{"id":"`+annID+`","displayName":"Ann Smith","userPrincipalName":"ann@contoso.example","mail":null,"new":1},
			{"id":"`+benID+`","displayName":null,"userPrincipalName":"b@contoso.example","mail":"B@contoso.example"}]}`)(w, r)
	})
	got, err := people(t, f.URL).Search(t.Context(), " O'Brien & Co ", "")
	if err != nil {
		t.Fatal(err)
	}
	const want = "$search=%22displayName%3AO%27Brien%20%26%20Co%22%20OR%20%22userPrincipalName%3AO%27Brien%20%26%20Co%22" +
		"%20OR%20%22mail%3AO%27Brien%20%26%20Co%22&$select=id,displayName,userPrincipalName,mail&$top=25&$count=true"
	if query != want || level != "eventual" {
		t.Errorf("query %s, ConsistencyLevel %q; want %s, eventual", query, level, want)
	}
	found := PeoplePage{People: []oath.Person{
		{ID: annID, Name: "Ann Smith", UserPrincipalName: "ann@contoso.example"},
		{ID: benID, Name: "b@contoso.example", UserPrincipalName: "b@contoso.example", Mail: "B@contoso.example"},
	}}
	if diff := cmp.Diff(found, got); diff != "" {
		t.Error(diff)
	}
	if got := f.asked(); len(got) != 1 || got[0] != "GET /beta/users" {
		t.Errorf("Graph was asked %q", got)
	}
}

func TestINP02WhatIsSearchedForIsTextAndNothingElse(t *testing.T) {
	for _, q := range []string{
		"ann", "O'Brien", `Zoë "Zed" Quote`, `back\slash`, `\`, `"`, `\"`, `ends\`, "Søren & Co", "100%er", "a+b", "a#b", "李小龍",
		"山田 花子", "محمد", `x" OR "mail:`, `" AND "displayName:a`, "ann OR ben", "NOT ann", "a&$filter=x", "a;b", "a?b=c", "=", "%22",
		"displayName:ann", "🔑", strings.Repeat("é", 256),
	} {
		var sent []string
		f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			sent = searched(t, r.URL.RawQuery)
			says(http.StatusOK, `{"value":[]}`)(w, r)
		})
		if _, err := people(t, f.URL).Search(t.Context(), q, ""); err != nil {
			t.Errorf("%q: %v", q, err)
		}
		if diff := cmp.Diff([]string{"displayName:" + q, "userPrincipalName:" + q, "mail:" + q}, sent); diff != "" {
			t.Errorf("%q: %s", q, diff)
		}
	}
}

// searched reads a query as Graph does and answers the clauses of $search.
func searched(t *testing.T, rawQuery string) []string {
	t.Helper()
	if strings.Contains(rawQuery, "+") {
		t.Errorf("a plus stands for itself in OData: %s", rawQuery)
	}
	query, err := url.ParseQuery(rawQuery)
	if err != nil || len(query) != 4 || query.Get("$top") != "25" || query.Get("$count") != "true" ||
		query.Get("$select") != "id,displayName,userPrincipalName,mail" {
		t.Errorf("the query became another: %s (%v)", rawQuery, err)
	}
	var clauses []string
	rest := query.Get("$search")
	for {
		if !strings.HasPrefix(rest, `"`) {
			t.Fatalf("no clause in quotes: %s", rest)
		}
		var clause strings.Builder
		i := 1
		for ; i < len(rest) && rest[i] != '"'; i++ {
			if rest[i] == '\\' {
				i++
			}
			if i < len(rest) {
				clause.WriteByte(rest[i])
			}
		}
		if i >= len(rest) {
			t.Fatalf("a quote is open: %s", rest)
		}
		clauses = append(clauses, clause.String())
		if rest = rest[i+1:]; rest == "" {
			return clauses
		}
		var ok bool
		if rest, ok = strings.CutPrefix(rest, " OR "); !ok {
			t.Fatalf("clauses are not joined by OR: %s", rest)
		}
	}
}

func TestINP07WhatCannotBeSearchedForIsInvalidAndNotSent(t *testing.T) {
	f := newFake(t, says(http.StatusOK, `{"value":[]}`))
	for q, flaw := range map[string]oath.Flaw{
		"": oath.FlawEmpty, " \t\n": oath.FlawEmpty, "\u200e\ufeff": oath.FlawEmpty,
		strings.Repeat("a", 257): oath.FlawTooLong, strings.Repeat("李", 3000): oath.FlawTooLong,
		"a\x00b": oath.FlawCharacters, "a\nb": oath.FlawCharacters, "a\u202eb": oath.FlawCharacters, "a\u2028b": oath.FlawCharacters,
		"a\u2066b": oath.FlawCharacters, "a\xffb": oath.FlawCharacters, "a\ufffdb": oath.FlawCharacters, "\x1b[31m": oath.FlawCharacters,
	} {
		_, err := people(t, f.URL).Search(t.Context(), q, "")
		if !isInvalid(err, "q", flaw) {
			t.Errorf("%.20q: %v, want that q is %s", q, err, flaw)
		}
	}
	if got := f.asked(); len(got) != 0 {
		t.Errorf("Graph was asked %q", got)
	}
}

func TestWhatGraphCannotSearchForIsTheInputsFault(t *testing.T) {
	f := newFake(t, says(http.StatusBadRequest, graphError("badRequest", "Syntax error.")))
	if _, err := people(t, f.URL).Search(t.Context(), "&", ""); !isInvalid(err, "q", oath.FlawCharacters) {
		t.Errorf("a search that Graph refuses: %v", err)
	}
	if _, err := people(t, f.URL).Search(t.Context(), "", f.URL+"/beta/users?$skiptoken=forged"); !isInvalid(err, "next", oath.FlawCharacters) {
		t.Errorf("a page that Graph refuses: %v", err)
	}
}

func FuzzSearchExpression(f *testing.F) {
	for _, seed := range []string{"ann", `"`, `\`, `\"`, `a" OR "mail:b`, "a&b=c#d%e+f", "李", "\xff", "a\x00", "\u202e", "\u200fa"} {
		f.Add(seed)
	}
	p := New(Config{BaseURL: "https://graph.microsoft.com/beta"}).People(nil)
	f.Fuzz(func(t *testing.T, q string) {
		request, err := p.search(q, "")
		if err != nil {
			if !isOutcome(err, outcome.InvalidInput) {
				t.Errorf("%q: %v", q, err)
			}
			return
		}
		u, err := url.Parse(request.url)
		if err != nil || u.Host != "graph.microsoft.com" || u.Path != "/beta/users" || u.Fragment != "" {
			t.Fatalf("%q: another call: %s", q, request.url)
		}
		sent := searched(t, u.RawQuery)
		value, ok := strings.CutPrefix(sent[0], "displayName:")
		if !ok || len(sent) != 3 || sent[1] != "userPrincipalName:"+value || sent[2] != "mail:"+value {
			t.Fatalf("%q: clauses %q", q, sent)
		}
		if !utf8.ValidString(value) || strings.ContainsFunc(value, oath.Deceives) || !strings.Contains(withoutMarks(q), value) {
			t.Errorf("%q: searched for %q", q, value)
		}
	})
}

func withoutMarks(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\u200b\u200e\u200f\u061c\ufeff", r) {
			return -1
		}
		return r
	}, s)
}
