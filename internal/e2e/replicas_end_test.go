package e2e

import (
	"net/http"
	"net/url"
	"testing"

	"fobdesk/internal/pgtest"
	"fobdesk/internal/sim"
)

// admins is an admin of replicas that answer in turn.
func (r *Replicas) admins(t *testing.T) *Visitor {
	t.Helper()
	v := r.SignedIn(t, sim.GraceID)
	if page := v.Follow(t, v.Get(t, "/admin")); page.Status != http.StatusOK {
		t.Fatalf("the first admin page answers %d at %s", page.Status, page.URL)
	}
	return v
}

// everywhere asks each replica, twice, and fails where one answers otherwise.
func everywhere(t *testing.T, what string, want int, ask func() *Page) {
	t.Helper()
	for range 4 {
		if page := ask(); page.Status != want {
			t.Errorf("%s: a replica answers %d, want %d", what, page.Status, want)
		}
	}
}

// Each replica is asked before the end, so that it has whatever it would remember.
func TestSES08WhomAnAdminSignsOutIsOutAtAllReplicasFromTheNextRequest(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2)
	ada, ben, admin := r.SignedIn(t, sim.AdaID), r.SignedIn(t, sim.BenID), r.admins(t)
	everywhere(t, "before", http.StatusOK, func() *Page { return ada.Get(t, "/sessions") })
	person := "/admin/users/" + sim.AdaID
	seen := admin.Get(t, person).Doc(t).Find("form[action$='/sessions/end'] [name=seen]").AttrOr("value", "")
	if page := admin.Post(t, person+"/sessions/end", url.Values{"seen": {seen}}); page.Status != http.StatusSeeOther {
		t.Fatalf("ending her sessions is answered with %d", page.Status)
	}
	everywhere(t, "whose sessions ended", http.StatusUnauthorized, func() *Page {
		return ada.Post(t, "/enrol", fob(r.World, sim.SerialGood30))
	})
	everywhere(t, "somebody else", http.StatusOK, func() *Page { return ben.Get(t, "/sessions") })
	if n := r.calls(graphWrite); n != 0 {
		t.Errorf("Graph was asked to write %d times", n)
	}
}

func TestOIDC15WhomEntraSignsOutIsOutAtAllReplicas(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2)
	ada, elsewhere := r.SignedIn(t, sim.AdaID), r.NewVisitor()
	other := r.SignedIn(t, sim.AdaID)
	everywhere(t, "before", http.StatusOK, func() *Page { return ada.Get(t, "/sessions") })
	away := r.SignedIn(t, sim.AdaID).Post(t, "/auth/sign-out", nil)
	ada.Get(t, away.Header.Get("Location")) // at Entra alone
	if calls := r.Cloud.FrontChannelLogouts(); len(calls) != 1 {
		t.Fatalf("Entra asks for %q", calls)
	}
	everywhere(t, "before Entra's call", http.StatusOK, func() *Page { return ada.Get(t, "/sessions") })
	for _, call := range r.Cloud.FrontChannelLogouts() {
		if page := elsewhere.Get(t, call); page.Status != http.StatusOK {
			t.Errorf("Entra's call is answered with %d", page.Status)
		}
	}
	everywhere(t, "the session that ended", http.StatusFound, func() *Page { return ada.Get(t, "/sessions") })
	everywhere(t, "another session of hers", http.StatusOK, func() *Page { return other.Get(t, "/sessions") })
}

func TestKSK07ARevokedStationIsOutAtAllReplicasFromTheNextRequest(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2)
	admin := r.admins(t)
	made := admin.Follow(t, admin.Post(t, "/admin/stations", url.Values{"name": {"Reception"}, "place": {"Hall"}}))
	doc := made.Doc(t)
	code := doc.Find("[data-pairing-code]").AttrOr("data-pairing-code", "")
	station, other := r.NewVisitor(), r.NewVisitor()
	if page := station.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}}); page.Header.Get("Location") != "/kiosk" {
		t.Fatalf("pairing with %q is answered with %d", code, page.Status)
	}
	everywhere(t, "a code that was used", http.StatusUnprocessableEntity, func() *Page {
		return other.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}})
	})
	everywhere(t, "a station", http.StatusOK, func() *Page { return station.Follow(t, station.Get(t, "/kiosk")) })
	revoke := admin.Get(t, "/admin/stations").Doc(t).Find("form[action$='/revoke']").AttrOr("action", "")
	if page := admin.Post(t, revoke, nil); page.Status != http.StatusSeeOther {
		t.Fatalf("revoking at %q is answered with %d", revoke, page.Status)
	}
	everywhere(t, "a revoked station", http.StatusNotFound, func() *Page { return station.Get(t, "/kiosk/start") })
}

func TestOIDC01ASignInThatBeganAtOneReplicaEndsAtAnotherOnce(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2)
	for range 3 {
		v := r.NewVisitor()
		entra := v.Press(t, v.Follow(t, v.Get(t, "/auth/sign-in?return_to=/enrol")), sim.AdaID)
		thief := r.NewVisitor()
		for name, value := range v.Cookies() {
			thief.SetCookie(name, value)
		}
		back := entra.Header.Get("Location")
		if page := v.Get(t, back); page.Header.Get("Location") != "/enrol" {
			t.Errorf("the callback is answered with %d", page.Status)
		}
		everywhere(t, "the callback again", http.StatusBadRequest, func() *Page { return thief.Get(t, back) })
	}
}
