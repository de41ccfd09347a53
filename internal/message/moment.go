package message

import (
	"context"
	"strconv"
	"time"
)

// nearDays is up to how many days back a moment is told by its distance.
const nearDays = 6

// Moment says when t was, as a person would: "today", "yesterday", "3 days ago", else the date.
// Both are read in UTC. What lies after now, by a clock that differs, is "today" or its date.
func Moment(ctx context.Context, t, now time.Time) string {
	switch days := day(now) - day(t); {
	case days == 0:
		return Text(ctx, "date.today")
	case days == 1:
		return Text(ctx, "date.yesterday")
	case days > 1 && days <= nearDays:
		return Text(ctx, "date.days_ago", "count", int(days))
	}
	return Date(ctx, t)
}

// Date says the day of t in UTC: "12 March 2026".
func Date(ctx context.Context, t time.Time) string {
	t = t.UTC()
	return Text(ctx, "date.day",
		"day", strconv.Itoa(t.Day()),
		"month", Text(ctx, "date.month."+strconv.Itoa(int(t.Month()))),
		"year", strconv.Itoa(t.Year()))
}

// Exact says the day and the minute of t: "12 March 2026, 14:05 UTC".
func Exact(ctx context.Context, t time.Time) string {
	return Text(ctx, "date.exact", "date", Date(ctx, t), "time", t.UTC().Format("15:04"))
}

// howLong says how long d is, rounded up so that whoever waits it out is not too early: seconds up
// to a minute, then minutes.
func howLong(ctx context.Context, d time.Duration) string {
	if d <= time.Minute {
		return Text(ctx, "wait.seconds", "count", max(1, ceil(d, time.Second)))
	}
	return Text(ctx, "wait.minutes", "count", ceil(d, time.Minute))
}

func ceil(d, unit time.Duration) int { return int((d + unit - 1) / unit) }

// day numbers the days in UTC since 1970.
func day(t time.Time) int64 {
	return t.UTC().Truncate(24*time.Hour).Unix() / int64((24 * time.Hour).Seconds())
}
