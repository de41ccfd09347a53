package web

import (
	"context"
	"sync"
	"time"
)

const (
	// healthLife is how long what was found out for one station's poll is good for the next.
	healthLife = 3 * time.Second
	// healthLimit bounds finding out: whoever asks meanwhile waits for the same answer.
	healthLimit = 2 * time.Second
)

// health is what was last found out about whether the portal can serve.
type health struct {
	mu      sync.Mutex
	at      time.Time
	trouble string
}

// trouble says what keeps the portal from serving: "entra", "portal", "graph", or nothing. What was
// found out less than healthLife ago is believed, for hundreds of stations ask.
func (s *Server) trouble(ctx context.Context) string {
	h := &s.health
	h.mu.Lock()
	defer h.mu.Unlock()
	now := s.Now()
	if age := now.Sub(h.at); age >= 0 && age < healthLife {
		return h.trouble
	}
	// One station that hangs up must not make it look bad for the others.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthLimit)
	defer cancel()
	h.trouble = ""
	switch {
	case s.Entra.Ready() != nil:
		h.trouble = "entra"
	case s.Ready(ctx) != nil:
		h.trouble = "portal"
	case s.Graph() != nil:
		h.trouble = "graph"
	}
	h.at = now
	return h.trouble
}
