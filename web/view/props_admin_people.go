package view

import "fobdesk/internal/oath"

// PeopleProps is where an admin looks for a person.
type PeopleProps struct {
	Chrome
	Summary *Summary
	Query   Input
	Found   PeopleFound
}

// PeopleFound is what stands below the search field, and changes as one types.
type PeopleFound struct {
	Heading string
	Count   string  // in words, announced after a search; empty where nothing was searched for
	People  []Found // the one who fits best first
	Next    *Link   // to more of them
	Fob     *Link   // where what was typed may be a serial number
	Summary *Summary
}

// Found is somebody who was found. UPN and Mail tell two of one name apart.
type Found struct {
	Href, Name, UPN, Mail string
}

// Named is a person in a list. Address tells two of one name apart, and is empty for everybody else;
// Name is empty where nobody knows it.
type Named struct{ Name, Address string }

// PersonProps is the page of a person for an admin: their fobs and what can be done.
type PersonProps struct {
	Chrome
	Summary *Summary
	Next    *Link // the next step after what was done
	Notice  string
	Person  oath.Person
	Locked  bool
	Own     bool // the admin who looks is this person: nobody lifts their own lock
	Fobs    []PersonFob
	Seen    string   // how the fobs stood, for the forms to say
	Held    []string // how many, and what is left of the limit, in words
	Unread  *Summary // Graph could not be asked for the fobs
	Unasked *Link    // Graph was not asked for them: the way to do so
	Full    bool     // no more fobs can be added
	Closed  bool     // this admin may not act on this person: no forms are shown
	Enrol   EnrolProps
	Assign  Input
	Begun   []Link // replacements that are half done
	History []HistoryRow
}

// PersonFob is a fob on the page of the person.
type PersonFob struct {
	Fob
	Twice bool   // another entry has its serial number
	Sheet string // path of the hand-out sheet; empty where none is needed
	Form  string // id of its form, so that pressing the button twice is one act
}

// HistoryRow is something that was done for the person.
type HistoryRow struct {
	At                        Moment
	Event, Serial, Actor, End string // in words; End is empty where it is not known
}

// RemoveForProps asks whether a person's fob is to be removed.
type RemoveForProps struct {
	RemoveProps
	Person oath.Person
	Seen   string
}

// SheetProps is the sheet that goes with a fob to its person. It holds nothing secret.
type SheetProps struct {
	Chrome
	Person   oath.Person
	Serial   string
	Assigned bool // the fob is bound to the person, who only activates it
	Where    string
	QR       QR
}

// QR is a picture of a text: a path of unit squares on a field that is Size of them wide.
type QR struct {
	ViewBox string
	Path    string
}
