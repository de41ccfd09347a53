package graph

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func people(t *testing.T, url string) *People {
	t.Helper()
	c, _ := testClient(t, url)
	return c.People(&tokenList{tokens: []string{"first", "second"}})
}

func isInvalid(err error, field string, flaw oath.Flaw) bool {
	refusal, ok := errors.AsType[*outcome.Error](err)
	return ok && refusal.Outcome == outcome.InvalidInput && len(refusal.Fields) == 1 &&
		refusal.Fields[0] == outcome.Field{Name: field, Flaw: string(flaw)}
}

func TestPagesOfPeopleAreFollowedWholeAndOpaque(t *testing.T) {
	var f *fake
	var asked []string
	f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("ConsistencyLevel")+" "+r.URL.RawQuery)
		if len(asked) == 1 {
			says(http.StatusOK, `{"value":[],"@odata.nextLink":"`+f.URL+`/beta/users?$skiptoken=a%2Bb&x&$count=true"}`)(w, r)
			return
		}
		says(http.StatusOK, `{"value":[{"id":"`+annID+`"}]}`)(w, r)
	})
	first, err := people(t, f.URL).Search(t.Context(), "ann", "")
	if err != nil || len(first.People) != 0 || first.Next == "" {
		t.Fatalf("the first page, empty, with a next one: %+v, %v", first, err)
	}
	second, err := people(t, f.URL).Search(t.Context(), "ann", first.Next)
	if err != nil || len(second.People) != 1 || second.Next != "" {
		t.Errorf("the second page: %+v, %v", second, err)
	}
	if asked[1] != "eventual $skiptoken=a%2Bb&x&$count=true" {
		t.Errorf("the second page was asked for with %q", asked[1])
	}
}

func TestTOK07TheTokenFollowsNoForgedLinkToANextPage(t *testing.T) {
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another host was asked, with Authorization %q", r.Header.Get("Authorization"))
	}))
	defer thief.Close()
	f := newFake(t, says(http.StatusOK, `{"value":[]}`))
	host := strings.TrimPrefix(f.URL, "http://")
	for _, next := range []string{
		thief.URL + "/beta/users?$skiptoken=x", "https://" + host + "/beta/users", "//" + host + "/beta/users", "/beta/users",
		"http://ann@" + host + "/beta/users", f.URL + "/v1.0/users", f.URL + "/betas/users", f.URL + "/beta", f.URL + "/",
		f.URL + "/beta/../v1.0/users", f.URL + "/beta/%2e%2e/v1.0/users", f.URL + "/beta/x%2F..%2F..%2Fv1.0", f.URL + `/beta/..\v1.0`,
		f.URL + "/beta/users#x", f.URL + "/beta/users?" + strings.Repeat("x", 9000), "javascript:alert(1)", "http://%zz/beta/", "\x00",
		"x", f.URL + "/BETA/users",
	} {
		if _, err := people(t, f.URL).Search(t.Context(), "ann", next); !isInvalid(err, "next", oath.FlawCharacters) {
			t.Errorf("%.60q: %v, want that next is wrong", next, err)
		}
	}
	if got := f.asked(); len(got) != 0 {
		t.Errorf("Graph was asked %q", got)
	}
	for _, link := range []string{thief.URL + "/beta/users", f.URL + "/elsewhere"} {
		liar := newFake(t, says(http.StatusOK, fmt.Sprintf(`{"value":[],"@odata.nextLink":%q}`, link)))
		if got, err := people(t, liar.URL).Search(t.Context(), "ann", ""); !isOutcome(err, outcome.UpstreamUnavailable) || got.Next != "" {
			t.Errorf("a next page at %s: %+v, %v", link, got, err)
		}
	}
}

func TestINP02APersonIsFoundByAnObjectIDOrAUPN(t *testing.T) {
	var path, query string
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		path, query = r.URL.EscapedPath(), r.URL.RawQuery
		says(http.StatusOK, `{"id":"`+annID+`","displayName":"Ann\u202e","userPrincipalName":"ann@contoso.example","mail":"a@x"}`)(w, r)
	})
	for id, want := range map[string]string{
		annID:                                annID,
		"ann@contoso.example":                "ann@contoso.example",
		"conan.o'brien@contoso.example":      "conan.o%27brien@contoso.example",
		"b_x.example#EXT#@contoso.example":   "b_x.example%23EXT%23@contoso.example",
		strings.ToUpper(annID):               strings.ToUpper(annID),
		strings.Repeat("a", 128) + "@c.test": strings.Repeat("a", 128) + "@c.test",
		"!a^b~c@contoso.example":             "%21a%5Eb~c@contoso.example",
		"pay$roll@contoso.example":           "pay$roll@contoso.example",
	} {
		got, err := people(t, f.URL).Find(t.Context(), id)
		if err != nil || got != (oath.Person{ID: annID, Name: "Ann", UserPrincipalName: "ann@contoso.example", Mail: "a@x"}) {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
		if path != "/beta/users/"+want || query != "$select=id,displayName,userPrincipalName,mail" {
			t.Errorf("%s: Graph was asked %s?%s", id, path, query)
		}
	}
	asked := len(f.asked())
	for _, id := range []string{
		"", "ann", "delta", "$count", "me", ".", "..", "@", "a@", "@b", "a/b@c", "../x@y", `a\b@c`, "a b@c", "a?b@c", "a@b@c",
		"delta(x='@')", "$x')/messages('@c", "$a@b(c)", "a@b\n", "a@\x00", "é@c", annID + "x", strings.Repeat("a", 3000) + "@c",
	} {
		_, err := people(t, f.URL).Find(t.Context(), id)
		if refusal, ok := errors.AsType[*outcome.Error](err); !ok || refusal.Outcome != outcome.NotFound || refusal.Reason != "person" {
			t.Errorf("%.40q: %v, want that nobody is there", id, err)
		}
	}
	if got := len(f.asked()); got != asked {
		t.Errorf("Graph was asked %q", f.asked()[asked:])
	}
}

func TestINP02ANameThatBeginsWithADollarIsAKey(t *testing.T) {
	f := newFake(t, says(http.StatusOK, `{"id":"`+annID+`","displayName":"Payroll","userPrincipalName":"x"}`))
	for id, want := range map[string]string{
		"$payroll@contoso.example": "/beta/users('$payroll@contoso.example')",
		"$o'neil#1@contoso.test":   "/beta/users('$o''neil#1@contoso.test')",
	} {
		if _, err := people(t, f.URL).Find(t.Context(), id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if asked := f.asked(); asked[len(asked)-1] != "GET "+want {
			t.Errorf("%s: Graph was asked %q, want %s", id, asked[len(asked)-1], want)
		}
	}
}

func TestPeopleAreOfGraphsShapeOrAnError(t *testing.T) {
	for _, body := range []string{
		``, `{}`, `[]`, `null`, `{"value":null}`, `{"value":{}}`, `{"value":[null]}`, `{"value":[{}]}`, `{"value":[{"id":7}]}`, `{"value":[{"id":"ann"}]}`, `{"value":[{"id":"../me"}]}`, `{"id":"ann"}`,
		`{"value":[],"@odata.nextLink":7}`, `<html>`, `{"error":{"code":"x"}}`,
	} {
		f := newFake(t, says(http.StatusOK, body))
		if got, err := people(t, f.URL).Search(t.Context(), "ann", ""); !isOutcome(err, outcome.UpstreamUnavailable) {
			t.Errorf("search, %s: %+v, %v", body, got, err)
		}
		if got, err := people(t, f.URL).Find(t.Context(), annID); !isOutcome(err, outcome.UpstreamUnavailable) {
			t.Errorf("find, %s: %+v, %v", body, got, err)
		}
	}
}

func TestTheOneWhoIsAskedForIsTheOneWhoIsAnswered(t *testing.T) {
	f := newFake(t, says(http.StatusOK, `{"id":"`+benID+`","displayName":"Ann"}`))
	if got, err := people(t, f.URL).Find(t.Context(), annID); !isOutcome(err, outcome.UpstreamUnavailable) {
		t.Errorf("another person is answered: %+v, %v", got, err)
	}
}

func FuzzNextLink(f *testing.F) {
	for _, seed := range []string{
		"https://graph.microsoft.com/beta/users?$skiptoken=x", "https://graph.microsoft.com:443/beta/x", "https://evil/beta/",
		"https://graph.microsoft.com/beta/%2e%2e/v1.0", "https://graph.microsoft.com@evil/beta/", "//graph.microsoft.com/beta/",
	} {
		f.Add(seed)
	}
	c := New(Config{BaseURL: "https://graph.microsoft.com/beta"})
	f.Fuzz(func(t *testing.T, link string) {
		if !c.isBelow(link) {
			return
		}
		req, err := c.newRequest(t.Context(), call{method: http.MethodGet, url: link}, "token", "id")
		if err != nil {
			return // nothing is sent
		}
		if req.URL.Scheme != "https" || !strings.EqualFold(req.URL.Hostname(), "graph.microsoft.com") ||
			req.URL.Port() != "" && req.URL.Port() != "443" || req.URL.User != nil ||
			!strings.HasPrefix(req.URL.JoinPath().Path, "/beta/") {
			t.Errorf("%q leads to %s", link, req.URL)
		}
	})
}
