// Package message owns the words: every sentence a person reads stands in a catalogue, one JSON
// file a language, which a writer can edit without touching code. A value is a sentence with
// {name} in the place of a value, or, where a number decides, an object of CLDR plural categories
// ("one", "few", "other", …) chosen by {count}.
//
// It also turns an outcome into words (Refusal, FieldErrors, Problem) and a moment into a date. It
// decides nothing and escapes nothing: placing the text safely is the page's work. Its one
// invariant: a key without words shows as ⟦key⟧, never as nothing.
package message
