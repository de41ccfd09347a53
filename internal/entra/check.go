package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

// What an operator may want to know before anybody signs in. None of it needs a person, and none
// changes anything at the issuer.

// Discover fetches the issuer's metadata and checks it. Its error is an *outcome.Error.
func (rp *RelyingParty) Discover(ctx context.Context) error {
	_, err := rp.discover(ctx)
	return err
}

// Keys fetches the issuer's signing keys and returns how many there are.
func (rp *RelyingParty) Keys(ctx context.Context) (int, error) {
	issuer, err := rp.issuer(ctx)
	if err != nil {
		return 0, err
	}
	answer, err := rp.get(ctx, rp.keys, issuer.jwksURI)
	if err != nil {
		return 0, unavailable("fetch the signing keys", err)
	}
	defer func() { _ = answer.Body.Close() }()
	var set jose.JSONWebKeySet
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil || len(set.Keys) == 0 {
		return 0, unavailable("fetch the signing keys", brokenAnswer("an answer without keys"))
	}
	return len(set.Keys), nil
}

// Clock returns how far the issuer's clock is ahead of the portal's, to the second.
func (rp *RelyingParty) Clock(ctx context.Context) (time.Duration, error) {
	answer, err := rp.get(ctx, rp.documents, rp.config.Issuer+"/.well-known/openid-configuration")
	if err != nil {
		return 0, unavailable("ask for the time", err)
	}
	_ = answer.Body.Close()
	at, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return 0, unavailable("ask for the time", brokenAnswer("an answer without a date"))
	}
	return at.Sub(rp.now()).Round(time.Second), nil
}

func (rp *RelyingParty) get(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	return client.Do(request)
}

// ProveClient makes a token request that can't succeed, for its authorization code was made up here:
// an issuer that refuses the code has taken the client's proof. It answers nil then, and otherwise
// the *outcome.Error of a sign-in that fails for the same reason.
func (rp *RelyingParty) ProveClient(ctx context.Context) error {
	_, _, err := rp.Redeem(ctx, "made-up-to-try-the-client", oauth2.GenerateVerifier(), oauth2.GenerateVerifier())
	refused, ok := errors.AsType[*tokenError](err)
	if ok && refused.code == "invalid_grant" && reasonOf(refused.number, refused.code) != ReasonClientProof {
		return nil
	}
	return err // never nil: no ID token has the nonce, which was made up here too
}

// ErrUnknown says that something can't be known from here.
var ErrUnknown = errors.New("it can't be known from here")

// maxPage is how much of a page is searched, in bytes.
const maxPage = 256 << 10

// FindRedirectURI asks to sign in, with this redirect URI, without a page (prompt=none, OpenID Connect Core, section 3.1.2.1):
// an issuer that knows the redirect URI sends the refusal there, another one must not. It answers nil
// where the issuer does, an *outcome.Error where it says that the URI, or the client, is not
// registered, and ErrUnknown where it says neither.
func (rp *RelyingParty) FindRedirectURI(ctx context.Context, uri string) error {
	issuer, err := rp.issuer(ctx)
	if err != nil {
		return err
	}
	fresh := oauth2.GenerateVerifier
	asking := rp.oauth(issuer)
	asking.RedirectURL = uri
	answer, err := rp.get(ctx, newClient(watch(rp.network, "authorize", rp.config.Watch)), asking.AuthCodeURL(fresh(),
		oidc.Nonce(fresh()), oauth2.S256ChallengeOption(fresh()),
		oauth2.SetAuthURLParam("response_mode", "query"), oauth2.SetAuthURLParam("prompt", "none")))
	if err != nil {
		return unavailable("ask to sign in", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if to := answer.Header.Get("Location"); strings.HasPrefix(to, uri+"?") {
		return nil
	}
	page, err := io.ReadAll(io.LimitReader(answer.Body, maxPage))
	if err != nil {
		return unavailable("ask to sign in", err)
	}
	return pageRefusal(string(page))
}

// pageRefusal reads Entra's page of an error for the numbers that say what is not registered.
func pageRefusal(page string) error {
	for _, number := range []int{50011, 700016, 90002} {
		if strings.Contains(page, reference(number)) {
			refusal := refuse(reasonOf(number, ""), fmt.Errorf("the authorization endpoint answered %s", reference(number)))
			refusal.Reference = reference(number)
			return refusal
		}
	}
	return ErrUnknown
}
