package view

// SessionsProps is where a person is signed in.
type SessionsProps struct {
	Chrome
	Notice string
	All    []SignedIn
}

// SignedIn is one place where the person is signed in.
type SignedIn struct {
	ID, Agent, Address string
	Began, Seen        Moment
	Here               bool // it is this one
	Station            bool // at an enrolment station
}
