package graph

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Reach asks Graph for something without a token, which it must refuse with 401, and returns how far
// its clock is ahead of the portal's, to the second. It is for an operator: no person is needed, and
// an error says what is there instead of Graph.
func (c *Client) Reach(ctx context.Context) (ahead time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/me", http.NoBody)
	if err != nil {
		return 0, errNoRequest
	}
	request.Header.Set("User-Agent", c.userAgent)
	answer, err := c.transport.RoundTrip(request)
	if err != nil {
		return 0, fmt.Errorf("no answer: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxBody)) // what is missing at its end is not missed
	if answer.StatusCode != http.StatusUnauthorized || !parseFault(body, nil).found {
		return 0, fmt.Errorf("status %d where Graph says 401", answer.StatusCode)
	}
	at, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return 0, lost("an answer without a date")
	}
	return at.Sub(c.now()).Round(time.Second), nil
}
