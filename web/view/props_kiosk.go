package view

import "fobdesk/internal/oath"

// Kiosk is what every page of a station shows around its own part. No link on such a page leads
// out of the portal: what would is text there.
type Kiosk struct {
	Chrome           // Person is whoever is served; nil on the pages between two visits
	Station   string // the station's name; empty where the browser is no station
	Languages []Language
	Visit     *Visit // nil between two visits
	Refresh   int    // seconds after which a browser without JavaScript goes to Again; 0 for never
	Again     string // empty for the welcome
}

// Language is one that a page can be read in.
type Language struct {
	Tag       string // BCP 47
	Name      string // its own name for itself
	Direction string
	Chosen    bool
}

// Visit is what a page knows of the visit that it belongs to.
type Visit struct {
	Operator bool   // an admin serves others
	Tag      string // names the visit, for the question whether it is still on
	Idle     int    // seconds without use after which the visit ends
	Ask      int    // how many of them are left when the page asks who is still there
	Left     int    // seconds until it ends, whatever its use
}

// KioskWelcomeProps is what a station shows between two visits.
type KioskWelcomeProps struct {
	Kiosk
	Trouble string // what is down: "entra", "graph" or "portal"; empty where all is well
	Left    bool   // Entra could not be told that the last person left
	Chosen  int    // seconds for which a language that was chosen is kept without use; 0 for the station's own
	Notice  string // why the browser is back here
}

// KioskPlainProps is a page of a browser that is no station, or none any more.
type KioskPlainProps struct{ Kiosk }

// KioskPairProps asks for the code that makes a browser a station.
type KioskPairProps struct {
	Kiosk
	Summary *Summary
	Code    Input
}

// KioskEnrolProps is the one page of a visit: what is to be activated first, then the form for
// another fob.
type KioskEnrolProps struct {
	Kiosk
	Summary   *Summary
	Notice    string
	Assigned  []Fob    // assigned to the person and not active, each with its form
	Full      []Fob    // all of theirs, where they can hold no more
	Unread    *Summary // Graph did not say what they hold; enrolling does not need it
	Serial    Input
	Name      Input
	Code      Input
	OtherCase string
}

// KioskRemoveProps asks whether one of the person's fobs is really to go.
type KioskRemoveProps struct {
	Kiosk
	Summary *Summary
	Notice  string
	Fob     Fob
	Unread  bool // Graph could not be asked, so only the fob's id and serial number are known
	Only    bool // it is the person's only active fob
	Form    string
}

// KioskDoneProps says what was done, and goes back to the welcome by itself.
type KioskDoneProps struct {
	Kiosk
	Summary Summary
	Facts   []Fact
	Hints   []string
	Back    int   // seconds until the welcome shows; 0 to stay
	Next    *Link // on to the next step of the same visit
}

// KioskWaitingProps is the page of an act of the visit that stands in line.
type KioskWaitingProps struct {
	Kiosk
	Place Place
}

// KioskProblemProps is a page of its own for what is not the fault of a field.
type KioskProblemProps struct {
	Kiosk
	Summary Summary
	Back    int // seconds until the welcome shows; 0 to stay
}

// KioskOperatorProps is the queue at a station. It names nobody but the one who is served: the next
// one in the queue looks at the same screen.
type KioskOperatorProps struct {
	Kiosk
	Summary *Summary
	Notice  string
	Done    *Summary // what was done last

	Query     Input
	People    []Choice // whom the query may mean
	Person    *oath.Person
	Serial    Input
	Code      Input
	OtherCase string
	Counts    []Fact // of today
}
