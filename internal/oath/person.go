package oath

// Person is somebody who signed in. TenantID and ID (the claims tid and oid) say who it is; the
// name and the user principal name are for display and never decide anything.
type Person struct {
	TenantID          string
	ID                string
	Name              string
	UserPrincipalName string
}

// Same reports whether both are the same person in the same tenant.
func (p Person) Same(other Person) bool {
	return p.ID != "" && p.ID == other.ID && p.TenantID == other.TenantID
}
