package view

// AdminProps is the page where an admin starts.
type AdminProps struct {
	Chrome
}

// ConsentProps is the page of somebody who may, but for whom the portal lacks permissions at
// Microsoft.
type ConsentProps struct {
	Chrome
	Summary     Summary
	Permissions []string // by their names at Microsoft, such as User.ReadBasic.All
	Approve     Link     // where a Global Administrator gives them
}
