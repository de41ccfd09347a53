package portal

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/metrics"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/store"
	"fobdesk/internal/trace"
	"fobdesk/web"
)

// watch tells the figures, and the traces where there are any, what the parts of the portal do.
type watch struct {
	metrics *metrics.Metrics
	tracer  *trace.Tracer // nil where traces are off
}

// request is web.Config.Watch.
func (w watch) request(ctx context.Context, method, route string) (context.Context, func(status int)) {
	began := time.Now()
	ctx, end := w.tracer.Request(ctx, method, route)
	return ctx, func(status int) {
		end(status)
		w.metrics.Request(method, route, status, time.Since(began))
		if status == http.StatusTooManyRequests && strings.HasPrefix(route, "/auth/") {
			w.metrics.Limit("address")
		}
	}
}

// graphCall is graph.Config.Watch.
func (w watch) graphCall(ctx context.Context, operation string) (context.Context, func(status int, code string)) {
	began := time.Now()
	ctx, end := w.tracer.Call(ctx, "graph", operation)
	return ctx, func(status int, code string) {
		end(status)
		w.metrics.GraphCall(operation, status, code, time.Since(began))
	}
}

// entraCall is entra.Config.Watch.
func (w watch) entraCall(ctx context.Context, call string) (context.Context, func(status int)) {
	began := time.Now()
	ctx, end := w.tracer.Call(ctx, "entra", call)
	return ctx, func(status int) {
		end(status)
		w.metrics.EntraCall(call, status, time.Since(began))
	}
}

// refresh counts what comes of refreshing.
func (w watch) refresh(refresh session.RefreshFunc) session.RefreshFunc {
	return func(ctx context.Context, sess session.Session, grant session.Grant) (session.Refreshed, error) {
		got, err := refresh(ctx, sess, grant)
		result := "done"
		if err != nil {
			result = "fault"
			if kind, ok := outcome.Of(err); ok {
				result = string(kind)
			}
		}
		w.metrics.Refresh(string(grant), result)
		return got, err
	}
}

// watchedLedger counts what comes of acts, once it is kept.
type watchedLedger struct {
	desk.Ledger
	metrics *metrics.Metrics
}

// Open implements desk.Ledger.
func (l watchedLedger) Open(ctx context.Context, act desk.Act) error {
	return l.refused(act, l.Ledger.Open(ctx, act))
}

// Claim implements desk.Ledger.
func (l watchedLedger) Claim(ctx context.Context, act desk.Act) error {
	return l.refused(act, l.Ledger.Claim(ctx, act))
}

func (l watchedLedger) refused(act desk.Act, err error) error {
	refusal, ok := errors.AsType[*outcome.Error](err)
	if !ok {
		return err
	}
	l.metrics.Outcome(act.Event, string(refusal.Outcome))
	switch {
	case refusal.Outcome == outcome.TooManyAttempts && refusal.Reason == desk.ReasonLocked:
		l.metrics.Limit("locked")
	case refusal.Outcome == outcome.TooManyAttempts:
		l.metrics.Limit("attempts")
	}
	return err
}

// Close implements desk.Ledger.
func (l watchedLedger) Close(ctx context.Context, act desk.Act, end desk.End) error {
	err := l.Ledger.Close(ctx, act, end)
	if err == nil {
		l.metrics.Outcome(act.Event, string(end.Outcome))
	}
	return err
}

// MarkLost implements desk.Ledger.
func (l watchedLedger) MarkLost(ctx context.Context, from, to time.Time) (int, error) {
	lost, err := l.Ledger.MarkLost(ctx, from, to)
	l.metrics.Lost(lost)
	return lost, err
}

// watchedTrail counts what is no act: sign-ins, refusals, exports.
type watchedTrail struct {
	web.Trail
	metrics *metrics.Metrics
}

// AppendAudit implements web.Trail.
func (t watchedTrail) AppendAudit(ctx context.Context, row audit.Row) error {
	err := t.Trail.AppendAudit(ctx, row)
	if err == nil {
		t.metrics.Outcome(row.Event, row.Outcome)
	}
	return err
}

// figures reads the database's figures.
func figures(db *store.Store) func(context.Context) (metrics.Database, error) {
	return func(ctx context.Context) (metrics.Database, error) {
		now, err := db.Figures(ctx)
		return metrics.Database(now), err
	}
}
