// Package static is what a browser downloads as it is: style sheets, scripts, pictures, and what
// others wrote, built into dist/. It owns their addresses: each carries a hash of its content, so
// that a copy may be kept for ever and a new one is fetched at once.
//
// The style sheets lie in css/, one for each component, and are served as one, app.css, with
// others for what only admins see, admin.css, for the dark, dark.css, and for stations, kiosk.css.
// The scripts in js/ are modules, each of which improves one thing, and are served likewise: app.js,
// admin.js, kiosk.js, and by themselves those that are fetched only when they are needed.
// Without dist/ built the portal still works: URL answers "" for what is not there and the page leaves
// it out.
package static

import (
	"embed"
	"sync"
)

//go:embed css js img all:dist
var files embed.FS

// Prefix is the path below which Handler serves.
const Prefix = "/static/"

// loaded reads the files once; they are part of the program, so a flaw in one is a flaw of the
// build and stops the first use.
var loaded = sync.OnceValue(func() library {
	l, err := load(files)
	if err != nil {
		panic(err)
	}
	return l
})

// URL returns the path of an asset by its name, such as "app.css" or "app.js", with the hash of
// its content in it; "" where there is no such asset.
func URL(name string) string { return loaded().paths[name] }
