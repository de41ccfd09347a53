package view

import "fobdesk/internal/oath"

// Chrome is what every page shows around its own part.
type Chrome struct {
	Title     string // of the document, whole: "Error: Enrol a fob – Contoso fobs"
	Org       string // the company's name; empty where none is configured
	Help      Help
	Brand     Brand
	Theme     string       // "light" or "dark" where that was chosen on this page; empty: as the device
	Person    *oath.Person // who is signed in; nil when nobody is
	CSRFToken string       // of the signed-in session, for sign-out and the forms
	Return    string       // local path a sign-in from here comes back to
	Here      string       // local path of this page, for coming back to it in another language
	Admin     bool         // it is a page of the admins'
	Desk      bool         // whoever is signed in may open the admins' pages
	Ending    string       // in seconds "870 120 28800": whoever is signed in is signed out so long after the last use, is asked so long before, and is so long after this page in any case
	Refresh   string       // seconds after which the page loads itself again without JavaScript; empty for never

	keeps bool // the page has a KeptForm
}

// Brand is the paths of what a company gave the pages of its own; each may be empty.
type Brand struct{ Sheet, DarkSheet, Logo string }

// Help is where people get help; each part may be empty.
type Help struct{ URL, Email string }

// Summary stands at the top of a page and says what came of a request. It takes the focus.
type Summary struct {
	Outcome   string // its name, for data-outcome; empty where there is none
	Good      bool   // done, rather than refused
	Heading   string
	Text      []string      // a paragraph each: what it means, whose turn it is
	Errors    []SummaryLink // one for each field
	Next      *Link         // the one next step
	Reference string        // for support, in small print
}

// SummaryLink leads from the summary to the field that it is about; Field is empty where the page
// shows none.
type SummaryLink struct{ Field, Text string }

// Link is a way on.
type Link struct {
	Href, Text string
	Leaves     bool // goes to another host or signs in: not to be boosted
}

// Input is one field: what was typed, and what is wrong with it.
type Input struct{ Value, Error string }

// Fob is one of the person's fobs as the list shows it.
type Fob struct {
	ID       string // the method's id
	Name     string // never empty: a general word where no name was given
	Serial   string // empty where Graph did not say
	State    string // in words
	Status   string // "active", "assigned", "lost" or "other": for the badge
	Added    Moment
	LastUsed Moment
	Activate *ActivateForm // where it is assigned but not active, nor reported lost
}

// Moment is a time in words with the exact one for machines, and for people where the words are
// relative ("Yesterday"), else Exact is empty; its zero value is "not known".
type Moment struct{ Words, Exact, ISO string }

// ActivateForm asks for the code of an assigned fob.
type ActivateForm struct {
	Code Input
	// Focus says that this form was posted or returned to: its code takes the focus.
	Focus bool
}

// WelcomeProps is the page of somebody who is not signed in.
type WelcomeProps struct {
	Chrome
	SignIn Link
}

// HomeProps is the page of somebody who is signed in: their fobs.
type HomeProps struct {
	Chrome
	Summary *Summary
	Notice  string // why one is back here, for instance after a step-up
	Fobs    []Fob
	// Unread is set where Graph could not be asked: nothing is claimed about the fobs then.
	Unread *Summary
}

// EnrolProps is the form that binds a fob to the person.
type EnrolProps struct {
	Chrome
	Summary *Summary
	Notice  string
	Serial  Input
	Name    Input
	Code    Input
	// OtherCase is the serial number in the letter case that it was not typed in, suggested where
	// the one typed is unknown; empty where there is nothing to suggest.
	OtherCase string
}

// RemoveProps asks whether a fob is really to be removed, or was lost.
type RemoveProps struct {
	Chrome
	Summary *Summary
	Notice  string
	Fob     Fob
	Unread  bool   // Graph could not be asked, so only the fob's id and serial number are known
	Only    bool   // it is the person's only active fob
	Form    string // id of this form: sent twice it is one act
}

// ReceiptProps says what was done, and can be reloaded, printed and kept.
type ReceiptProps struct {
	Chrome
	Summary Summary
	Facts   []Fact
	Hints   []string // what happens next
	Try     string   // path that leads to where the fob is asked for; empty where there is nothing to try
	Save    string   // path of the receipt as a file
}

// FobProps is one of the person's fobs.
type FobProps struct {
	Chrome
	Fob     Fob
	History []HistoryRow // what was done with it, the newest first
}

// Fact is a line of a receipt.
type Fact struct {
	Label, Value string
	Copy         bool // it is a reference, which is copied rather than read
}

// ProblemProps is a page of its own for what is not the fault of a field.
type ProblemProps struct {
	Chrome
	Summary Summary
}

// WaitingProps is the page of an act that stands in line.
type WaitingProps struct {
	Chrome
	Place Place
}

// Place is a place in line, in words.
type Place struct {
	Summary
	Here  string // the page of the line itself
	Again int    // seconds after which it looks again
}
