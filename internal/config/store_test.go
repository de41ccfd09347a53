package config

import (
	"errors"
	"flag"
	"strings"
	"testing"
)

func TestLoadStoreNeedsTheDatabaseAndItsKeysAlone(t *testing.T) {
	env := map[string]string{"FOBDESK_SESSION_KEYS": someKey, "FOBDESK_SESSION_IDLE": "no duration"}
	set := flag.NewFlagSet("verify", flag.ContinueOnError)
	head := set.String("head", "", "")
	args := []string{"--head=5:ab", "--database-url-file=/run/url"}
	got, err := LoadStore(set, args, lookup(env), files(map[string]string{"/run/url": "sqlite:/data/fobdesk.db\n"}))
	if err != nil {
		t.Fatal(err)
	}
	if url := got.DatabaseURL.Reveal(); url != "sqlite:/data/fobdesk.db" {
		t.Errorf("the database is %q", url)
	}
	if keys := got.SessionKeys.Reveal(); len(keys) != 1 || len(keys[0]) != 32 {
		t.Errorf("%d keys, want 1 of 32 bytes", len(keys))
	}
	if *head != "5:ab" {
		t.Errorf("the command's own flag is %q", *head)
	}
}

func TestLoadStoreTellsWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{"nothing set", nil, nil, "FOBDESK_SESSION_KEYS: got nothing, want base64 keys"},
		{"no secret shown", map[string]string{"FOBDESK_DATABASE_URL": "mysql:" + plantedWord, "FOBDESK_SESSION_KEYS": plantedWord}, nil,
			"FOBDESK_SESSION_KEYS: got a value"},
		{"a setting that is not for it", map[string]string{"FOBDESK_SESSION_KEYS": someKey}, []string{"--base-url=x"}, "-base-url"},
		{"more than flags", map[string]string{"FOBDESK_SESSION_KEYS": someKey}, []string{"now"}, `got "now", want flags only`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := LoadStore(flag.NewFlagSet("", flag.ContinueOnError), test.args, lookup(test.env), files(nil))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), plantedWord) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	_, err := LoadStore(flag.NewFlagSet("", flag.ContinueOnError), []string{"--help"}, lookup(nil), files(nil))
	if !errors.Is(err, flag.ErrHelp) {
		t.Errorf("--help: %v", err)
	}
}

func TestLoadDatabaseNeedsNoKeys(t *testing.T) {
	got, err := LoadDatabase(flag.NewFlagSet("migrate", flag.ContinueOnError), []string{"--database-url=postgres://db"}, lookup(nil), files(nil))
	if err != nil || got.DatabaseURL.Reveal() != "postgres://db" {
		t.Errorf("got %v (%v)", got, err)
	}
	if help := DatabaseUsage(); !strings.Contains(help, "--database-url URL") || strings.Contains(help, "--session-keys") {
		t.Errorf("the help has another setting: %s", help)
	}
}

func TestTheHelpOfACommandNamesItsSettingsAlone(t *testing.T) {
	help := StoreUsage()
	for _, flag := range []string{"--database-url URL", "--session-keys KEYS", "--session-keys-file FILE"} {
		if !strings.Contains(help, flag) {
			t.Errorf("lacks %s", flag)
		}
	}
	if strings.Contains(help, "--session-idle") {
		t.Error("names a setting of serve alone")
	}
}
