package entra

import (
	"errors"
	"net/http"
	"strings"
	"testing"

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
		{"not registered", func(w http.ResponseWriter) { say(w, "<p>AADSTS50011: The redirect URI …") }, outcome.SignInRefused, reasonRedirectURI},
		{"no such client", func(w http.ResponseWriter) { say(w, "<p>AADSTS700016: Application …") }, outcome.SignInRefused, reasonAppRegistration},
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
