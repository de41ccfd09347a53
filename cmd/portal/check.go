package portal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"fobdesk/internal/config"
	"fobdesk/internal/entra"
	"fobdesk/internal/graph"
	"fobdesk/internal/outcome"
)

// trial is one thing that an operator wants to know before people come.
type trial struct {
	name string
	try  func(context.Context) (found string, err error)
	mend string // what helps, where the reason of a refusal does not tell nearer
	// follows says that it makes no sense once the one before that does not follow has failed.
	follows bool
}

// unknown is what can't be known from here, and what to look at instead.
type unknown struct{ why string }

func (u unknown) Error() string { return u.why }

// Check tries what the portal will need, writes a line for each trial, and reports whether nothing
// failed. It changes nothing and shows no secret.
func Check(ctx context.Context, cfg *config.Config, out io.Writer) bool {
	good, lead := true, true
	for _, t := range trials(cfg) { //nolint:contextcheck // calls bring their own
		if t.follows && !lead {
			fmt.Fprintf(out, "note %s: not tried\n", t.name)
			continue
		}
		found, err := t.try(ctx)
		_, open := errors.AsType[unknown](err)
		switch {
		case err == nil:
			fmt.Fprintf(out, "ok   %s: %s\n", t.name, found)
		case open:
			fmt.Fprintf(out, "note %s: %v\n", t.name, err)
		default:
			good = false
			fmt.Fprintf(out, "fail %s: %s — %s\n", t.name, wrong(err), mend(t, err))
		}
		if !t.follows {
			lead = err == nil || open
		}
	}
	return good
}

// trials are what is tried, in the order of a sign-in and of an act after it.
func trials(cfg *config.Config) []trial {
	quiet := slog.New(slog.DiscardHandler)
	client := graph.New(graph.Config{BaseURL: cfg.GraphURL, UserAgent: userAgent(), Log: quiet, Now: time.Now})
	all := []trial{{name: "client's key", try: readProof(cfg), mend: mends[entra.ReasonClientProof]}}
	if proof, err := clientProof(cfg); err == nil {
		rp := entra.New(entra.Config{
			Issuer: cfg.IssuerURL, TenantID: cfg.TenantID, ClientID: cfg.ClientID, Proof: proof,
			RedirectURI: cfg.BaseURL + "/auth/callback", Now: time.Now, Log: quiet,
		})
		all = append(all, entraTrials(cfg, rp)...)
	}
	all = append(all, graphTrials(cfg, client)...)
	return append(all, databaseTrials(cfg)...)
}

// wrong says what is wrong on one line. What the clients of Entra and Graph say is theirs and bounded.
func wrong(err error) string {
	text := err.Error()
	if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Err != nil {
		text = refusal.Err.Error()
	}
	return escape(fmt.Sprintf("%.400s", text))
}

// mend says how, by the reason of the refusal where it has one.
func mend(t trial, err error) string {
	if refusal, ok := errors.AsType[*outcome.Error](err); ok {
		if known, ok := mends[refusal.Reason]; ok {
			return known
		}
	}
	return t.mend
}

// mends say what an operator does about a reason of Entra's.
var mends = map[string]string{
	entra.ReasonClientProof: "at the app registration, Certificates & secrets: make a new secret, upload the certificate " +
		"or correct the federated credential, and give the portal the same",
	entra.ReasonAppRegistration: "compare FOBDESK_CLIENT_ID and FOBDESK_TENANT_ID with the overview of the app registration",
	entra.ReasonRedirectURI:     "add it at the app registration, Authentication, platform Web, letter for letter",
	entra.ReasonSilent:          "let this machine reach the issuer's host, by HTTPS_PROXY where there is a proxy",
	entra.ReasonBroken:          "compare FOBDESK_TENANT_ID, FOBDESK_CLOUD and FOBDESK_ISSUER_URL with the tenant",
}
