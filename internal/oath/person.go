package oath

// Person is somebody of the tenant. TenantID and ID (the claims tid and oid) say who it is; the
// names and addresses are for display and never decide anything. Of somebody whom Graph was asked
// about, TenantID is empty; of a fob's holder, the addresses are too.
type Person struct {
	TenantID          string
	ID                string
	Name              string
	UserPrincipalName string
	Mail              string
}

// Same reports whether both are the same person in the same tenant.
func (p Person) Same(other Person) bool {
	return p.ID != "" && p.ID == other.ID && p.TenantID == other.TenantID
}
