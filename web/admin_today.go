package web

import (
	"net/url"
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
	mostRows    = 2000 // of the trail that are looked at: six a hand-out at most
	mostResults = 300  // lines of the list; all of them are in the download
)

// resultEvents are the acts whose rows the list shows; the trail has others.
var resultEvents = []string{desk.EventEnrol, desk.EventAssign, desk.EventActivate, desk.EventDeactivate, desk.EventRemove}

// addResults adds what this admin did today, from the trail: so the list outlasts a reload and a
// sign-in. A trail that can't be read leaves it out; the form is of use without.
func (s *Server) addResults(c echo.Context, props *view.HandoutProps) {
	ctx, actor := c.Request().Context(), current(c).Person.ID
	today := s.Now().UTC().Truncate(24 * time.Hour)
	props.Export = exportPath + "?" + url.Values{
		paramFormat: {string(audit.CSV)}, "actor": {actor}, "from": {today.Format(time.DateOnly)},
	}.Encode()
	rows, err := s.Trail.ListAudit(ctx, audit.Filter{Actor: actor, From: today}, 0, mostRows)
	if err != nil {
		s.Log.ErrorContext(ctx, "today's results were not read", "error", err, "request_id", requestIDOf(ctx))
		return
	}
	ends := endings(rows, actor)
	var subjects []desk.Party
	for _, act := range ends[:min(mostResults, len(ends))] {
		subjects = append(subjects, desk.Party{ID: act.row.Subject, Name: act.row.SubjectName})
	}
	named := s.named(c, subjects)
	done, refused := 0, 0
	for _, act := range ends {
		good := isDone(act.row.Outcome)
		if good {
			done++
		} else {
			refused++
		}
		if len(props.Results) < mostResults {
			props.Results = append(props.Results, s.result(c, act, good, named[act.row.Subject]))
		}
	}
	if done+refused > 0 {
		props.Counts = []view.Fact{
			{Label: message.Text(ctx, "handout.count_done"), Value: message.Number(ctx, done)},
			{Label: message.Text(ctx, "handout.count_refused"), Value: message.Number(ctx, refused)},
		}
	}
}

// ending is how an act ended, and whether the fob that it bound was removed since.
type ending struct {
	row    audit.Row
	undone bool
}

// endings are the ends of the actor's acts for others, of rows that are the newest first. An act
// that took several steps has a row for each; the newest is its end.
func endings(rows []audit.Row, actor string) []ending {
	var ends []ending
	seen, removed := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		if row.Subject == "" || row.Subject == actor || row.Outcome == "" || seen[row.RequestID] ||
			!slices.Contains(resultEvents, row.Event) {
			continue
		}
		seen[row.RequestID] = true
		fob := row.Subject + " " + row.Serial
		if row.Outcome == string(outcome.Removed) {
			removed[fob] = true
		}
		end := ending{row: row}
		if bound(row.Outcome) {
			end.undone = removed[fob]
			delete(removed, fob) // an earlier binding was ended by an earlier removal
		}
		ends = append(ends, end)
	}
	return ends
}

// bound reports whether an act that came to this bound a fob to its person.
func bound(came string) bool {
	return came == string(outcome.Enrolled) || came == string(outcome.Assigned)
}

// isDone reports whether what an act came to is that it was done.
func isDone(came string) bool {
	return bound(came) || came == string(outcome.Activated) || came == string(outcome.Deactivated) || came == string(outcome.Removed)
}

func (s *Server) result(c echo.Context, act ending, good bool, person view.Named) view.Result {
	ctx, row := c.Request().Context(), act.row
	result := view.Result{
		Time:   view.Moment{Words: row.Time.UTC().Format("15:04"), ISO: row.Time.UTC().Format(time.RFC3339)},
		Person: person, Subject: row.Subject, Serial: row.Serial, Good: good,
		Words: message.Text(ctx, "history.end."+row.Outcome),
	}
	switch {
	case act.undone:
		result.Words = message.Text(ctx, "handout.undone")
	case bound(row.Outcome):
		result.Undo = handoutPath + "/" + url.PathEscape(row.RequestID) + "/undo"
	}
	return result
}
