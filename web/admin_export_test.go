package web_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// exported is an export as CSV, without its header.
func exported(t *testing.T, v *e2e.Visitor, filter string) [][]string {
	t.Helper()
	page := v.Get(t, "/admin/audit/export?format=csv"+filter)
	if page.Status != http.StatusOK {
		t.Fatalf("the export answered %d", page.Status)
	}
	lines, err := csv.NewReader(bytes.NewReader(page.Body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines[0], " "); got != "number time event actor actorName subject subjectName serial outcome station address requestId graphRequestId" {
		t.Errorf("columns %q", got)
	}
	return lines[1:]
}

func TestAUD05AnExportIsRecordedAndIsADownload(t *testing.T) {
	t.Parallel()
	w, admin := busyDay(t)
	page := admin.Get(t, "/admin/audit/export?format=jsonl&serial="+goodFob)
	if got := page.Header.Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="fobdesk-audit-`) || !strings.HasSuffix(got, `.jsonl"`) {
		t.Errorf("disposition %q", got)
	}
	if got := page.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
		t.Errorf("cache %q", got)
	}
	lines := bytes.Split(bytes.TrimSpace(page.Body), []byte("\n"))
	if len(lines) != 4 {
		t.Errorf("%d lines, want the intents and the outcomes of two acts", len(lines))
	}
	for _, line := range lines {
		var row struct{ Serial, RequestID string }
		if err := json.Unmarshal(line, &row); err != nil || row.Serial != goodFob || row.RequestID == "" {
			t.Errorf("%v in %s", err, line)
		}
	}
	if last := trail(t, w); last[len(last)-1] != "export exported "+grace {
		t.Errorf("the last row is %q", last[len(last)-1])
	}
	links := admin.Get(t, "/admin/audit?serial="+goodFob).Doc(t).Find("a[download][hx-boost=false]")
	if links.Length() != 2 || !strings.Contains(links.First().AttrOr("href", ""), "serial="+goodFob) {
		t.Errorf("%d downloads, the first of %q", links.Length(), links.First().AttrOr("href", ""))
	}
}

func TestINP06FormulasAreTextInTheExport(t *testing.T) {
	t.Parallel()
	const formula = "=HYPERLINK(\"https://evil.example\")"
	w := e2e.NewWorld(t)
	w.Cloud.Update(func(s *sim.Switches) {
		s.TamperIDToken = func(claims map[string]any) {
			if claims["oid"] == ada {
				claims["name"] = formula
			}
		}
	})
	w.SignedIn(t, ada)
	admin := withAdminGrant(t, w, grace)
	lines := exported(t, admin, "&actor="+ada)
	if len(lines) == 0 {
		t.Fatal("the sign-in is not in the export")
	}
	for _, line := range lines {
		if line[4] != "'"+formula {
			t.Errorf("the name's cell is %q", line[4])
		}
	}
	sound(t, admin.Get(t, "/admin/audit?actor="+ada), htmltest.In(".trail", htmltest.HasText(formula)))
}
