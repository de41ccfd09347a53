package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

const (
	chartDays     = 14
	mostUnsettled = 500 // acts that are looked at; a desk that has more has another trouble
)

// unsettled are the acts of which it is not known what came of them, of anybody, without those that
// may still be under way.
func (s *Server) unsettled(c echo.Context) ([]desk.Receipt, error) {
	found, err := s.Desk.Memory.Unsettled(c.Request().Context(), "", mostUnsettled)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(r desk.Receipt) bool {
		return r.End.Outcome == "" && s.Now().Sub(r.Act.At) < desk.SettleAfter
	}), nil
}

// charts are the numbers of the last days: enrolments a day, refusals by reason, acts of which
// nothing is known.
func (s *Server) charts(c echo.Context, unsettled []desk.Receipt) ([]view.Chart, error) {
	today := s.Now().UTC().Truncate(24 * time.Hour)
	first := today.AddDate(0, 0, 1-chartDays)
	counts, err := s.Trail.DailyCounts(c.Request().Context(), first, today.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	return []view.Chart{enrolmentsChart(ctx, counts, first), refusalsChart(ctx, counts), openChart(ctx, unsettled)}, nil
}

func enrolmentsChart(ctx context.Context, counts []audit.Count, first time.Time) view.Chart {
	enrolled, total := map[time.Time]int{}, 0
	for _, count := range counts {
		if count.Event == desk.EventEnrol && count.Outcome == string(outcome.Enrolled) {
			enrolled[count.Day] += count.Rows
			total += count.Rows
		}
	}
	chart := view.Chart{
		ID: "chart-enrolments", RightToLeft: message.Direction(ctx) == "rtl", Title: message.Text(ctx, "chart.enrolments"),
		Kind: message.Text(ctx, "chart.day"), Number: message.Text(ctx, "chart.number"),
		Text: message.Text(ctx, "chart.enrolments_none", "days", chartDays),
	}
	if total == 0 {
		return chart
	}
	for i := range chartDays {
		day := first.AddDate(0, 0, i)
		chart.Bars = append(chart.Bars, view.Bar{
			Label: message.Date(ctx, day), Mark: message.Number(ctx, day.Day()),
			Count: enrolled[day], Number: message.Number(ctx, enrolled[day]),
		})
	}
	most := slices.MaxFunc(chart.Bars, func(a, b view.Bar) int { return cmp.Compare(a.Count, b.Count) })
	chart.Text = message.Text(ctx, "chart.enrolments_text", "count", total, "days", chartDays, "day", most.Label, "most", most.Count)
	return chart.Standing()
}

// refusalsChart counts what acts came to when they were not done. An unknown outcome is no refusal.
func refusalsChart(ctx context.Context, counts []audit.Count) view.Chart {
	refused := map[string]int{}
	for _, count := range counts {
		act := slices.Contains(resultEvents, count.Event) || count.Event == audit.EventLimit || count.Event == audit.EventLock
		if act && count.Outcome != "" && count.Outcome != string(outcome.OutcomeUnknown) && !isDone(count.Outcome) {
			refused[endWords(ctx, count.Event, count.Outcome)] += count.Rows
		}
	}
	return lying(ctx, "refusals", refused)
}

func openChart(ctx context.Context, unsettled []desk.Receipt) view.Chart {
	open := map[string]int{}
	for _, act := range unsettled {
		open[eventWords(ctx, act.Act.Event)]++
	}
	return lying(ctx, "open", open)
}

// lying is a chart of counts by their words, the greatest first.
func lying(ctx context.Context, name string, counts map[string]int) view.Chart {
	chart := view.Chart{
		ID: "chart-" + name, RightToLeft: message.Direction(ctx) == "rtl", Title: message.Text(ctx, "chart."+name),
		Kind: message.Text(ctx, "chart."+name+"_kind"), Number: message.Text(ctx, "chart.number"),
		Text: message.Text(ctx, "chart."+name+"_none", "days", chartDays),
	}
	if len(counts) == 0 {
		return chart
	}
	total := 0
	for words, count := range counts {
		chart.Bars = append(chart.Bars, view.Bar{Label: words, Mark: words, Count: count, Number: message.Number(ctx, count)})
		total += count
	}
	slices.SortFunc(chart.Bars, func(a, b view.Bar) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Label, b.Label))
	})
	most := message.Text(ctx, "chart.most", "words", chart.Bars[0].Label, "number", chart.Bars[0].Count)
	chart.Text = message.Text(ctx, "chart."+name+"_text", "count", total, "days", chartDays, "most", most)
	return chart.Lying()
}
