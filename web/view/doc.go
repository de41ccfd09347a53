// Package view is what a person sees: templ components, each with a props struct shaped like the
// page. Every choice is made before: a component asks for words by key and puts values in their
// place. It knows neither requests nor rules, so a page can be shown without a server.
//
// Layout wraps every page; field, notice, summary and button exist once.
package view
