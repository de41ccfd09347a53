package sim

import "slices"

// ActivateRole gives a person a role that they are eligible for, as Privileged Identity Management
// does. Tokens that they have by now stay without it: they have to sign in again. It panics where
// the person is not eligible, for that is a mistake in a program.
func (c *Cloud) ActivateRole(personID, role string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if person := c.person(personID); person == nil || !slices.Contains(person.Eligible, role) {
		panic("sim: ActivateRole of a role that the person is not eligible for")
	}
	c.activateRole(personID, role)
}

func (c *Cloud) activateRole(personID, role string) {
	if !slices.Contains(c.roles[personID], role) {
		c.roles[personID] = append(slices.Clone(c.roles[personID]), role)
	}
}

// EndRole takes a role from a person. Graph heeds it at once; an ID token that names the role goes
// on naming it.
func (c *Cloud) EndRole(personID, role string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.roles[personID] = slices.DeleteFunc(slices.Clone(c.roles[personID]), func(r string) bool { return r == role })
}

// has reports whether the token's person holds one of the roles now, and did when it was issued.
func (c *Cloud) has(token *accessToken, roles ...string) bool {
	return slices.ContainsFunc(roles, func(role string) bool {
		return slices.Contains(token.roles, role) && slices.Contains(c.roles[token.personID], role)
	})
}

// inScope reports whether the actor's roles reach the subject: they may be limited to the members
// of administrative units.
func inScope(actor, subject *Person) bool {
	return len(actor.Scope) == 0 || slices.ContainsFunc(actor.Scope, func(unit string) bool {
		return slices.Contains(subject.Units, unit)
	})
}

// mayActOn is the rule of roles. The subject is nil where there is no such person: then only the
// actor's role counts.
func (c *Cloud) mayActOn(q *graphCall, write bool) bool {
	subject := q.subject
	switch {
	case subject != nil && !inScope(q.actor, subject):
		return false
	case c.has(q.token, RoleGlobalAdministrator, RolePrivilegedAuthenticationAdministrator):
		return true
	case !write && c.has(q.token, RoleGlobalReader):
		return true
	case !c.has(q.token, RoleAuthenticationAdministrator):
		return false
	}
	return subject == nil || !subject.Protected && !slices.ContainsFunc(c.roles[subject.ID], func(role string) bool {
		return !slices.Contains(manageable, role)
	})
}

// wids are the roles that an ID token names: those that hold for the whole tenant (Entra, "Access
// token claims reference").
func (c *Cloud) wids(p *Person) []string {
	if len(p.Scope) > 0 && !c.switches.ScopedRolesInToken {
		return []string{roleMember}
	}
	return append(slices.Clone(c.roles[p.ID]), roleMember)
}
