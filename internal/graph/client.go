package graph

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sony/gobreaker/v2"
	"golang.org/x/sync/semaphore"
)

// Config is what a Client is told at the start.
type Config struct {
	BaseURL   string // Graph with its version, e.g. https://graph.microsoft.com/beta
	UserAgent string // sent with each call; empty means "Fobdesk"
	Log       *slog.Logger
	Now       func() time.Time
	// Shared says that other portals ask Graph as the same app, so that its limits are not this one's
	// alone.
	Shared bool
	// Watch is told of each exchange with Graph, what it is for and, by what it returns, its status
	// (0 where there was no answer) and the code of Graph's error; nil for nobody.
	Watch func(ctx context.Context, operation string) (context.Context, func(status int, code string))
}

// TokenSource gives the access token of one person. Its errors pass through as they are, where
// they are an *outcome.Error.
type TokenSource interface {
	// AccessToken returns a token that is good for now.
	AccessToken(ctx context.Context) (string, error)
	// Replace returns a token other than stale, which Graph has refused.
	Replace(ctx context.Context, stale string) (string, error)
}

// Client speaks to one Graph over one pool of connections. It is safe for concurrent use.
type Client struct {
	base      string
	origin    *url.URL // where the access token may go, and nowhere else
	userAgent string
	log       *slog.Logger
	now       func() time.Time
	watch     func(ctx context.Context, operation string) (context.Context, func(status int, code string))

	health    health
	transport http.RoundTripper
	breaker   *gobreaker.TwoStepCircuitBreaker[answer]
	places    *semaphore.Weighted // one for each exchange under way
	line      *line
	timeout   time.Duration // of a whole call, the body and a read's retries included
	pause     time.Duration // before the first retry of a read, jittered
}

// New makes a client without a word to the network. A BaseURL that is none makes each call fail
// unsent.
func New(config Config) *Client {
	c := &Client{
		base:      strings.TrimSuffix(config.BaseURL, "/"),
		userAgent: config.UserAgent,
		log:       config.Log,
		now:       config.Now,
		watch:     config.Watch,
		transport: newTransport(),
		places:    semaphore.NewWeighted(maxConns),
		timeout:   callTimeout,
		pause:     retryPause,
	}
	if c.userAgent == "" {
		c.userAgent = "Fobdesk"
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.watch == nil {
		c.watch = func(ctx context.Context, _ string) (context.Context, func(int, string)) {
			return ctx, func(int, string) {}
		}
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.origin, _ = url.Parse(c.base); c.origin == nil {
		c.origin = &url.URL{}
	}
	c.breaker, c.line = newBreaker(c.log), &line{now: c.now, shared: config.Shared, pace: pace}
	return c
}
