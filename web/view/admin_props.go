package view

// AdminProps is the page where an admin starts: whom to help, where else to go, how the desk stands.
type AdminProps struct {
	Chrome
	Found   PeopleFound // whom the admin helped lately, below the search field
	Charts  []Chart
	Open    []OpenAct // of which it is not known what came of them, the newest first
	Lost    []LostFob // the latest first
	Trouble string    // why numbers or lists are missing
}

// ConsentProps is the page of somebody who may, but for whom the portal lacks permissions at
// Microsoft.
type ConsentProps struct {
	Chrome
	Summary     Summary
	Permissions []string // by their names at Microsoft, such as User.ReadBasic.All
	Approve     Link     // where a Global Administrator gives them
}
