// Package gallery is every page in every state that a person can meet, made of people and fobs that
// are nobody's, and a server that shows them to designers, translators and tests. The goldens of the
// pages, the checks in the browser and the demo use this one list. The portal's program holds none
// of it.
package gallery

import (
	"reflect"

	"github.com/a-h/templ"
)

// State is a page with what it was given.
type State struct {
	templ.Component
	Props any // the page's own, such as view.EnrolProps

	themed func(theme string) templ.Component
}

// of is the page with these props.
func of[P any](page func(P) templ.Component, props P) State {
	return State{Component: page(props), Props: props, themed: func(theme string) templ.Component {
		chosen := props
		reflect.ValueOf(&chosen).Elem().FieldByName("Theme").SetString(theme) // every page has a view.Chrome
		return page(chosen)
	}}
}

// In is the page as it is once the theme was chosen: "light", "dark", or "" for that of the device.
func (s State) In(theme string) templ.Component { return s.themed(theme) }
