package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// rowsOf are the numbers of the rows on a page of the trail.
func rowsOf(t *testing.T, page *e2e.Page) []string {
	t.Helper()
	if page.Status != http.StatusOK {
		t.Fatalf("%s answered %d", page.URL, page.Status)
	}
	return page.Doc(t).Find(".trail-row").Map(func(_ int, row *goquery.Selection) string {
		return row.AttrOr("data-number", "")
	})
}

// busyDay is a desk where some things were done: it answers an admin who is signed in.
func busyDay(t *testing.T, givens ...e2e.Given) (*e2e.World, *e2e.Visitor) {
	t.Helper()
	w := e2e.NewWorld(t, givens...)
	employee, admin := w.SignedIn(t, ada), withAdminGrant(t, w, grace)
	for _, form := range []struct {
		by           *e2e.Visitor
		path, serial string
		code         string
	}{
		{employee, "/enrol", goodFob, w.Cloud.WrongCode(goodFob)},
		{employee, "/enrol", goodFob, w.Cloud.Code(goodFob)},
		{admin, personPath(ben, "enrol"), secondFob, w.Cloud.Code(secondFob)},
	} {
		form.by.Post(t, form.path, enrolment(form.serial, form.code))
	}
	return w, admin
}

func TestTheTrailSaysWhoDidWhatForWhomAndWhatCameOfIt(t *testing.T) {
	t.Parallel()
	_, admin := busyDay(t)
	page := admin.Get(t, "/admin/audit?serial="+strings.ToLower(secondFob))
	sound(t, page)
	done := page.Doc(t).Find(".trail-row").First()
	for _, want := range []string{secondFob, "Done: active", "Grace", "Ben", "127.0.0.1", grace, ben, "enrolled"} {
		if !strings.Contains(done.Text(), want) {
			t.Errorf("the newest row does not say %q:\n%s", want, done.Text())
		}
	}
	if done.HasClass("trail-open") || done.Find(".trail-ids code").Length() != 2 {
		t.Errorf("the newest row has %d ids", done.Find(".trail-ids code").Length())
	}
	began := page.Doc(t).Find(".trail-row").Last()
	if began.AttrOr("data-came", "none") != "" || began.HasClass("trail-open") || !strings.Contains(began.Text(), "Begun") ||
		!strings.Contains(began.Text(), "Ben Adeyemi") { // whose name was learnt after it
		t.Errorf("the intent reads %s", began.Text())
	}
}

func TestEachFilterLeavesOutWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	_, admin := busyDay(t)
	admin.Get(t, "/admin/audit/export?format=csv") // so that the first page below is the last word
	today := time.Now().UTC().Format(time.DateOnly)
	before := time.Now().UTC().AddDate(0, 0, -2).Format(time.DateOnly)
	for _, test := range []struct {
		filter url.Values
		fits   func(event, actor, subject, serial, came string) bool
	}{
		{url.Values{}, func(_, _, _, _, _ string) bool { return true }},
		{url.Values{"actor": {grace}}, func(_, actor, _, _, _ string) bool { return actor == grace }},
		{url.Values{"subject": {ben}}, func(_, _, subject, _, _ string) bool { return subject == ben }},
		{url.Values{"serial": {goodFob}}, func(_, _, _, serial, _ string) bool { return serial == goodFob }},
		{url.Values{"outcome": {"wrong_code"}}, func(_, _, _, _, came string) bool { return came == "wrong_code" }},
		{url.Values{"actor": {ada}, "outcome": {"enrolled"}}, func(_, actor, _, _, came string) bool { return actor == ada && came == "enrolled" }},
		{url.Values{"station": {"Lobby"}}, func(_, _, _, _, _ string) bool { return false }},
		{url.Values{"from": {before}, "to": {today + "T23:59:59Z"}}, func(_, _, _, _, _ string) bool { return true }},
		{url.Values{"to": {before}}, func(_, _, _, _, _ string) bool { return false }},
		{url.Values{"actor": {"nobody' OR 1=1 --"}}, func(_, _, _, _, _ string) bool { return false }},
	} {
		filter := test.filter.Encode()
		// The export is recorded first, so what is compared is the trail with it.
		lines := exported(t, admin, "&"+filter)
		shown := rowsOf(t, admin.Get(t, "/admin/audit?"+filter))
		slices.Reverse(shown)
		var numbers []string
		for _, line := range lines {
			numbers = append(numbers, line[0])
			if !test.fits(line[2], line[3], line[5], line[7], line[8]) {
				t.Errorf("%q lets through %q", filter, line)
			}
		}
		if !slices.Equal(numbers, shown) {
			t.Errorf("%q: exported %v, shown %v", filter, numbers, shown)
		}
		if len(numbers) == 0 && test.fits("", grace, ben, goodFob, "wrong_code") {
			t.Errorf("%q finds nothing", filter)
		}
	}
}

func TestINP05APageOfTheTrailGoesOnWhereTheOneBeforeEnded(t *testing.T) {
	t.Parallel()
	_, admin := busyDay(t)
	for range 70 {
		exported(t, admin, "&serial=none")
	}
	first := admin.Get(t, "/admin/audit?outcome=exported")
	older := first.Doc(t).Find(".actions a[href*='before=']")
	if older.Length() != 1 {
		t.Fatalf("%d links to older rows", older.Length())
	}
	second := admin.Get(t, older.AttrOr("href", ""))
	all := append(rowsOf(t, first), rowsOf(t, second)...)
	var want []string
	for _, line := range exported(t, admin, "&outcome=exported") {
		want = append([]string{line[0]}, want...)
	}
	want = want[1:] // this export itself
	if !slices.Equal(all, want) || len(all) != 70 {
		t.Errorf("%d rows on two pages, want the %d of the export, each once", len(all), len(want))
	}
	if back := second.Doc(t).Find(".actions a[href='/admin/audit?outcome=exported']"); back.Length() != 1 {
		t.Error("nothing leads back to the newest")
	}
}

func TestINP05WhatIsNoFilterIsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	admin := withAdminGrant(t, w, grace)
	for _, test := range []struct {
		name, query, field, says string
	}{
		{"a date that is none", "from=31.2.", "from", "not a date"},
		{"a day that the month does not have", "to=2026-02-30", "to", "not a date"},
		{"a range upside down", "from=2026-03-02&to=2026-03-01", "from", "is after “To”"},
		{"a serial of 3,000 characters", "serial=" + strings.Repeat("9", 3000), "serial", "too long"},
		{"a direction mark", "actor=" + url.QueryEscape("a\u202eb"), "actor", "hidden character"},
		{"a NUL", "subject=%00", "subject", "hidden character"},
		{"bytes that are no text", "station=%ff", "station", "hidden character"},
		{"a doubled field", "outcome=enrolled&outcome=removed", "outcome", "twice"},
		{"a cursor that is a word", "before=x", "", "cannot be opened"},
		{"a cursor below the first row", "before=0", "", "cannot be opened"},
		{"a cursor below zero", "before=-5", "", "cannot be opened"},
		{"a cursor that is too great", "before=99999999999999999999", "", "cannot be opened"},
		{"a cursor with SQL in it", "before=" + url.QueryEscape("1 OR 1=1"), "", "cannot be opened"},
	} {
		for _, path := range []string{"/admin/audit?", "/admin/audit/export?format=csv&"} {
			page := admin.Get(t, path+test.query)
			if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
				t.Errorf("%s: %s answered %d %q", test.name, path, page.Status, page.Outcome(t))
				continue
			}
			if page.Header.Get("Content-Disposition") != "" {
				t.Errorf("%s: the refusal is a download", test.name)
			}
			checks := []htmltest.Check{htmltest.In("#summary", htmltest.HasText(test.says))}
			if test.field != "" {
				checks = append(checks, htmltest.In("#"+test.field+"[aria-invalid=true]"))
			}
			sound(t, page, checks...)
		}
	}
	for _, format := range []string{"", "?format=xml", "?format=csv&format=jsonl"} {
		if page := admin.Get(t, "/admin/audit/export"+format); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the export %q answered %d", format, page.Status)
		}
	}
	if lines := exported(t, admin, "&outcome=exported"); len(lines) != 1 {
		t.Errorf("%d exports are recorded, want only the one that was made", len(lines))
	}
}

func TestROL01AnEmployeeSeesNothingOfTheTrail(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	employee := w.SignedIn(t, ada)
	w.Cloud.ResetCalls()
	for _, path := range []string{"/admin", "/admin/audit", "/admin/audit?before=x", "/admin/audit/export?format=csv", "/admin/audit/export"} {
		denied(t, path, employee.Get(t, path))
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
	if rows := trail(t, w); slices.ContainsFunc(rows, func(row string) bool { return strings.HasPrefix(row, "export") }) {
		t.Error("an export is recorded")
	}
}

func TestTwoOfOneNameAreToldApartInEveryList(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	admin := withAdminGrant(t, w, grace)
	reportedLost(t, w, admin, sim.AnnSmithID, goodFob)
	reportedLost(t, w, admin, sim.AnnSmithOtherID, secondFob)
	for _, graph := range []struct {
		down          bool
		first, second string
	}{
		{false, "ann.smith@contoso.example", "ann.smith2@contoso.example"},
		{true, "…d4e510", "…d4e511"},
	} {
		if graph.down {
			w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "GET", Path: "/users/", Status: 503})
		}
		for path, list := range map[string]string{"/admin": ".trail", "/admin/handout": ".today"} {
			page := admin.Get(t, path)
			sound(t, page,
				htmltest.In(list+" a[href='"+personPath(sim.AnnSmithID)+"']", htmltest.HasText("Ann Smith "+graph.first)),
				htmltest.In(list+" a[href='"+personPath(sim.AnnSmithOtherID)+"']", htmltest.HasText("Ann Smith "+graph.second)))
		}
		sound(t, admin.Get(t, "/admin"), htmltest.In(".people", htmltest.HasText(graph.first)), htmltest.In(".people", htmltest.HasText(graph.second)))
		w.Cloud.ClearFaults()
	}
}
