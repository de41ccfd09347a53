package view

import "cmp"

// schemes are the colour schemes that the browser's own parts may take.
func (c Chrome) schemes() string { return cmp.Or(c.Theme, "light dark") }

// darkOn is the media query of the dark scheme, where light was not chosen. Paper is light.
func (c Chrome) darkOn() string {
	if c.Theme == "dark" {
		return "screen"
	}
	return "screen and (prefers-color-scheme: dark)"
}
