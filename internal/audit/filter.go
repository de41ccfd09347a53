package audit

import (
	"errors"
	"strings"
	"time"
)

// Filter chooses rows: those that have every value that is not empty. Values are compared whole,
// the serial number without regard to the case of its letters.
type Filter struct {
	Actor, Subject, Serial, Outcome, Station, Event string
	From                                            time.Time // rows of this moment and later
	To                                              time.Time // rows before this moment
}

// ParseFilter reads a filter from fields that are named actor, subject, serial, outcome, station,
// event, from and to; get returns an empty string for one that is not there. A moment is an RFC
// 3339 time or a day such as 2026-11-25, which begins at midnight UTC. To is meant inclusively: the
// day to its end, the time to its last millisecond.
//
// It also returns the names of the fields that make no sense, in this order: a text that is no row's
// (see Bounded), a moment that is none, a range that ends before it begins (both its ends).
func ParseFilter(get func(name string) string) (f Filter, wrong []string) {
	for _, text := range []struct {
		name  string
		field *string
	}{
		{"actor", &f.Actor},
		{"subject", &f.Subject},
		{"serial", &f.Serial},
		{"outcome", &f.Outcome},
		{"station", &f.Station},
		{"event", &f.Event},
	} {
		value := strings.TrimSpace(get(text.name))
		if bounded(value) != value { // nor is it UTF-8 then
			wrong = append(wrong, text.name)
			continue
		}
		*text.field = value
	}
	for _, moment := range []struct {
		name  string
		field *time.Time
		of    func(begins, ends time.Time) time.Time
	}{
		{"from", &f.From, func(begins, _ time.Time) time.Time { return begins }},
		{"to", &f.To, func(_, ends time.Time) time.Time { return ends }},
	} {
		value := strings.TrimSpace(get(moment.name))
		if value == "" {
			continue
		}
		begins, ends, err := ParseMoment(value)
		if err != nil {
			wrong = append(wrong, moment.name)
			continue
		}
		*moment.field = moment.of(begins, ends)
	}
	if !f.To.IsZero() && !f.From.Before(f.To) {
		wrong = append(wrong, "from", "to")
	}
	return f, wrong
}

// ParseMoment reads a moment as ParseFilter describes it, and answers when it begins and when it is
// over, to the millisecond, UTC.
func ParseMoment(s string) (begins, ends time.Time, err error) {
	s = strings.TrimSpace(s)
	begins, err = time.Parse(time.DateOnly, s)
	ends = begins.AddDate(0, 0, 1)
	if err != nil {
		begins, err = time.Parse(time.RFC3339, s)
		begins = time.UnixMilli(begins.UnixMilli()).UTC()
		ends = begins.Add(time.Millisecond)
	}
	if year := begins.Year(); err != nil || year < 1 || year > 9999 {
		return time.Time{}, time.Time{}, errors.New("want a day such as 2026-11-25, or a time such as 2026-11-25T08:00:00Z")
	}
	return begins, ends, nil
}
