package view

import (
	"cmp"

	"github.com/a-h/templ"
)

// schemes are the colour schemes that the browser's own parts may take.
func (c Chrome) schemes() string { return cmp.Or(c.Theme, "light dark") }

// darkOn is the media query of the dark scheme, where light was not chosen. Paper is light.
func (c Chrome) darkOn() string {
	if c.Theme == "dark" {
		return "screen"
	}
	return "screen and (prefers-color-scheme: dark)"
}

// keeping is c on a page that has a KeptForm, or has not.
func (c Chrome) keeping(has bool) Chrome {
	c.keeps = has
	return c
}

// along makes a button of a switch send the page's KeptForm with it, where there is one.
func (c Chrome) along(path string) templ.Attributes {
	if !c.keeps {
		return nil
	}
	return templ.Attributes{"form": KeptForm, "formaction": path}
}
