package entra

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

func TestFLT07WhatWasFoundInTheFutureIsLookedForAnew(t *testing.T) {
	p := newProvider(t)
	at := time.Now()
	rp := p.relyingParty(func(c *Config) { c.Now = func() time.Time { return at } })
	for _, step := range []struct {
		passes time.Duration
		asked  int
	}{{0, 1}, {lookLife - 1, 1}, {1, 2}, {-time.Minute, 3}} {
		at = at.Add(step.passes)
		if err := rp.Look(t.Context()); err != nil || p.Called(liar.PathDiscovery) != step.asked {
			t.Errorf("after %v more: %v, asked %d times, want %d", step.passes, err, p.Called(liar.PathDiscovery), step.asked)
		}
	}
}

func TestFLT07ThePortalRecoversByItselfWhenTheIssuerDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged syncBuffer
		var mu sync.Mutex
		var tries []time.Duration
		down := true
		start := time.Now()
		config := Config{Issuer: "https://login.example/v2.0"}
		logTo(&logged)(&config)
		rp := newWith(config, roundTrip(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			tries = append(tries, time.Since(start).Truncate(time.Second))
			if down {
				return nil, errors.New("planted: no route")
			}
			recorder := httptest.NewRecorder()
			liar.Reply(recorder, http.StatusOK, map[string]any{
				"issuer": config.Issuer, "authorization_endpoint": "https://login.example/authorize",
				"token_endpoint": "https://login.example/token", "jwks_uri": "https://login.example/keys",
			})
			return recorder.Result(), nil
		}))
		ctx, cancel := context.WithCancel(t.Context())
		go rp.Run(ctx)
		time.Sleep(95 * time.Second)
		if rp.Ready() == nil {
			t.Error("ready without metadata")
		}
		mu.Lock()
		first, before, soon := tries[0], len(tries), 0
		for _, at := range tries {
			if at < 2*time.Second {
				soon++
			}
		}
		down = false
		mu.Unlock()
		// Two calls each at 0, 0.25, 0.75, 1.75, 3.75, 7.75, 15.75, 31.75, 61.75 and 91.75 s, a little later
		// for the pauses within. Those before the second second let a start be ready by then.
		if first != 0 || soon < 6 || before < 18 || before > 20 {
			t.Errorf("tried at %v", tries)
		}
		time.Sleep(31 * time.Second)
		if err := rp.Ready(); err != nil {
			t.Error(err)
		}
		for _, away := range []bool{true, false} {
			mu.Lock()
			down = away
			mu.Unlock()
			time.Sleep(40 * time.Second)
			if err := rp.Ready(); (err != nil) != away {
				t.Errorf("with the issuer away (%v): %v", away, err)
			}
			if _, err := rp.AuthorizationURL(ctx, trip()); err != nil {
				t.Errorf("what is known is not used meanwhile: %v", err)
			}
		}
		cancel()
		synctest.Wait()
		if text := logged.text(); !strings.Contains(text, "discovery failed") || strings.Contains(text, "planted") {
			t.Errorf("logged %s", text)
		}
	})
}

func TestFLT07WithTheIssuerDownSignInAnswersAndAsksAtMostFiveTimesAMinute(t *testing.T) {
	p := newProvider(t)
	p.Handle(liar.PathDiscovery, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	rp := p.relyingParty()
	if err := rp.Ready(); err == nil {
		t.Error("ready before anything is known")
	}
	for range 5 {
		_, err := rp.AuthorizationURL(t.Context(), trip())
		wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
	}
	asked := p.Called(liar.PathDiscovery)
	_, err := rp.AuthorizationURL(t.Context(), trip())
	wants(t, err, outcome.UpstreamUnavailable, ReasonSilent, "")
	if p.Called(liar.PathDiscovery) != asked {
		t.Error("asked a sixth time")
	}
	p.Handle(liar.PathDiscovery, nil)
	if _, err := rp.discover(t.Context()); err != nil { // as Run does
		t.Fatal(err)
	}
	if _, err := rp.AuthorizationURL(t.Context(), trip()); err != nil || rp.Ready() != nil {
		t.Errorf("after the issuer came back: %v", err)
	}
}

func TestFLT07ManyFirstSignInsShareOneDiscovery(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := rp.AuthorizationURL(t.Context(), trip()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := p.Called(liar.PathDiscovery); got > 5 {
		t.Errorf("discovered %d times", got)
	}
}

func TestALookIsSharedForFiveSecondsAndThenTakenAgain(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	at := time.Now()
	rp.now = func() time.Time { return at }
	if err := rp.Look(t.Context()); err != nil || rp.Ready() != nil {
		t.Fatalf("the issuer is there: %v", err)
	}
	p.Handle(liar.PathDiscovery, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	asked := p.Called(liar.PathDiscovery)
	if err := rp.Look(t.Context()); err != nil || p.Called(liar.PathDiscovery) != asked {
		t.Errorf("at once it looked again: %v", err)
	}
	at = at.Add(5 * time.Second)
	if err := rp.Look(t.Context()); !errors.Is(err, outcome.UpstreamUnavailable) || rp.Ready() == nil {
		t.Errorf("the issuer is away: %v", err)
	}
	p.Handle(liar.PathDiscovery, nil)
	at = at.Add(5 * time.Second)
	if err := rp.Look(t.Context()); err != nil {
		t.Errorf("the issuer is back: %v", err)
	}
}

func TestALookDoesNotOutlastWhoeverWaits(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	hold := make(chan struct{})
	p.Handle(liar.PathDiscovery, func(http.ResponseWriter, *http.Request) { <-hold })
	defer close(hold)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := rp.Look(ctx); !errors.Is(err, outcome.UpstreamUnavailable) {
		t.Errorf("an issuer that is silent: %v", err)
	}
}
