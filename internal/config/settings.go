package config

import "fmt"

const (
	prefix     = "FOBDESK_" // of every variable
	required   = "required" // in setting.unset: the start stops without a value
	oneOfThree = "exactly one of the three"
)

// defaultAdminRoles are Authentication, Privileged Authentication and Global Administrator (Entra,
// "Microsoft Entra built-in roles").
const defaultAdminRoles = "c4e39bd9-1100-46d3-8c65-fb160da0071f,7be44c8a-adaf-4e2a-84d6-ab2649e08a13," +
	"62e90394-69f5-4237-9190-012177145e10"

// setting is a row of the table of settings.
type setting struct {
	name    string                   // the variable's name after the prefix; the flag's name comes from it
	def     string                   // the value where none is given
	unset   string                   // where def is empty: the words that stand for it in the help and the README
	metavar string                   // what stands for the value in the help
	help    string                   // one or two sentences; Markdown's code marks only
	secret  bool                     // its value is never shown, and may come from the file that X_FILE names
	parse   func(value string) error // refuses an empty value, too
}

// settings is the table: a row for each setting, in the order of the README. Each row parses into
// its field of the draft.
func (d *draft) settings() []setting {
	c := &d.Config
	return []setting{
		{name: "LISTEN", def: ":8080", metavar: "ADDRESS", parse: into(&c.Listen, parseListen),
			help: "Address the portal listens on."},
		{name: "METRICS_LISTEN", def: "127.0.0.1:9090", metavar: "ADDRESS", parse: into(&c.MetricsListen, parseListen),
			help: "Address of `/metrics` for Prometheus, which is never the portal's own."},
		{name: "BASE_URL", unset: required, metavar: "URL", parse: into(&c.BaseURL, parseBaseURL),
			help: "Public address of the portal, without a path; https, except on loopback."},
		{name: "TENANT_ID", unset: required, metavar: "ID", parse: into(&c.TenantID, parseTenantID),
			help: "The directory (tenant) ID of the app registration."},
		{name: "CLIENT_ID", unset: required, metavar: "ID", parse: into(&c.ClientID, parseID),
			help: "The application (client) ID of the app registration."},
		{name: "CLIENT_SECRET", unset: oneOfThree, metavar: "SECRET", secret: true,
			parse: into(&c.ClientSecret, parseClientSecret),
			help:  "A client secret of the app registration."},
		{name: "CLIENT_CERT_FILE", unset: oneOfThree, metavar: "FILE", parse: into(&c.ClientCert, d.readCertificate),
			help: "PEM file with an RSA key and its certificate, which is registered with the app."},
		{name: "FEDERATED_TOKEN_FILE", unset: oneOfThree, metavar: "FILE",
			parse: into(&c.FederatedTokenFile, d.tryFile),
			help:  "File in which the platform keeps a federated token; read at each use."},
		{name: "SELF_SCOPES", def: "UserAuthenticationMethod.ReadWrite", metavar: "SCOPES",
			parse: into(&c.SelfScopes, parseScopes),
			help: "Graph permissions asked of everyone, with spaces between. The cloud's Graph host is put in front; " +
				"`UserAuthMethod-HardwareOATH.ReadWrite` fits too."},
		{name: "ADMIN_SCOPES", def: "UserAuthenticationMethod.ReadWrite.All User.ReadBasic.All", metavar: "SCOPES",
			parse: into(&c.AdminScopes, parseScopes),
			help: "Graph permissions asked besides of admins, at their first visit to an admin page; " +
				"of nobody else."},
		{name: "INVENTORY_SCOPES", def: "Policy.Read.All", metavar: "SCOPES",
			parse: into(&c.InventoryScopes, parseScopes),
			help: "Graph permissions asked besides of an admin, when the tenant's list of fobs is first needed: " +
				"to find a fob, or to assign one without a code."},
		{name: "ADMIN_ROLES", def: defaultAdminRoles, metavar: "ROLES", parse: into(&c.AdminRoles, parseRoles),
			help: "Role template IDs, or names of app roles, that open the admin pages."},
		{name: "STEP_UP", def: "at-sign-in", metavar: "WHEN", parse: into(&c.StepUpAtSignIn, parseStepUp),
			help: "When fresh MFA is asked for: `at-sign-in` (and again once it is older than 8 minutes), " +
				"or `when-asked` (only when Graph refuses without it)."},
		{name: "CLOUD", def: "global", metavar: "NAME", parse: into(&d.cloud, parseCloud),
			help: "`global`, `usgov`, `usgovdod` or `china`."},
		{name: "ISSUER_URL", unset: "from the cloud", metavar: "URL", parse: into(&c.IssuerURL, parseIssuerURL),
			help: "OpenID Connect issuer, exactly as it names itself; https, except on loopback."},
		{name: "GRAPH_URL", unset: "from the cloud", metavar: "URL", parse: into(&c.GraphURL, parseGraphURL),
			help: "Microsoft Graph with the API version, such as `https://graph.microsoft.com/beta`; " +
				"https, except on loopback."},
		{name: "DATABASE_URL", def: "sqlite:fobdesk.db", metavar: "URL", secret: true,
			parse: into(&c.DatabaseURL, parseDatabaseURL),
			help: "`sqlite:PATH`; the file is made when it is not there. Or `postgres://USER@HOST/DATABASE`, " +
				"with the parameters of libpq, such as `?sslmode=verify-full`."},
		{name: "SESSION_KEYS", unset: required, metavar: "KEYS", secret: true,
			parse: into(&c.SessionKeys, parseSessionKeys),
			help:  "Base64 keys of 32 bytes, with commas between. The first encrypts, all decrypt."},
		{name: "SESSION_IDLE", def: "15m", metavar: "DURATION", parse: into(&c.SessionIdle, parseDuration),
			help: "A session ends when it is not used for this long."},
		{name: "SESSION_MAX", def: "8h", metavar: "DURATION", parse: into(&c.SessionMax, parseDuration),
			help: "A session ends this long after sign-in, used or not."},
		{name: "KIOSK_IDLE", def: "90s", metavar: "DURATION", parse: into(&c.KioskIdle, parseDuration),
			help: "A visit at a station ends when nobody touches it for this long."},
		{name: "KIOSK_MAX", def: "10m", metavar: "DURATION", parse: into(&c.KioskMax, parseDuration),
			help: "A visit at a station ends this long after sign-in, used or not."},
		{name: "TRUSTED_PROXIES", unset: "none", metavar: "NETWORKS", parse: into(&c.TrustedProxies, parseNetworks),
			help: "Networks (CIDR) of reverse proxies whose X-Forwarded-For is believed, with commas between."},
		{name: "ATTEMPTS", def: "5", metavar: "NUMBER", parse: into(&c.Attempts, parseCount),
			help: "Wrong codes allowed in the window, for a person and for a serial number."},
		{name: "ATTEMPTS_WINDOW", def: "15m", metavar: "DURATION", parse: into(&c.AttemptsWindow, parseDuration),
			help: "How long a wrong code counts. The window slides."},
		{name: "LOG_LEVEL", def: "info", metavar: "LEVEL", parse: into(&c.LogLevel, parseLogLevel),
			help: "`debug`, `info`, `warn` or `error`."},
		{name: "LOG_FORMAT", def: "json", metavar: "FORMAT", parse: into(&c.LogFormat, parseLogFormat),
			help: "`json` or `text`."},
		{name: "LANGUAGE", def: "en", metavar: "TAG", parse: into(&c.Language, parseLanguage),
			help: "Language where the browser asks for none that we have: the tag of one, such as `de`."},
		{name: "ORG_NAME", unset: "none", metavar: "NAME", parse: into(&c.OrgName, parseOrgName),
			help: "The organisation's name, shown on every page."},
		{name: "SUPPORT_URL", unset: "none", metavar: "URL", parse: into(&c.SupportURL, parseSupportURL),
			help: "https address where people get help."},
		{name: "SUPPORT_EMAIL", unset: "none", metavar: "ADDRESS", parse: into(&c.SupportEmail, parseEmail),
			help: "Mail address where people get help."},
		{name: "BRAND_COLOR", unset: "none", metavar: "COLOR", parse: into(&c.BrandColor, parseColor),
			help: "Accent colour as `#rrggbb`. It is made darker or lighter where words on it could not be read."},
		{name: "LOGO_FILE", unset: "none", metavar: "FILE", parse: into(&c.Logo, d.readLogo),
			help: "The organisation's logo, a PNG or a plain SVG of at most 64 kB."},
	}
}

// into parses a value with parse and keeps it in field.
func into[T any](field *T, parse func(string) (T, error)) func(string) error {
	return func(value string) error {
		parsed, err := parse(value)
		if err == nil {
			*field = parsed
		}
		return err
	}
}

// variable is the name of the setting's environment variable.
func (s setting) variable() string { return prefix + s.name }

// missing is the error where a required setting has no value. What parse says of an empty value
// is what it wants of any.
func (s setting) missing() error {
	return fmt.Errorf("%s: got nothing, %w", s.variable(), s.parse(""))
}

// wrong is the error where parse refused value: what it got, unless that is secret, and err, which
// says what is wanted.
func (s setting) wrong(value string, err error) error {
	if s.secret {
		return fmt.Errorf("%s: got a value that is not shown, %w", s.variable(), err)
	}
	return fmt.Errorf("%s: got %q, %w", s.variable(), value, err)
}
