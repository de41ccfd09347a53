package view

// AccessibilityProps is the accessibility statement.
type AccessibilityProps struct {
	Chrome
	Reviewed string // when it was last held against the portal, in words
}
