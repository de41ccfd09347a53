package graph

import (
	"errors"
	"net/http"
	"testing"

	"fobdesk/internal/outcome"
)

func TestTOK08A401IsReplacedAndReplayedOnce(t *testing.T) {
	for _, op := range append(reads, writes...) {
		var sent []string
		f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			sent = append(sent, r.Header.Get("Authorization"))
			if len(sent) == 1 {
				says(http.StatusUnauthorized, graphError("InvalidAuthenticationToken", "expired"))(w, r)
				return
			}
			succeeds(op)(w, r)
		})
		if err := callOnce(t, me(t, f.URL), op); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		if len(sent) != 2 || sent[0] != "Bearer first" || sent[1] != "Bearer second" {
			t.Errorf("%s: sent with %q", op, sent)
		}
	}
}

func TestTOK08ASecond401SignsOut(t *testing.T) {
	for _, op := range append(reads, writes...) {
		for _, body := range []string{"", "<html>proxy</html>", graphError("InvalidAuthenticationToken", "")} {
			f := newFake(t, says(http.StatusUnauthorized, body))
			if err := callOnce(t, me(t, f.URL), op); !isOutcome(err, outcome.SignedOut) {
				t.Errorf("%s: %v, want signed_out", op, err)
			}
			if got := len(f.asked()); got != 2 {
				t.Errorf("%s: asked %d times, want one replay", op, got)
			}
		}
	}
}

func TestErrorsOfTheTokenSourcePassThroughAndNothingIsSent(t *testing.T) {
	signedOut := &outcome.Error{Outcome: outcome.SignedOut, Reason: "over"}
	plain := errors.New("no answer")
	for _, failure := range []error{signedOut, outcome.New(outcome.UpstreamUnavailable), plain} {
		f := newFake(t, says(http.StatusUnauthorized, ""))
		c, _ := testClient(t, f.URL)
		for op, do := range acts(t) {
			for _, tokens := range []*tokenList{
				{tokens: []string{"first"}, err: failure}, {tokens: []string{"first"}, failure: failure},
			} {
				before := len(f.asked())
				_, err := do(t.Context(), c.Me(tokens))
				if !errors.Is(err, failure) {
					t.Errorf("%s: %v, want %v", op, err, failure)
				}
				if errors.Is(failure, plain) && !isOutcome(err, outcome.UpstreamUnavailable) {
					t.Errorf("%s: %v, want upstream_unavailable", op, err)
				}
				if got := len(f.asked()) - before; got > len(tokens.replaced) {
					t.Errorf("%s: asked %d times", op, got)
				}
			}
		}
	}
}
