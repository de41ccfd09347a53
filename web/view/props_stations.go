package view

// StationsProps is the list of stations, and the form that makes one.
type StationsProps struct {
	Chrome
	Summary    *Summary
	Done       string        // what was done last, in words
	Codes      []PairingCode // each shown to whoever made it, until it is used or late
	NoAuthTime *Moment       // when a visit was last refused because the ID token has no auth_time
	Stations   []Station
	Name       Input
	Place      Input
	Language   Input
	Languages  []Choice // to choose the station's from; fewer than three show nothing: "any" is one
}

// PairingCode puts a browser into service.
type PairingCode struct {
	ID      string // of the station
	Station string // its name
	Code    string // grouped, as it is read aloud
	Address string // where it is typed
	Until   string // in words
}

// Station is one line of the list.
type Station struct {
	ID       string
	Name     string
	Place    string
	Language string
	Seen     Moment
	Act      Moment
	State    string // in words
	Status   string // "waiting", "paired" or "revoked": for the badge
	Rename   Input  // as it came back refused
}

// GuideProps is how a station is set up.
type GuideProps struct {
	Chrome
	Address  string   // of the station's first page
	Hosts    []string // all that a station has to reach
	Policies string   // of the browser, as JSON
}
