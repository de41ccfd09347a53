package sim

import (
	"net/http"
	"slices"
)

// shownSwitch is something about the tenant that can be changed on the page of fobs.
type shownSwitch struct {
	Name, Label, About string
	On                 bool
}

// pageSwitches are those of the page of fobs: each leads to pages of the help desk that no person of
// the demo meets otherwise. Of says how a switch stands, turn turns it.
var pageSwitches = []struct {
	name, label, about string
	of                 func(Switches) bool
	turn               func(*Switches, bool)
}{
	{
		"consent", "The help desk’s permission is missing",
		"Nobody approved User.ReadBasic.All. Sign in as Grace and open the help desk: the page says what is missing, and Mia can approve it.",
		func(s Switches) bool { return slices.Contains(s.Unconsented, helpDeskScope) },
		func(s *Switches, on bool) {
			s.Unconsented = slices.DeleteFunc(slices.Clone(s.Unconsented), func(scope string) bool { return scope == helpDeskScope })
			if on {
				s.Unconsented = append(s.Unconsented, helpDeskScope)
			}
		},
	},
	{
		"one-step", "Fobs can’t be enrolled for others in one step",
		"Graph refuses the one call that assigns and activates. Enrol a fob for Ada as Mia: the portal takes two steps; as Grace it says what is missing.",
		func(s Switches) bool { return s.OneStepForOthersUnsupported.Status != 0 },
		func(s *Switches, on bool) {
			s.OneStepForOthersUnsupported = Answer{}
			if on {
				s.OneStepForOthersUnsupported = Answer{Status: http.StatusForbidden}
			}
		},
	},
}

// helpDeskScope is what the help desk needs to find people.
const helpDeskScope = "User.ReadBasic.All"

// shownSwitches are the page's, as they stand.
func (c *Cloud) shownSwitches() []shownSwitch {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []shownSwitch
	for _, one := range pageSwitches {
		all = append(all, shownSwitch{one.name, one.label, one.about, one.of(c.switches)})
	}
	return all
}

// postTenant turns a switch, and comes back to the page.
func (c *Cloud) postTenant(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	for _, one := range pageSwitches {
		if one.name == r.PostFormValue("switch") {
			c.Update(func(s *Switches) { one.turn(s, r.PostFormValue("on") == "true") })
		}
	}
	http.Redirect(w, r, "/#tenant", http.StatusSeeOther)
}
