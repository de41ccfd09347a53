package message

import (
	"context"
	"strings"

	"fobdesk/internal/outcome"
)

// Words is what a page says of an outcome.
type Words struct {
	Title string
	Text  []string // a paragraph each: what it means, and whose turn it is
	Next  string   // the one next step; empty where the text or a field's error says it
}

// FieldError is what is wrong with one field, in words.
type FieldError struct {
	Name string // the form's field name
	Text string
}

// Refusal returns the words of what came of a request, refused or done: those of its reason where
// it has some, else the outcome's general ones, for each part apart.
func Refusal(ctx context.Context, refusal *outcome.Error) Words {
	wait := howLong(ctx, refusal.RetryAfter)
	w := Words{Title: Text(ctx, key(refusal, "title"))}
	if k := key(refusal, "text"); Has(k) {
		w.Text = paragraphs(Text(ctx, k, "wait", wait))
	}
	if k := key(refusal, "next"); Has(k) {
		w.Next = Text(ctx, k, "wait", wait)
	}
	return w
}

// Problem returns the words of a fault that is no outcome: "general" (ours, whatever it was),
// "bad_request", "method_not_allowed",
// "too_large", "too_many_requests" or "unsupported_media".
func Problem(ctx context.Context, name string) Words {
	prefix := "problem." + name + "."
	return Words{
		Title: Text(ctx, prefix+"title"),
		Text:  paragraphs(Text(ctx, prefix+"text")),
		Next:  Text(ctx, prefix+"next"),
	}
}

// FieldErrors returns what is wrong with which field: each flaw of an InvalidInput in the order
// of the form, or the one field that the outcome is about; none where it is about no field.
func FieldErrors(ctx context.Context, refusal *outcome.Error) []FieldError {
	if name, ok := fieldOf[refusal.Outcome]; ok {
		return []FieldError{{Name: name, Text: Text(ctx, key(refusal, "field"))}}
	}
	errs := make([]FieldError, 0, len(refusal.Fields))
	for _, f := range refusal.Fields {
		words := "field." + f.Name + "." + f.Flaw
		if !Has(words) { // of a hidden field, which nobody typed into
			words = "field.unreadable"
		}
		errs = append(errs, FieldError{Name: f.Name, Text: Text(ctx, words)})
	}
	return errs
}

// fieldOf names the field beside which an outcome is told.
var fieldOf = map[outcome.Outcome]string{
	outcome.WrongCode:       "verificationCode",
	outcome.UnknownSerial:   "serialNumber",
	outcome.AssignedToOther: "serialNumber",
}

// key returns the key of a part of the words: those of the reason where there are some, else the
// general ones. A reason may narrow in steps, such as "others.policy": each step that has no words
// of its own falls back to the one before it.
func key(refusal *outcome.Error, part string) string {
	general := "outcome." + string(refusal.Outcome) + "."
	for reason := refusal.Reason; reason != ""; reason = reason[:max(0, strings.LastIndexByte(reason, '.'))] {
		if own := general + reason + "." + part; Has(own) {
			return own
		}
	}
	return general + part
}

// paragraphs splits at the line ends of a catalogue's text.
func paragraphs(s string) []string { return strings.Split(s, "\n") }
