package config

import (
	"fmt"
	"io"
	"strings"
)

// Usage writes the help of "fobdesk serve": every setting with its flag, variable and default.
func Usage(w io.Writer) error {
	const above = `Usage: fobdesk serve [flags]

Starts the portal. Every flag can be given as the variable beside it; a flag goes before the
variable. A secret is best kept out of both: give the file that holds it.

`
	_, err := io.WriteString(w, above+flagsOf((&draft{}).settings()))
	return err
}

// StoreUsage is the help of LoadStore's settings, to stand below that of a command's own flags.
func StoreUsage() string { return flagsOf((&draft{}).only(databaseURL, sessionKeys)) }

// DatabaseUsage is the help of LoadDatabase's setting.
func DatabaseUsage() string { return flagsOf((&draft{}).only(databaseURL)) }

// flagsOf is the help of these settings.
func flagsOf(table []setting) string {
	var b strings.Builder
	for _, s := range table {
		fmt.Fprintf(&b, "  --%s %s\n", flagName(s.variable()), s.metavar)
		if s.secret {
			file := s.variable() + fileSuffix
			fmt.Fprintf(&b, "  --%s FILE  (%s)\n", flagName(file), file)
		}
		fmt.Fprintf(&b, "        %s (%s; %s)\n", strings.ReplaceAll(s.help, "`", ""), s.variable(), s.otherwise())
	}
	return b.String()
}

// otherwise says in the help what holds where the setting is not given.
func (s setting) otherwise() string {
	switch {
	case s.def != "":
		return "default " + s.def
	case s.unset == "none":
		return "no default"
	}
	return s.unset
}
