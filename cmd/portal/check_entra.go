package portal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fobdesk/internal/config"
	"fobdesk/internal/entra"
	"fobdesk/internal/graph"
)

const (
	// maxSkew is how far two clocks may be apart; at five minutes sign-ins fail.
	maxSkew = time.Minute
	// soon is when a certificate that ends is worth a failure.
	soon = 14 * 24 * time.Hour
)

const mendClock = "let this machine's clock follow a time server (NTP)"

// readProof looks at the client's key or secret itself, before anybody is asked.
func readProof(cfg *config.Config) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		if _, err := clientProof(cfg); err != nil {
			return "", err
		}
		leaf := cfg.ClientCert.Reveal().Leaf
		switch {
		case cfg.FederatedTokenFile != "":
			return "a federated token, read at each use", nil
		case leaf == nil:
			return "a client secret; Entra alone knows when it ends", nil
		case time.Until(leaf.NotAfter) < soon:
			return "", fmt.Errorf("the certificate ends on %s", leaf.NotAfter.UTC().Format(time.DateOnly))
		}
		return "a certificate that ends on " + leaf.NotAfter.UTC().Format(time.DateOnly), nil
	}
}

func entraTrials(cfg *config.Config, rp *entra.RelyingParty) []trial {
	all := []trial{
		{name: "discovery", mend: mends[entra.ReasonBroken], try: func(ctx context.Context) (string, error) {
			return cfg.IssuerURL + " names itself so", rp.Discover(ctx)
		}},
		{name: "signing keys", mend: mends[entra.ReasonBroken], follows: true, try: func(ctx context.Context) (string, error) {
			keys, err := rp.Keys(ctx)
			return fmt.Sprintf("%d of Entra's", keys), err
		}},
		{name: "clock of Entra", mend: mendClock, follows: true, try: func(ctx context.Context) (string, error) {
			return apart(rp.Clock(ctx))
		}},
		{name: "client proof", mend: mends[entra.ReasonClientProof], follows: true, try: func(ctx context.Context) (string, error) {
			return "Entra takes it", rp.ProveClient(ctx)
		}},
	}
	for _, path := range []string{"/auth/callback", "/", "/kiosk"} {
		uri := cfg.BaseURL + path
		all = append(all, trial{
			name: "redirect URI " + uri, mend: mends[entra.ReasonRedirectURI], follows: true,
			try: func(ctx context.Context) (string, error) {
				err := rp.FindRedirectURI(ctx, uri)
				if errors.Is(err, entra.ErrUnknown) {
					err = unknown{err.Error() + "; look whether the app registration lists it, letter for letter"}
				}
				return "registered", err
			},
		})
	}
	return all
}

func graphTrials(cfg *config.Config, client *graph.Client) []trial {
	var ahead time.Duration
	return []trial{
		{name: "Graph", mend: "let this machine reach Graph's host, by HTTPS_PROXY where there is a proxy, " +
			"and compare FOBDESK_GRAPH_URL and FOBDESK_CLOUD with the tenant", try: func(ctx context.Context) (string, error) {
			var err error
			ahead, err = client.Reach(ctx)
			return cfg.GraphURL + " answers", err
		}},
		{name: "clock of Graph", mend: mendClock, follows: true, try: func(context.Context) (string, error) {
			return apart(ahead, nil)
		}},
		{name: "cloud", try: func(context.Context) (string, error) {
			if !strings.HasPrefix(cfg.SelfScopes[0], "https://graph.microsoft.com/") {
				return "", unknown{"Graph does not publish the hardware OATH methods outside the global cloud: they may not be there"}
			}
			return "the global one, for which Graph publishes the hardware OATH methods (beta)", nil
		}},
		{name: "permissions at Graph", try: func(context.Context) (string, error) {
			return "", unknown{"they show once somebody signs in; the app registration must list, with admin consent, " +
				strings.Join(short(cfg.InventoryScopes), ", ")}
		}},
	}
}

// apart judges how far a clock is ahead of ours.
func apart(ahead time.Duration, err error) (string, error) {
	switch {
	case err != nil:
		return "", err
	case ahead.Abs() > maxSkew:
		return "", fmt.Errorf("it is %s from ours", ahead)
	}
	return fmt.Sprintf("%s from ours", ahead), nil
}

// short are scopes without the host in front.
func short(scopes []string) []string {
	names := make([]string, len(scopes))
	for i, scope := range scopes {
		names[i] = scope[strings.LastIndexByte(scope, '/')+1:]
	}
	return names
}
