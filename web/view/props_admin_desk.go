package view

import "fobdesk/internal/oath"

// ReplaceProps is the guided exchange of a lost fob for another. It is in the first step while the
// old one is in use, and in the second where Old is set.
type ReplaceProps struct {
	Chrome
	Summary *Summary
	Notice  string
	Subject oath.Person
	Unread  *Summary // Graph could not be asked for the fobs
	Unasked *Link    // Graph was not asked for them: the way to do so

	Fobs     []Choice // to choose the lost one from
	FobError string
	OffError string
	Remove   bool // rather than switch it off
	Form     string

	Old       *Replaced
	Serial    Input
	Name      Input
	Code      Input
	OtherCase string
	Seen      string // how the person's fobs stood

	Next  *Link  // to the activation of the new one, where that is assigned by now
	Begun []Link // replacements that are half done, other than the one shown
}

// Choice is one of several to choose from.
type Choice struct {
	Value, Label, Text string
	Badge, State       string // of a fob: see Fob's Status and State
	Chosen             bool
}

// Replaced is the fob that is out of use already.
type Replaced struct {
	ID, Serial string
	Removed    bool // rather than switched off
	Begun      Moment
	By         string // who began it
}

// HandoutProps is the queue at the desk: one person after the other.
type HandoutProps struct {
	Chrome
	Summary *Summary // what was refused
	Notice  string
	Done    *Summary // what was done last; the focus goes to the next person all the same

	Query     Input
	People    []Choice // whom the query may mean
	Person    *oath.Person
	Meant     string // the same in words, announced as one types
	Serial    Input
	Code      Input
	OtherCase string

	Results []Result // of today, the newest first
	Counts  []Fact
	Export  string // where the day's results are downloaded
}

// Result is one line of the day's results.
type Result struct {
	Time    Moment
	Person  Named
	Subject string // object id
	Serial  string
	Good    bool
	Words   string
	Undo    string // where it is undone; empty where there is nothing to undo
}

// FobsProps says where a fob is.
type FobsProps struct {
	Chrome
	Summary *Summary
	Serial  Input
	Found   *FoundFob
	// Missing is what would be needed to look into the inventory; empty where it was looked into.
	Missing []string
	Ask     *Link
	Rows    []TrailRow // what our own records say of it, the newest first
	Looked  bool       // a serial number was looked for
	Trouble string     // our own records could not be read
}

// FoundFob is a fob of the tenant's inventory.
type FoundFob struct {
	Fob
	Model  string
	Holder *oath.Person
	Lost   Moment // when it was reported lost
}

// TrailRow is a line of the audit trail about a fob.
type TrailRow struct {
	Time            Moment
	What            string
	Person, Subject string // for whom; name and object id
	Actor           string // who did it
}
