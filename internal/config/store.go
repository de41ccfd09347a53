package config

import (
	"flag"
	"slices"
)

// Store is what a command needs that works on the database and on nothing else.
type Store struct {
	DatabaseURL Secret[string]   // as in Config, as is the field below
	SessionKeys Secret[[][]byte] // they open the key of the audit trail
}

// Names of the settings of Store.
const (
	databaseURL = "DATABASE_URL"
	sessionKeys = "SESSION_KEYS"
)

// only returns the rows of the table with these names.
func (d *draft) only(names ...string) []setting {
	return slices.DeleteFunc(d.settings(), func(s setting) bool { return !slices.Contains(names, s.name) })
}

// LoadStore reads the settings of Store as Load reads all of them, and the command's own flags,
// which set has already.
func LoadStore(set *flag.FlagSet, args []string, env func(string) (string, bool), read func(string) ([]byte, error)) (*Store, error) {
	return loadStore(set, args, env, read, databaseURL, sessionKeys)
}

// LoadDatabase is LoadStore for a command that does without the session keys.
func LoadDatabase(set *flag.FlagSet, args []string, env func(string) (string, bool), read func(string) ([]byte, error)) (*Store, error) {
	return loadStore(set, args, env, read, databaseURL)
}

func loadStore(
	set *flag.FlagSet, args []string, env func(string) (string, bool), read func(string) ([]byte, error), names ...string,
) (*Store, error) {
	d := &draft{read: read, found: map[string]bool{}}
	table := d.only(names...)
	flags, err := parseFlags(set, table, args)
	if err != nil {
		return nil, err
	}
	if err := d.fillAll(table, sources{flags: flags, env: env, read: read}); err != nil {
		return nil, err
	}
	return &Store{DatabaseURL: d.DatabaseURL, SessionKeys: d.SessionKeys}, nil
}
