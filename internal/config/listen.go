package config

import (
	"flag"
	"slices"
)

// listenSettings is the row of the table that LoadListen reads.
func (d *draft) listenSettings() []setting {
	return slices.DeleteFunc(d.settings(), func(s setting) bool { return s.name != "LISTEN" })
}

// LoadListen reads the address that the portal listens on, and no other setting, as Load reads all
// of them.
func LoadListen(args []string, env func(string) (string, bool), read func(string) ([]byte, error)) (string, error) {
	d := &draft{read: read, found: map[string]bool{}}
	table := d.listenSettings()
	flags, err := parseFlags(flag.NewFlagSet("health", flag.ContinueOnError), table, args)
	if err != nil {
		return "", err
	}
	if err := d.fillAll(table, sources{flags: flags, env: env, read: read}); err != nil {
		return "", err
	}
	return d.Listen, nil
}

// ListenUsage is the help of LoadListen's setting.
func ListenUsage() string { return flagsOf((&draft{}).listenSettings()) }
