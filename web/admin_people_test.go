package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// found are the people whom a page of results lists, with their addresses.
func found(t *testing.T, page *e2e.Page) []string {
	t.Helper()
	var all []string
	for _, row := range page.Doc(t).Find("#results .person-found").EachIter() {
		all = append(all, strings.Join(strings.Fields(row.Text()), " "))
	}
	return all
}

func searching(q string) string { return "/admin/users?" + url.Values{"q": {q}}.Encode() }

func TestAPersonIsFoundByNameOrAddressHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	for q, want := range map[string][]string{
		"ann smith":        {"Ann Smith ann.smith2@contoso.example ann.smith.warehouse@contoso.example", "Ann Smith ann.smith@contoso.example"},
		"ann.smith.wareh":  {"Ann Smith ann.smith2@contoso.example ann.smith.warehouse@contoso.example"},
		`Zoë "Zed"`:        {`Zoë "Zed" Quote zoe.quote@contoso.example`},
		"李小龍":              {"李小龍 xiaolong.li@contoso.example"},
		"Søren & Co":       {"Søren & Co soren@contoso.example"},
		"100%er":           {"100%er hundred.percenter@contoso.example"},
		`back\slash`:       {`back\slash backslash@contoso.example`},
		"nobody like this": nil,
		`" OR "mail:`:      nil,
	} {
		page := v.Get(t, searching(q))
		got := found(t, page)
		slices.Sort(got)
		if page.Status != http.StatusOK || !slices.Equal(got, want) {
			t.Errorf("%s: %d, found %q, want %q", q, page.Status, got, want)
		}
		htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))), htmltest.In("#q", htmltest.HasValue(q)))
		if says := page.Doc(t).Find("#results").Text(); want == nil && !strings.Contains(says, "Check the spelling") {
			t.Errorf("%s: who finds nobody is told %q", q, says)
		}
	}
}

func TestAPersonWithoutFobsIsSaidToHoldNone(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	page := withAdminGrant(t, w, grace).Get(t, personPath(ada))
	htmltest.Verify(t, page.Doc(t), htmltest.In("main", htmltest.HasText("Holds no fob yet")))
}

func TestINP02WhatCannotBeSearchedForIsToldAndNeverAFault(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	for name, q := range map[string]string{
		"3,000 characters":  strings.Repeat("ä", 3000),
		"a control":         "Ann\x07",
		"a direction mark":  "Ann\u202eSmith",
		"no UTF-8":          "Ann\xff",
		"NUL":               "\x00",
		"a control address": "ann\x01@contoso.example",
	} {
		w.Cloud.ResetCalls()
		page := v.Get(t, searching(q))
		if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
			t.Errorf("%s: %d %q", name, page.Status, page.Outcome(t))
		}
		htmltest.Verify(t, page.Doc(t), htmltest.In("#q", htmltest.HasAttr("aria-invalid", "true")))
		if calls := graphCalls(w); len(calls) > 0 {
			t.Errorf("%s: Graph was asked %q", name, calls)
		}
	}
	for name, target := range map[string]string{
		"q twice":           "/admin/users?q=a&q=b",
		"a forged cursor":   searching("Ann") + "&next=https%3A%2F%2Fevil.example%2Fusers",
		"a link elsewhere":  searching("Ann") + "&next=" + url.QueryEscape(w.Cloud.GraphBase()+"/users?$skiptoken=x"),
		"a cursor of ether": searching("Ann") + "&next=AAAA",
	} {
		w.Cloud.ResetCalls()
		if page := v.Get(t, target); page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
			t.Errorf("%s: %d %q", name, page.Status, page.Outcome(t))
		}
		if calls := graphCalls(w); len(calls) > 0 {
			t.Errorf("%s: Graph was asked %q", name, calls)
		}
	}
}

func TestINP05TheNextPageIsTheOneThatGraphNamedAndOfThisAdminAlone(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, other := withAdminGrant(t, w, grace), withAdminGrant(t, w, mia)
	w.Cloud.Update(func(s *sim.Switches) { s.PageSize = 1 })
	first := v.Get(t, searching("ann smith"))
	link := first.Doc(t).Find("#results .actions a").AttrOr("href", "")
	if !strings.HasPrefix(link, "/admin/users?next=") || strings.Contains(link, "skiptoken") {
		t.Fatalf("the next page is %q", link)
	}
	second := v.Get(t, link)
	if second.Status != http.StatusOK || len(found(t, second)) == 0 || slices.Equal(found(t, first), found(t, second)) {
		t.Errorf("the next page: %d with %q", second.Status, found(t, second))
	}
	if page := other.Get(t, link); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("another admin got %d", page.Status)
	}
	if page := v.Get(t, strings.Replace(link, "q=ann+smith", "q=ann", 1)); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("for another search: %d", page.Status)
	}
}

func TestAnIDOrAWholeAddressLeadsStraightToThePerson(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	for q, want := range map[string]string{
		sim.AnnSmithID:                       "/admin/users/" + sim.AnnSmithID,
		" " + strings.ToUpper(ben) + " ":     "/admin/users/" + ben,
		"ANN.SMITH2@contoso.example":         "/admin/users/" + sim.AnnSmithOtherID,
		"ann.smith.warehouse@contoso.exampl": "",
		"{" + ben + "}":                      "",
	} {
		page := v.Get(t, searching(q))
		if got := page.Header.Get("Location"); got != want || want != "" && page.Status != http.StatusSeeOther {
			t.Errorf("%q led with %d to %q, want %q", q, page.Status, got, want)
		}
	}
}

func TestASerialNumberInTheSearchOffersItsFob(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	for q, want := range map[string]string{
		goodFob: "/admin/fobs?serial=" + goodFob, " S/N:" + goodFob: "/admin/fobs?serial=" + goodFob, "Ann": "", "Ann Smith 2": "",
	} {
		if got := v.Get(t, searching(q)).Doc(t).Find(".results-fob a").AttrOr("href", ""); got != want {
			t.Errorf("%q offers %q, want %q", q, got, want)
		}
	}
}

func TestAsOneTypesOnlyTheResultsAreSent(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	ask := func(target string) *e2e.Page {
		return v.Do(t, http.MethodGet, target, nil, http.Header{"Hx-Request": {"true"}, "Hx-Request-Type": {"partial"}, "Sec-Fetch-Site": {"same-origin"}})
	}
	for q, status := range map[string]int{"ann": 200, "": 200, "ann.smith@contoso.example": 200, sim.AnnSmithID: 200, strings.Repeat("x", 300): 422} {
		page := ask(searching(q))
		if page.Status != status || !strings.HasPrefix(string(page.Body), `<section class="results" id="results"`) {
			t.Errorf("%.40q: %d %.80s", q, page.Status, page.Body)
		}
		if !slices.Contains(page.Header.Values("Vary"), "HX-Request-Type") {
			t.Errorf("Vary is %q", page.Header.Values("Vary"))
		}
	}
	// A page that is no part does not end up within one.
	if page := w.SignedIn(t, jonas).Do(t, http.MethodGet, searching("ann"), nil, http.Header{"Hx-Request": {"true"}, "Hx-Request-Type": {"partial"}}); page.Status != http.StatusForbidden || page.Header.Get("HX-Retarget") != "#main" {
		t.Errorf("without a role: %d to %q", page.Status, page.Header.Get("HX-Retarget"))
	}
}

func TestPeopleHandledLatelyComeFirst(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	if got := found(t, v.Get(t, "/admin/users")); len(got) != 0 {
		t.Errorf("at first: %q", got)
	}
	for _, id := range []string{ben, sim.AnnSmithID, sim.AnnSmithOtherID} {
		v.Post(t, "/admin/users/"+id+"/enrol", enrolment(goodFob, "000000"))
	}
	want := []string{"Ann Smith ann.smith2@contoso.example", "Ann Smith ann.smith@contoso.example", "Ben Adeyemi"}
	if got := found(t, v.Get(t, "/admin/users")); !slices.Equal(got, want) {
		t.Errorf("then %q, want %q", got, want)
	}
}

func TestASearchThatGraphRefusesSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(*e2e.World)
		status  int
		outcome string
	}{
		"forbidden": {fault(sim.Fault{Side: sim.SideGraph, Status: 403, ContentType: "application/json", Body: `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}`}), 403, "not_allowed"},
		"busy":      {fault(sim.Fault{Side: sim.SideGraph, Status: 429, Header: http.Header{"Retry-After": {"7"}}, Body: `{"error":{"code":"TooManyRequests"}}`}), 503, "throttled"},
		"down":      {fault(sim.Fault{Side: sim.SideGraph, Status: 500}), 502, "upstream_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := withAdminGrant(t, w, grace)
			test.prepare(w)
			page := v.Get(t, searching("ann"))
			if page.Status != test.status || page.Outcome(t) != test.outcome {
				t.Errorf("%d %q", page.Status, page.Outcome(t))
			}
			htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))), htmltest.In("#q", htmltest.HasValue("ann")))
		})
	}
}

// BenchmarkSearchKeystroke is the time from a pause in typing to the results, over a Graph that takes
// 50 ms for each call.
func BenchmarkSearchKeystroke(b *testing.B) {
	w := e2e.NewWorld(b)
	v := w.SignedIn(b, grace)
	if page := v.Follow(b, v.Get(b, "/admin/users")); page.Status != http.StatusOK {
		b.Fatalf("the search answered %d", page.Status)
	}
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Delay: 50 * time.Millisecond})
	for b.Loop() {
		page := v.Do(b, http.MethodGet, searching("ann"), nil, http.Header{"Hx-Request": {"true"}, "Hx-Request-Type": {"partial"}})
		if page.Status != http.StatusOK {
			b.Fatalf("answered %d", page.Status)
		}
	}
}
