package audit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/audit"
)

func TestINP07AFilterIsReadOrItsWrongFieldsAreNamed(t *testing.T) {
	day := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name   string
		fields map[string]string
		want   audit.Filter
		wrong  []string
	}{
		{"nothing chosen", nil, audit.Filter{}, nil},
		{"every text, spaces around it dropped",
			map[string]string{"actor": " a ", "subject": "b", "serial": "c-1", "outcome": "d", "station": "Zoë's", "event": "e"},
			audit.Filter{Actor: "a", Subject: "b", Serial: "c-1", Outcome: "d", Station: "Zoë's", Event: "e"}, nil},
		{"one day, to its end", map[string]string{"from": "2026-11-25", "to": "2026-11-25"},
			audit.Filter{From: day, To: day.AddDate(0, 0, 1)}, nil},
		{"times of any zone, to the last millisecond", map[string]string{"from": "2026-11-25T13:00:00+01:00", "to": "2026-11-25T12:00:00.0009Z"},
			audit.Filter{From: noon, To: noon.Add(time.Millisecond)}, nil},
		{"from a day on", map[string]string{"from": "2026-11-25"}, audit.Filter{From: day}, nil},
		{"up to a day", map[string]string{"to": "2026-11-25"}, audit.Filter{To: day.AddDate(0, 0, 1)}, nil},
		{"a time of a year that is none where it is kept", map[string]string{"from": "9999-12-31T23:30:00-01:00", "to": "0001-01-01T00:30:00+01:00"},
			audit.Filter{}, []string{"from", "to"}},
		{"a range upside down", map[string]string{"from": "2026-11-26", "to": "2026-11-25"}, audit.Filter{From: day.AddDate(0, 0, 1), To: day.AddDate(0, 0, 1)},
			[]string{"from", "to"}},
		{"dates that are none", map[string]string{"from": "2026-02-30", "to": "tomorrow"}, audit.Filter{}, []string{"from", "to"}},
		{"years that are none", map[string]string{"from": "0000-01-01", "to": "10000-01-01"}, audit.Filter{}, []string{"from", "to"}},
		{"the first year and the last", map[string]string{"from": "0001-01-02", "to": "9999-12-31"},
			audit.Filter{From: time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), To: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, nil},
		{"what no row holds", map[string]string{"actor": "a\x00", "serial": "\xff", "station": "\u202e", "event": strings.Repeat("x", 257)},
			audit.Filter{}, []string{"actor", "serial", "station", "event"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, wrong := audit.ParseFilter(func(name string) string { return test.fields[name] })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if !slices.Equal(wrong, test.wrong) {
				t.Errorf("wrong %q, want %q", wrong, test.wrong)
			}
		})
	}
}

func FuzzINP07ParseFilter(f *testing.F) {
	f.Add("GALT1", "2026-11-25", "2026-11-25T12:00:00Z")
	f.Add("\xff", "0000-01-01", "9999-12-31T23:59:59.999999999-23:59")
	f.Fuzz(func(t *testing.T, serial, from, to string) {
		fields := map[string]string{"serial": serial, "from": from, "to": to}
		filter, wrong := audit.ParseFilter(func(name string) string { return fields[name] })
		if row := (audit.Row{Serial: filter.Serial}); row.Bounded().Serial != filter.Serial {
			t.Errorf("no row has the serial number %q", filter.Serial)
		}
		both := !filter.From.IsZero() && !filter.To.IsZero()
		if both && len(wrong) == 0 && !filter.From.Before(filter.To) {
			t.Errorf("from %v to %v", filter.From, filter.To)
		}
		for _, at := range []time.Time{filter.From, filter.To} {
			if !at.Equal(time.UnixMilli(at.UnixMilli())) || at.Location() != time.UTC {
				t.Errorf("%v is no millisecond of UTC", at)
			}
		}
	})
}
