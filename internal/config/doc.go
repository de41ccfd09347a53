// Package config reads the portal's settings from flags, the environment and files, once, at the
// start. One table holds a row for each setting (settings.go); the flags, the help and the
// README's table come from it.
//
// It parses and checks, and opens nothing: databases, listeners and providers are left to whoever
// is given the Config. Its one invariant: a Config that exists is sound, and no secret in it, nor
// any error of this package, shows a secret's value.
package config
