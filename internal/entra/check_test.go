package entra

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

func TestTheAuthorizationEndpointTellsOfTheRedirectURIWhatCanBeKnown(t *testing.T) {
	const uri = "https://fobdesk.example/auth/callback"
	for _, test := range []struct {
		name   string
		answer func(http.ResponseWriter)
		want   error // nil where it is registered
		reason string
	}{
		{"sent back", func(w http.ResponseWriter) {
			w.Header().Set("Location", uri+"?error=login_required&error_description=AADSTS50058")
			w.WriteHeader(http.StatusFound)
		}, nil, ""},
		{"sent somewhere else", func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://elsewhere.example/?to="+uri)
			w.WriteHeader(http.StatusFound)
		}, ErrUnknown, ""},
		{"sent to one that only begins so", func(w http.ResponseWriter) {
			w.Header().Set("Location", uri+".evil.example?error=login_required")
			w.WriteHeader(http.StatusFound)
		}, ErrUnknown, ""},
		{"not registered", func(w http.ResponseWriter) { say(w, "<p>AADSTS50011: The redirect URI …") }, outcome.SignInRefused, ReasonRedirectURI},
		{"no such client", func(w http.ResponseWriter) { say(w, "<p>AADSTS700016: Application …") }, outcome.SignInRefused, ReasonAppRegistration},
		{"a sign-in page", func(w http.ResponseWriter) { say(w, "<title>Sign in</title>") }, ErrUnknown, ""},
		{"an endless page", func(w http.ResponseWriter) { say(w, strings.Repeat(" ", 2*maxPage)+"AADSTS50011") }, ErrUnknown, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newProvider(t)
			p.Handle("/authorize", func(w http.ResponseWriter, r *http.Request) {
				if asked := r.URL.Query(); asked.Get("prompt") != "none" || asked.Get("redirect_uri") != uri {
					t.Errorf("asked with %v", asked)
				}
				test.answer(w)
			})
			err := p.relyingParty().FindRedirectURI(t.Context(), uri)
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Reason != test.reason {
				t.Errorf("the reason is %q, want %q", refusal.Reason, test.reason)
			}
		})
	}
}

func TestWhatKeepsTheRedirectURIFromBeingKnownIsTold(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half a page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			say(w, "AADSTS50011")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.Handle("/authorize", answer)
			wants(t, p.relyingParty().FindRedirectURI(t.Context(), "https://fobdesk.example/auth/callback"),
				outcome.UpstreamUnavailable, ReasonSilent, "")
		})
	}
	p := newProvider(t)
	p.Handle(liar.PathDiscovery, http.NotFound)
	wants(t, p.relyingParty().FindRedirectURI(t.Context(), "https://fobdesk.example/auth/callback"),
		outcome.UpstreamUnavailable, ReasonBroken, "")
}

func TestTheIssuersKeysAreCounted(t *testing.T) {
	for _, test := range []struct {
		name   string
		path   string
		answer http.HandlerFunc
		want   int // 0 where it is trouble
	}{
		{name: "one", want: 1},
		{"two", liar.PathKeys, func(w http.ResponseWriter, _ *http.Request) {
			liar.Reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{KeyID: "a", Key: []byte("k")}, {KeyID: "b", Key: []byte("k")}}})
		}, 2},
		{"none", liar.PathKeys, func(w http.ResponseWriter, _ *http.Request) { liar.Reply(w, http.StatusOK, jose.JSONWebKeySet{}) }, 0},
		{"no set of keys", liar.PathKeys, func(w http.ResponseWriter, _ *http.Request) { liar.Reply(w, http.StatusOK, map[string]any{"keys": 5}) }, 0},
		{"one that is no key beside one", liar.PathKeys, func(w http.ResponseWriter, _ *http.Request) {
			liar.Reply(w, http.StatusOK, map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "aw"}, 5}})
		}, 0},
		{"not there", liar.PathKeys, http.NotFound, 0},
		{"one beside trouble", liar.PathKeys, func(w http.ResponseWriter, _ *http.Request) {
			liar.Reply(w, http.StatusInternalServerError, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{KeyID: "a", Key: []byte("k")}}})
		}, 0},
		{"an issuer that is not there", liar.PathDiscovery, http.NotFound, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newProvider(t)
			p.Handle(test.path, test.answer)
			got, err := p.relyingParty().Keys(t.Context())
			if test.want == 0 {
				wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
			} else if err != nil {
				t.Error(err)
			}
			if got != test.want {
				t.Errorf("counted %d, want %d", got, test.want)
			}
		})
	}
}

func TestTheIssuersClockIsCompared(t *testing.T) {
	p := newProvider(t)
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	rp := p.relyingParty(func(c *Config) { c.Now = func() time.Time { return at } })
	date := func(says string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", says)
			liar.Reply(w, http.StatusOK, p.Document())
		}
	}
	for _, ahead := range []time.Duration{0, 7 * time.Minute, -time.Hour} {
		p.Handle(liar.PathDiscovery, date(at.Add(ahead).Format(http.TimeFormat)))
		if got, err := rp.Clock(t.Context()); err != nil || got != ahead {
			t.Errorf("%v ahead, %v, want %v", got, err, ahead)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{"no date": date("soon"), "no answer": http.NotFound} {
		p.Handle(liar.PathDiscovery, answer)
		if got, err := rp.Clock(t.Context()); !errors.Is(err, outcome.UpstreamUnavailable) || got != 0 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestTheClientsProofIsTriedWithACodeThatIsNone(t *testing.T) {
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		want    outcome.Outcome // "" where the proof was taken
		reason  string
	}{
		{"the code is refused", refusing(400, "invalid_grant", 9002313), "", ""},
		{"so is a bare one", refusing(400, "invalid_grant", 0), "", ""},
		{"the secret is", refusing(401, "invalid_client", 7000215), outcome.SignInRefused, ReasonClientProof},
		{"the secret is, as Entra once said it", refusing(400, "invalid_grant", 7000222), outcome.SignInRefused, ReasonClientProof},
		{"no such client", refusing(400, "unauthorized_client", 700016), outcome.SignInRefused, ReasonAppRegistration},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, outcome.UpstreamUnavailable, ReasonSilent},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newProvider(t)
			p.Handle(liar.PathToken, test.handler)
			err := p.relyingParty().ProveClient(t.Context())
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refusal, _ := errors.AsType[*outcome.Error](err)
			if refusal == nil || refusal.Outcome != test.want || refusal.Reason != test.reason {
				t.Errorf("got %v, want %s: %s", err, test.want, test.reason)
			}
		})
	}
}

func TestAMadeUpCodeThatIsTakenIsNoProof(t *testing.T) {
	p := newProvider(t)
	p.Handle(liar.PathToken, func(w http.ResponseWriter, _ *http.Request) {
		p.Claims = liar.Set("nonce", "any")
		liar.Reply(w, http.StatusOK, p.TokenAnswer())
	})
	if err := p.relyingParty().ProveClient(t.Context()); err == nil {
		t.Error("taken for one")
	}
}

func TestWhoeverWatchesIsToldOfEachCall(t *testing.T) {
	p := newProvider(t)
	var told []string
	rp := p.relyingParty(func(c *Config) {
		c.Watch = func(ctx context.Context, call string) (context.Context, func(status int)) {
			return ctx, func(status int) { told = append(told, call+" "+http.StatusText(status)) }
		}
	})
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	p.Handle(liar.PathToken, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, _, err := redeem(t, rp); err == nil {
		t.Fatal("no trouble")
	}
	if got, want := strings.Join(told, ", "), "metadata OK, token OK, keys OK, token "; got != want {
		t.Errorf("told of %q, want %q", got, want)
	}
}
