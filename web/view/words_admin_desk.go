package view

import "strconv"

// FirstChoice returns the id of the first radio button of a field, for the summary's link.
func FirstChoice(field string) string { return choiceID(field, 0) }

// choiceID numbers a field's radio buttons; the first has the field's own name, so that a link to
// the field leads there.
func choiceID(field string, i int) string {
	if i == 0 {
		return field
	}
	return field + "-" + strconv.Itoa(i)
}
