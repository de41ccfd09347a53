package view

import (
	"net/url"

	"github.com/a-h/templ"
)

// PersonPath returns the path of a person's page, or of what is below it.
func PersonPath(personID string, below ...string) string {
	path := "/admin/users/" + url.PathEscape(personID)
	for _, part := range below {
		path += "/" + url.PathEscape(part)
	}
	return path
}

func personPath(personID string, below ...string) templ.SafeURL {
	return templ.SafeURL(PersonPath(personID, below...))
}

// AssignSerialField is the id of the serial number's input in the form that only assigns, for the
// one that enrols stands on the same page.
const AssignSerialField = "assign-serialNumber"
