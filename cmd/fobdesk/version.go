package main

import (
	"fmt"
	"io"
	"runtime/debug"
)

// version prints what this program was built from, as the linker recorded it.
func version(stdout io.Writer) int {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	fmt.Fprintln(stdout, describe(info))
	return exitDone
}

// describe says the version, the commit and the Go version on one line. A tree that was changed
// after the commit is said to be modified.
func describe(info *debug.BuildInfo) string {
	version, commit := info.Main.Version, "unknown"
	if version == "" {
		version = "(devel)"
	}
	modified := ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			modified = " (modified)"
		}
	}
	return fmt.Sprintf("fobdesk %s, commit %s%s, %s", version, commit, modified, info.GoVersion)
}
