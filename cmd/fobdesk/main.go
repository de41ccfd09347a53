// Command fobdesk is the portal where people enrol their hardware OATH fobs at Microsoft Entra.
// It has a file for each subcommand and leaves the wiring to package portal, which it shares with
// the demo. It holds nothing simulated.
package main

import (
	"fmt"
	"io"
	"os"
)

const usage = `Usage: fobdesk <command>

  serve     start the portal; fobdesk serve --help lists its settings
  check     try the settings against Entra, Graph and the database, and say how to mend what is wrong
  migrate   make the database's tables or bring them up to date; fobdesk migrate --help tells when
  audit     prove the audit trail unbroken, export it, drop old rows; fobdesk audit --help tells how
  health    ask the portal on this machine whether it lives
  version   print the version, the commit and the Go version
  help      print this
`

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // the command line or a setting is wrong; trying again does not help
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs the command that args name and answers the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	command := "help"
	if len(args) > 0 {
		command = args[0]
	}
	switch command {
	case "serve":
		return serve(args[1:], stdout, stderr)
	case "check":
		return check(args[1:], stdout, stderr)
	case "migrate":
		return migrate(args[1:], stdout, stderr)
	case "audit":
		return auditTrail(args[1:], stdout, stderr)
	case "health":
		return health(args[1:], stdout, stderr)
	case "version", "--version":
		return version(stdout)
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return exitDone
	}
	fmt.Fprintf(stderr, "fobdesk: got %q, want a command\n\n%s", command, usage)
	return exitUsage
}
