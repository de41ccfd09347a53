// Package metrics owns the figures that Prometheus reads: their names, their labels and the page
// that shows them. What happens is told to it by those who wire the portal; it asks nobody but the
// database, when it is read.
//
// Its one invariant: the value of a label is one of few and never came from outside, so that no
// name, serial number or token is in it and nobody can make the figures grow without bounds. What
// is no known kind of value counts as "other".
package metrics
