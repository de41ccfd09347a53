package view

// OpenAct is an act of which it is not known what came of it.
type OpenAct struct {
	At      Moment
	Event   string // in words
	Serial  string
	Subject AuditParty
	Actor   AuditParty
}

// LostFob is a fob that was reported lost.
type LostFob struct {
	At     Moment
	Serial string
	Holder Named
	Href   string // the page of whose it is
	By     string // who reported it
}

// AuditProps is the audit trail, the newest first.
type AuditProps struct {
	Chrome
	Summary  *Summary
	Charts   []Chart // on the first page of everything alone
	Filter   AuditFilter
	Filtered bool // the filter leaves something out
	Rows     []AuditRow
	Exports  []Link
	Older    *Link
	Newest   *Link // back to the first page
	All      *Link // without the filter
}

// AuditFilter is what was asked for, as it was typed.
type AuditFilter struct {
	Actor, Subject, Serial, Station, From, To Input
	Outcome                                   Input
	Outcomes                                  []Choice // to choose the outcome from
}

// AuditRow is one row of the trail, in words and as it stands.
type AuditRow struct {
	Number         string
	At             Moment
	Event, Name    string // in words, and as it is recorded
	Outcome, Came  string // in words, and as it is recorded
	Tone           string // "good", "bad", "open" where it is not known what came of the act, else empty
	Actor, Subject AuditParty
	Serial         string
	OfSerial       string // the trail of this serial number
	Station        string
	Address        string
	RequestID      string
	GraphRequestID string
}

// AuditParty is a person in the trail.
type AuditParty struct{ ID, Name, Href string }
