package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/sony/gobreaker/v2"
)

// When Graph counts as failing, and how much of it may be asked for at once.
const (
	failuresInARow = 10               // exchanges without an answer, or with a 5xx, that open the breaker
	openFor        = 15 * time.Second // before one exchange is let through to see whether Graph is back
	placeLimit     = time.Second      // of waiting for a place among maxConns exchanges
)

const (
	// errDown is a call that was not sent because Graph fails.
	errDown = lost("not sent: Graph fails, and is tried again shortly")
	// errCrowded is a call that was not sent because too many are under way.
	errCrowded = lost("not sent: too many calls are under way")
	// errNotGraphs is a failure that says nothing of Graph.
	errNotGraphs = lost("not Graph's failure")
	// errLate is why the context of a call ends that took all the time it has.
	errLate = lost("no answer in time")
	// errServer is a 5xx.
	errServer = lost("a server error")
)

// newBreaker makes the breaker: a Graph that fails is left alone, and everybody is told at once
// instead of after a timeout. It never sends anything by itself: the trial of a Graph that may be
// back is the next person's call, which is sent once like any other.
func newBreaker(log *slog.Logger) *gobreaker.TwoStepCircuitBreaker[answer] {
	return gobreaker.NewTwoStepCircuitBreaker[answer](gobreaker.Settings{
		Name: "graph", MaxRequests: 1, Timeout: openFor,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= failuresInARow },
		IsExcluded:  func(err error) bool { return errors.Is(err, errNotGraphs) },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			level := slog.LevelInfo
			if to == gobreaker.StateOpen {
				level = slog.LevelWarn
			}
			log.Log(context.Background(), level, "graph breaker", "from", from.String(), "to", to.String())
		},
	})
}

// guarded makes the exchange where Graph does not count as failing and there is a place for it.
func (c *Client) guarded(ctx context.Context, request call, token string) (got answer, sent bool, err error) {
	done, err := c.breaker.Allow()
	if err != nil {
		return answer{}, false, errDown
	}
	if !c.takePlace(ctx) {
		done(errNotGraphs)
		return answer{}, false, errCrowded
	}
	defer c.places.Release(1)
	got, sent, err = c.exchange(ctx, request, token)
	done(failing(ctx, got, err))
	return got, sent, err
}

// takePlace waits a moment for a place, and reports false where none got free.
func (c *Client) takePlace(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, placeLimit)
	defer cancel()
	return c.places.Acquire(ctx, 1) == nil
}

// failing is what an exchange says of Graph: nil where it lives. That who asked gave up, or had
// little time, is not its failure; a 501 is its word that it has no such call.
func failing(ctx context.Context, got answer, err error) error {
	switch {
	case errors.Is(err, errNoRequest), err != nil && ctx.Err() != nil && !errors.Is(context.Cause(ctx), errLate):
		return errNotGraphs
	case err != nil:
		return err
	case got.status >= http.StatusInternalServerError && got.status != http.StatusNotImplemented:
		return errServer
	}
	return nil
}
