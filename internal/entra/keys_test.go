package entra

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

func TestOIDC05OnlyRS256ByTheIssuersKeysIsAccepted(t *testing.T) {
	for _, lie := range liar.Forgeries() {
		t.Run(lie.Name, func(t *testing.T) { refusesToBelieve(t, lie) })
	}
}

func TestOIDC09ARotatedKeyIsPickedUpAndAKnownOneOutlivesTheEndpoint(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	signIn := func() error { _, _, err := redeem(t, rp); return err }
	if err := signIn(); err != nil {
		t.Fatal(err)
	}
	p.Rotate("key-1", 1)
	if err := signIn(); err != nil {
		t.Fatalf("just after a rotation: %v", err)
	}
	p.Handle(liar.PathKeys, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if err := signIn(); err != nil {
		t.Errorf("a known key while the endpoint is down: %v", err)
	}
	p.Rotate("key-2", 2)
	refusal, ok := errors.AsType[*outcome.Error](signIn())
	if !ok || refusal.Outcome != outcome.UpstreamUnavailable || refusal.Reason != ReasonBroken {
		t.Errorf("an unknown key while the endpoint is down: %v", refusal)
	}
	p.Handle(liar.PathKeys, nil)
	if err := signIn(); err != nil {
		t.Errorf("once the endpoint is back: %v", err)
	}
}

func TestOIDC09KeysStayKnownWhenMetadataIsReadAgain(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	p.Handle(liar.PathKeys, http.NotFound)
	if _, err := rp.discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := redeem(t, rp); err != nil {
		t.Error(err)
	}
}

func TestOIDC10UnknownKeysCauseAtMostFiveFetchesAMinute(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		p.IDToken = func(string) string {
			return liar.Sign(jose.RS256, jose.JSONWebKey{KeyID: "stranger", Key: liar.Key(1)}, "JWT", p.TrueClaims())
		}
		identity, tokens, err := redeem(t, rp)
		refusedIDToken(t, identity, tokens, err)
	}
	if fetched := p.Called(liar.PathKeys); fetched > 5 {
		t.Errorf("fetched the keys %d times", fetched)
	}
	p.IDToken = nil
	if _, _, err := redeem(t, rp); err != nil {
		t.Errorf("a known key after the flood: %v", err)
	}
}

func TestOIDC10KeysThatAreNoKeysAreTheIssuersFault(t *testing.T) {
	for what, body := range map[string]string{
		"2 MiB":       `{"keys":[],"x":"` + strings.Repeat("x", 2<<20) + `"}`,
		"HTML":        "<html>keys</html>",
		"empty":       "",
		"wrong shape": `{"keys":"none"}`,
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.Handle(liar.PathKeys, func(w http.ResponseWriter, _ *http.Request) { say(w, body) })
			_, _, err := redeem(t, p.relyingParty())
			refusal, ok := errors.AsType[*outcome.Error](err)
			if !ok || refusal.Outcome != outcome.UpstreamUnavailable || refusal.Reason != ReasonBroken {
				t.Errorf("got %v", err)
			}
		})
	}
}
