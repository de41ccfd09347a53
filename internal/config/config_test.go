package config

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"log/slog"
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	someKey     = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" // the bytes 0 to 31
	otherKey    = "_____________________________________________"
	plantedWord = "hunter2-planted"
)

// enough is the least that a portal can be started with.
var enough = map[string]string{
	"FOBDESK_BASE_URL":      "https://fobs.example.org",
	"FOBDESK_TENANT_ID":     "11111111-2222-3333-4444-555555555555",
	"FOBDESK_CLIENT_ID":     "66666666-7777-8888-9999-aaaaaaaaaaaa",
	"FOBDESK_CLIENT_SECRET": plantedWord,
	"FOBDESK_SESSION_KEYS":  someKey,
}

// load runs Load in an environment that is enough and then changed; an empty change unsets.
func load(t *testing.T, change map[string]string, args ...string) (*Config, error) {
	t.Helper()
	env := maps.Clone(enough)
	maps.Copy(env, change)
	return Load(args, lookup(env), files(nil))
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

func files(content map[string]string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if text, ok := content[path]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
}

func TestDefaultsAreThoseOfTheTable(t *testing.T) {
	got, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if secret := got.ClientSecret.Reveal(); secret != plantedWord {
		t.Errorf("client secret is %q", secret)
	}
	keys := got.SessionKeys.Reveal()
	if len(keys) != 1 || len(keys[0]) != 32 || keys[0][31] != 31 {
		t.Errorf("session keys are %x", keys)
	}
	if url := got.DatabaseURL.Reveal(); url != "sqlite:fobdesk.db" {
		t.Errorf("database URL is %q", url)
	}
	const graph = "https://graph.microsoft.com/"
	want := &Config{
		Listen: ":8080", MetricsListen: "127.0.0.1:9090",
		BaseURL:    "https://fobs.example.org",
		TenantID:   "11111111-2222-3333-4444-555555555555",
		ClientID:   "66666666-7777-8888-9999-aaaaaaaaaaaa",
		SelfScopes: []string{graph + "UserAuthenticationMethod.ReadWrite"},
		AdminScopes: []string{
			graph + "UserAuthenticationMethod.ReadWrite", graph + "UserAuthenticationMethod.ReadWrite.All",
			graph + "User.ReadBasic.All",
		},
		InventoryScopes: []string{
			graph + "UserAuthenticationMethod.ReadWrite", graph + "UserAuthenticationMethod.ReadWrite.All",
			graph + "User.ReadBasic.All", graph + "Policy.Read.All",
		},
		AdminRoles: []string{
			"c4e39bd9-1100-46d3-8c65-fb160da0071f", "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
			"62e90394-69f5-4237-9190-012177145e10",
		},
		StepUpAtSignIn: true,
		IssuerURL:      "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
		GraphURL:       "https://graph.microsoft.com/beta",
		SessionIdle:    15 * time.Minute,
		SessionMax:     8 * time.Hour,
		KioskIdle:      90 * time.Second,
		KioskMax:       10 * time.Minute,
		Attempts:       5,
		AttemptsWindow: 15 * time.Minute,
		LogLevel:       slog.LevelInfo,
		LogFormat:      "json",
		Language:       "en",
	}
	if diff := cmp.Diff(want, got, exact()...); diff != "" {
		t.Error(diff)
	}
}

// exact leaves secrets out and compares networks by value.
func exact() []cmp.Option {
	secret := func(p cmp.Path) bool { return strings.HasPrefix(p.Last().Type().String(), "config.Secret[") }
	return []cmp.Option{
		cmp.FilterPath(secret, cmp.Ignore()),
		cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	}
}

func TestAValueComesFromTheFirstSourceThatHasIt(t *testing.T) {
	content := map[string]string{"/run/secret": "from-file\r\n"}
	for _, test := range []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{"a flag goes before the environment", nil, []string{"--client-secret=from-flag"}, "from-flag"},
		{"the environment is read", nil, nil, plantedWord},
		{
			"a file is read where the variable is empty, and its last line break dropped",
			map[string]string{"FOBDESK_CLIENT_SECRET": "", "FOBDESK_CLIENT_SECRET_FILE": "/run/secret"}, nil,
			"from-file",
		},
		{"a flag can name the file", nil, []string{"--client-secret-file", "/run/secret"}, "from-file"},
		{
			"a flag goes before the file of the environment",
			map[string]string{"FOBDESK_CLIENT_SECRET": "", "FOBDESK_CLIENT_SECRET_FILE": "/nowhere"},
			[]string{"--client-secret=from-flag"}, "from-flag",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := maps.Clone(enough)
			maps.Copy(env, test.env)
			c, err := Load(test.args, lookup(env), files(content))
			if err != nil {
				t.Fatal(err)
			}
			if got := c.ClientSecret.Reveal(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRST05AWrongSettingIsOneLine(t *testing.T) {
	for _, test := range []struct{ variable, value, want string }{
		{"SESSION_IDLE", "15", `got "15", want a duration such as 15m`},
		{"SESSION_IDLE", "-1m", `got "-1m", want a duration such as 15m`},
		{"SESSION_MAX", "0s", `got "0s", want a duration such as 15m`},
		{"ATTEMPTS", "0", `got "0", want a whole number from 1`},
		{"LISTEN", "8080", `got "8080", want an address such as :8080 or 127.0.0.1:8080`},
		{"LISTEN", ":99999", `got ":99999", want an address`},
		{"BASE_URL", "", "got nothing, want an https URL without a path"},
		{"BASE_URL", "http://fobs.example.org", "want an https URL"},
		{"BASE_URL", "https://example.org/fobs", "want an https URL without a path"},
		{"BASE_URL", "https://example.org?a=b", "want an https URL without a path"},
		{"BASE_URL", "https://example.org#a", "want an https URL without a path"},
		{"BASE_URL", "https://föbs.example.org", "want an https URL without a path"},
		{"BASE_URL", "fobs.example.org", "want an https URL without a path"},
		{"BASE_URL", "http://localhost.example.org", "want an https URL"},
		{"TENANT_ID", "", "got nothing, want the directory (tenant) ID"},
		{"TENANT_ID", "common", "want the directory (tenant) ID"},
		{"TENANT_ID", "contoso.onmicrosoft.com", "not a domain name"},
		{"CLIENT_ID", "Fob desk", "want the application (client) ID"},
		{"CLOUD", "moon", "want global, usgov, usgovdod or china"},
		{"STEP_UP", "never", "want at-sign-in or when-asked"},
		{"ISSUER_URL", "http://login.example.org/v2.0", "want an https URL"},
		{"ISSUER_URL", "https://login.example.org/v2.0?p=1", "want an https URL"},
		{"GRAPH_URL", "https://graph.microsoft.com", "want an https URL with the API version"},
		{"TRUSTED_PROXIES", "10.0.0.1", "want networks such as 10.0.0.0/8"},
		{"TRUSTED_PROXIES", "10.0.0.1/8", "want networks such as 10.0.0.0/8"},
		{"TRUSTED_PROXIES", "10.0.0.0/8,", "want networks such as 10.0.0.0/8"},
		{"TRUSTED_PROXIES", "::ffff:10.0.0.0/104", "want networks such as 10.0.0.0/8"},
		{"SELF_SCOPES", "User.Read,\x01", "want Graph permissions with spaces between"},
		{"ADMIN_SCOPES", " ", "want Graph permissions with spaces between"},
		{"INVENTORY_SCOPES", "Policy.Read.All\"", "want Graph permissions with spaces between"},
		{"ADMIN_ROLES", "a,,b", "want role template IDs or names of app roles with commas between"},
		{"ADMIN_ROLES", "Fob Admins", "want role template IDs"},
		{"ADMIN_ROLES", strings.Repeat("r", 121), "want role template IDs"},
		{"LOG_LEVEL", "loud", "want debug, info, warn or error"},
		{"LOG_FORMAT", "xml", "want json or text"},
		{"SUPPORT_URL", "http://help.example.org", "want an https URL"},
		{"SUPPORT_URL", "mailto:help@example.org", "want an https URL"},
		{"SUPPORT_EMAIL", "Help <help@example.org>", "want a mail address"},
		{"LANGUAGE", "english, german", "want a language such as en or pt"},
		{"LANGUAGE", "und", "want a language"},
		{"ORG_NAME", "a\nb", `got "a\nb", want a name`},
		{"ORG_NAME", strings.Repeat("ش", 200), "want a name of at most 100 characters"},
		{"ORG_NAME", strings.Repeat("a", 101), "want a name of at most 100 characters"},
		{"BRAND_COLOR", "teal", `got "teal", want a colour such as #0b5c67`},
		{"BRAND_COLOR", "#0b5c6", "want a colour such as"},
		{"LOGO_FILE", "no such file", "want a file that can be read"},
	} {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			_, err := load(t, map[string]string{prefix + test.variable: test.value})
			if err == nil {
				t.Fatal("was taken")
			}
			line := err.Error()
			if !strings.HasPrefix(line, prefix+test.variable+": ") || !strings.Contains(line, test.want) {
				t.Errorf("got %q, want it to say %q", line, test.want)
			}
			if strings.Contains(line, "\n") {
				t.Errorf("more than one line: %q", line)
			}
		})
	}
}

func TestRST05AllWrongSettingsAreToldAtOnce(t *testing.T) {
	_, err := Load([]string{"--session-idle=15", "--log-level=loud"}, lookup(nil), files(nil))
	if err == nil {
		t.Fatal("was taken")
	}
	var got []string
	for line := range strings.Lines(err.Error()) {
		name, _, _ := strings.Cut(line, ":")
		got = append(got, strings.TrimPrefix(name, prefix))
	}
	want := []string{"BASE_URL", "TENANT_ID", "CLIENT_ID", "SESSION_KEYS", "SESSION_IDLE", "LOG_LEVEL", "CLIENT_SECRET"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFlagsThatAreNotKnownStopTheStart(t *testing.T) {
	for _, args := range [][]string{{"--sesion-idle=1m"}, {"serve"}, {"--base-url"}} {
		if _, err := load(t, nil, args...); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
	if _, err := load(t, nil, "--help"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("--help: got %v", err)
	}
}

func TestASecretIsInNoError(t *testing.T) {
	for name, change := range map[string]map[string]string{
		"a key that is no key":     {"FOBDESK_SESSION_KEYS": plantedWord},
		"a key that is too short":  {"FOBDESK_SESSION_KEYS": "aHVudGVyMi1wbGFudGVk"},
		"a secret and its file":    {"FOBDESK_CLIENT_SECRET_FILE": "/run/secret"},
		"a secret of two lines":    {"FOBDESK_CLIENT_SECRET": plantedWord + "\n" + plantedWord},
		"two databases":            {"FOBDESK_DATABASE_URL": plantedWord, "FOBDESK_DATABASE_URL_FILE": "/run/keys"},
		"two ways of proving":      {"FOBDESK_FEDERATED_TOKEN_FILE": "/run/token"},
		"a file that is not there": {"FOBDESK_SESSION_KEYS": "", "FOBDESK_SESSION_KEYS_FILE": "/run/keys"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, change)
			if err == nil {
				t.Fatal("was taken")
			}
			if text := err.Error(); strings.Contains(text, plantedWord) || strings.Contains(text, "aHVud") {
				t.Errorf("shows the secret: %s", text)
			}
		})
	}
}

func TestADatabaseIsTheStoresToJudge(t *testing.T) {
	for _, url := range []string{"postgres://fobdesk@db/fobdesk?sslmode=verify-full", "mysql://db"} {
		c, err := load(t, map[string]string{"FOBDESK_DATABASE_URL": url})
		if err != nil || c.DatabaseURL.Reveal() != url {
			t.Errorf("%s: got %v", url, err)
		}
	}
}

func TestTrustedProxiesAreNetworks(t *testing.T) {
	c, err := load(t, map[string]string{"FOBDESK_TRUSTED_PROXIES": "10.0.0.0/8, 2001:db8::/32"})
	if err != nil {
		t.Fatal(err)
	}
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	if diff := cmp.Diff(want, c.TrustedProxies, exact()...); diff != "" {
		t.Error(diff)
	}
}

func TestSES09TheFirstKeyStaysFirst(t *testing.T) {
	c, err := load(t, map[string]string{"FOBDESK_SESSION_KEYS": someKey + ", " + otherKey[:43]})
	if err != nil {
		t.Fatal(err)
	}
	keys := c.SessionKeys.Reveal()
	if len(keys) != 2 || keys[0][1] != 1 || !bytes.Equal(keys[1], bytes.Repeat([]byte{0xff}, 32)) {
		t.Errorf("got %x", keys)
	}
}
