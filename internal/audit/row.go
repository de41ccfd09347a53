package audit

import "time"

// Row is one line of the trail. An act leaves two rows with one RequestID: the intent before
// Graph is called, and the outcome after. Everything else leaves one.
type Row struct {
	Number         int64     // counts from 1 without gaps
	Time           time.Time // UTC, to the millisecond
	Event          string    // what was done: one of the Event constants
	Outcome        string    // what came of it; empty in an intent
	Actor          string    // object id of who did it; empty where nobody is known
	ActorName      string
	Subject        string // object id of the person it was done for
	SubjectName    string
	Serial         string // in full
	Station        string // name of the station it was done at, if any
	Address        string // client's IP address
	RequestID      string // ours
	GraphRequestID string // Graph's, where there is one
}

// Events that are no acts; the acts' own names (enrol, activate and so on) are the desk's.
const (
	EventSignIn  = "sign_in"
	EventSignOut = "sign_out"
	EventDenied  = "denied"
	EventLimit   = "limit"
	EventLock    = "lock" // a person was refused because of too many tries in a row
	EventExport  = "export"
	EventUnlock  = "unlock" // an admin lifted that
	EventFound   = "found"  // a fob that was reported lost turned up
	EventFind    = "find"   // a person was looked for, to enrol a fob for them

	EventStationMade    = "station_made"
	EventStationRenamed = "station_renamed"
	EventStationCoded   = "station_coded" // got another pairing code
	EventStationPaired  = "station_paired"
	EventStationRevoked = "station_revoked"
)

// Count says how many rows of an event and an outcome a day has.
type Count struct {
	Day            time.Time // its midnight, UTC
	Event, Outcome string
	Rows           int
}
