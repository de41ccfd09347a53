package entra

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"golang.org/x/oauth2"

	"fobdesk/internal/outcome"
)

// refuse is the refusal of a sign-in.
func refuse(reason string, err error) *outcome.Error {
	return &outcome.Error{Outcome: outcome.SignInRefused, Reason: reason, Err: err}
}

// unavailable is what becomes of a call that gave nothing usable. The errors of x/oauth2, go-oidc
// and net/http may quote the answer, so none of them is wrapped as it is.
func unavailable(what string, err error) *outcome.Error {
	reason, cause := diagnose(err)
	return &outcome.Error{
		Outcome: outcome.UpstreamUnavailable, Reason: reason, Err: fmt.Errorf("%s: %w", what, cause),
	}
}

// diagnose tells an issuer that gave no answer from one that gave a useless one, and answers a
// cause that holds nothing of the answer.
func diagnose(err error) (reason string, cause error) {
	if broken, ok := errors.AsType[brokenAnswer](err); ok {
		return ReasonBroken, broken
	}
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return ReasonBroken, certificate
	}
	if errors.Is(err, context.Canceled) {
		return ReasonSilent, context.Canceled
	}
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		return ReasonSilent, errors.New("no answer in time")
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		return ReasonSilent, name
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return ReasonSilent, network
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ReasonSilent, errors.New("connection cut")
	}
	return ReasonBroken, errors.New("an answer that cannot be read")
}

// tokenError is a refusal of the token endpoint (RFC 6749, section 5.2), without its texts.
type tokenError struct {
	code   string // the OAuth error code
	number int    // the AADSTS number, 0 for none
	claims string // a claims challenge within bounds, "" for none
}

// Error says what is known to be safe to say.
func (e *tokenError) Error() string {
	return "token endpoint answered " + describeCode(e.code, e.number)
}

// refusalOf turns the error of a token request into a tokenError, or into the outcome.Error of a
// call that gave nothing usable: no answer, 429, 5xx, not JSON, no error code.
func refusalOf(what string, err error) (*tokenError, *outcome.Error) {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return nil, unavailable(what, err)
	}
	refused := readTokenError(answer)
	status := answer.Response.StatusCode
	if status < 400 || status > 499 || status == http.StatusTooManyRequests || refused.code == "" {
		broken := unavailable(what, brokenAnswer(fmt.Sprintf("status %d", status)))
		broken.Reference = reference(refused.number)
		return nil, broken
	}
	return refused, nil
}

// readTokenError reads the body of a refusal. The number in error_codes counts before one in the
// description.
func readTokenError(answer *oauth2.RetrieveError) *tokenError {
	var body struct {
		Codes  []int  `json:"error_codes"`
		Claims string `json:"claims"`
	}
	refused := &tokenError{code: answer.ErrorCode, number: parseAADSTS(answer.ErrorDescription)}
	if json.Unmarshal(answer.Body, &body) != nil {
		return refused
	}
	for _, number := range body.Codes {
		if parsed := parseAADSTS(reference(number)); parsed != 0 {
			refused.number = parsed
			break
		}
	}
	if _, err := parseObject(body.Claims); err == nil {
		refused.claims = body.Claims
	}
	return refused
}

// redeemRefusal is what becomes of an authorization code that was not redeemed.
func redeemRefusal(err error) *outcome.Error {
	const what = "redeem the authorization code"
	refused, broken := refusalOf(what, err)
	if broken != nil {
		return broken
	}
	refusal := refuse(reasonOf(refused.number, refused.code), fmt.Errorf("%s: %w", what, refused))
	refusal.Reference, refusal.Claims = reference(refused.number), refused.claims
	return refusal
}

// refreshRefusal is what becomes of a refresh token that was not redeemed: the person has to sign
// in again if the issuer says so. Anything else (the client's proof, a bad moment) is not the
// person's to mend, so the session is left alone.
func refreshRefusal(err error) *outcome.Error {
	const what = "refresh the access token"
	refused, broken := refusalOf(what, err)
	if broken != nil {
		return broken
	}
	reason := reasonOf(refused.number, refused.code)
	refusal := &outcome.Error{
		Outcome: outcome.UpstreamUnavailable, Reason: reason, Reference: reference(refused.number),
		Claims: refused.claims, Err: fmt.Errorf("%s: %w", what, refused),
	}
	if endsSession(refused.code) && reason != reasonTryAgain {
		refusal.Outcome = outcome.SignedOut
		if reason == reasonCodeUsed { // there was no code
			refusal.Reason = reasonSessionExpired
		}
	}
	return refusal
}

// endsSession lists the error codes after which only a new sign-in helps.
func endsSession(code string) bool {
	switch code {
	case "invalid_grant", "interaction_required", "login_required", "consent_required":
		return true
	}
	return false
}
