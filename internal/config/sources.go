package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// fileSuffix ends the name of the variable, and of the flag, that names a secret's file.
const fileSuffix = "_FILE"

// sources are where a setting's value can come from.
type sources struct {
	flags map[string]string // by variable name, those that were given
	env   func(string) (string, bool)
	read  func(string) ([]byte, error)
}

// lookup answers the value of s and whether there is one: a flag goes before the environment, and
// within either both a secret and its file are one too many. An error is a whole line.
func (f sources) lookup(s setting) (value string, given bool, err error) {
	for _, get := range []func(string) string{f.fromFlags, f.fromEnv} {
		value, path := get(s.variable()), ""
		if s.secret {
			path = get(s.variable() + fileSuffix)
		}
		switch {
		case value != "" && path != "":
			return "", true, fmt.Errorf("%s: got it and %[1]s%s, want one of them", s.variable(), fileSuffix)
		case value != "":
			return value, true, nil
		case path != "":
			value, err := f.fromFile(s.variable()+fileSuffix, path)
			return value, true, err
		}
	}
	return "", false, nil
}

func (f sources) fromFlags(variable string) string { return f.flags[variable] }

func (f sources) fromEnv(variable string) string {
	value, _ := f.env(variable)
	return value
}

// fromFile reads a secret. The line break that editors and shells leave at the end is not part of it.
func (f sources) fromFile(variable, path string) (string, error) {
	b, err := readSome(f.read, path)
	if err != nil {
		return "", fmt.Errorf("%s: got %q, %w", variable, path, err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// readSome reads a file that must not be empty; its error says what is wanted.
func readSome(read func(string) ([]byte, error), path string) ([]byte, error) {
	if path == "" {
		return nil, errors.New("want the path of a file")
	}
	b, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("want a file that can be read: %w", err)
	}
	if strings.TrimSpace(string(b)) == "" {
		return nil, errors.New("want a file that is not empty")
	}
	return b, nil
}

// parseFlags answers the flags that args give, by the variable each stands for; flag.ErrHelp where
// help is asked for. The set may have flags of its own, and is told them. Flags of the table take
// every value as text, so that no value is in its errors.
func parseFlags(set *flag.FlagSet, table []setting, args []string) (map[string]string, error) {
	set.SetOutput(io.Discard)
	variables := map[string]string{}
	add := func(variable string) {
		variables[flagName(variable)] = variable
		set.String(flagName(variable), "", "")
	}
	for _, s := range table {
		add(s.variable())
		if s.secret {
			add(s.variable() + fileSuffix)
		}
	}
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	if set.NArg() > 0 {
		return nil, fmt.Errorf("got %q, want flags only", set.Arg(0))
	}
	given := map[string]string{}
	set.Visit(func(f *flag.Flag) {
		if variable, ours := variables[f.Name]; ours {
			given[variable] = f.Value.String()
		}
	})
	return given, nil
}

// flagName turns FOBDESK_BASE_URL into base-url.
func flagName(variable string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, prefix), "_", "-"))
}
