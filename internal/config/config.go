package config

import (
	"crypto/tls"
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"time"
)

// Config is every setting of the portal, parsed. Its fields are named after their variables.
type Config struct {
	Listen string // host:port; the host may be empty
	// MetricsListen is host:port, too; Prometheus reads the figures there.
	MetricsListen string
	BaseURL       string // an origin: scheme and host, lower case, no trailing slash, no default port

	TenantID string
	ClientID string
	// One of these three is how the portal proves itself to Entra; the others are zero.
	ClientSecret       Secret[string]
	ClientCert         Secret[tls.Certificate] // its key is RSA and belongs to the certificate
	FederatedTokenFile string                  // a path: the token is read at each use, for it rotates

	// Scopes have full names, the cloud's Graph host in front. Each set repeats the ones before it.
	SelfScopes      []string
	AdminScopes     []string
	InventoryScopes []string
	AdminRoles      []string // role template ids, in lower case, or names of app roles
	StepUpAtSignIn  bool     // ask for fresh MFA at sign-in, not only when Graph asks
	IssuerURL       string   // as given, or the cloud's; compared exactly, so nothing is cleaned
	GraphURL        string   // with the API's version, no trailing slash

	DatabaseURL    Secret[string]   // sqlite:PATH or postgres://…
	SessionKeys    Secret[[][]byte] // 32 bytes each; the first encrypts, all decrypt
	SessionIdle    time.Duration
	SessionMax     time.Duration
	KioskIdle      time.Duration // of a visit at a station, as is KioskMax
	KioskMax       time.Duration
	TrustedProxies []netip.Prefix // their X-Forwarded-For is believed; none by default
	Attempts       int            // wrong codes allowed in AttemptsWindow
	AttemptsWindow time.Duration

	LogLevel  slog.Level
	LogFormat string // "json" or "text"

	Language     string // a BCP 47 tag; whether there are words in it, the portal knows
	OrgName      string // empty where not set, as are the two below
	SupportURL   string
	SupportEmail string
	BrandColor   string // #rrggbb; empty where not set
	Logo         Logo
}

// Load reads every setting: a flag of args (the words after "serve") goes before the environment,
// a setting before the file that its X_FILE names. Read is how files are read (os.ReadFile), env
// how the environment is (os.LookupEnv); a variable that is set to nothing counts as not set.
//
// It answers a sound Config, flag.ErrHelp where args ask for help, or an error whose text is one
// line for each value that is wrong or missing, all at once; a secret's value is in none of them.
func Load(args []string, env func(string) (string, bool), read func(string) ([]byte, error)) (*Config, error) {
	d := &draft{read: read, found: map[string]bool{}}
	table := d.settings()
	flags, err := parseFlags(flag.NewFlagSet("serve", flag.ContinueOnError), table, args)
	if err != nil {
		return nil, err
	}
	err = d.fillAll(table, sources{flags: flags, env: env, read: read})
	if err := errors.Join(err, d.oneProof()); err != nil {
		return nil, err
	}
	d.derive()
	return &d.Config, nil
}

// draft is a Config in the making, and what is needed only while it is made.
type draft struct {
	Config
	cloud cloud
	read  func(string) ([]byte, error)
	found map[string]bool // the settings that were given a value, right or wrong
}

// fillAll fills each setting of the table into the draft and answers all that is wrong.
func (d *draft) fillAll(table []setting, from sources) error {
	var problems []error
	for _, s := range table {
		problems = append(problems, d.fill(s, from))
	}
	return errors.Join(problems...)
}

// fill finds the value of s and parses it into the draft.
func (d *draft) fill(s setting, from sources) error {
	value, given, err := from.lookup(s)
	if given {
		d.found[s.name] = true
	}
	switch {
	case err != nil:
		return err
	case !given && s.unset == required:
		return s.missing()
	case !given && s.def == "":
		return nil
	case !given:
		value = s.def
	}
	if err := s.parse(value); err != nil {
		return s.wrong(value, err)
	}
	return nil
}
