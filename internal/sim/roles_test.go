package sim_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/sim"
)

const authAdmin = sim.RoleAuthenticationAdministrator

// methodsOf is the path of somebody's methods.
func methodsOf(personID string) string {
	return "/users/" + personID + "/authentication/hardwareOathMethods"
}

func names(claim any, role string) bool {
	list, _ := claim.([]any)
	return slices.Contains(list, any(role))
}

func TestARoleOfAnAdministrativeUnitReachesItsMembersAlone(t *testing.T) {
	w := newWorld(t)
	tokens := w.signIn(sim.KarinID, url.Values{"scope": {"openid " + othersScope + " Policy.Read.All"}})
	karin := tokens.string("access_token")
	for _, id := range []string{sim.AnnSmithID, sim.AdaID, sim.MiaID} {
		w.want(w.graph(karin, http.MethodGet, methodsOf(id), nil), 403, "accessDenied")
		w.want(w.graph(karin, http.MethodPost, methodsOf(id)+"/assignAndActivateBySerialNumber", enrolment(sim.SerialGood30, "123456")), 403, "accessDenied")
	}
	w.want(w.graph(karin, http.MethodGet, methodsOf(sim.AnnSmithOtherID), nil), 200, "")
	w.want(w.graph(karin, http.MethodPost, methodsOf(sim.AnnSmithOtherID)+"/assignAndActivateBySerialNumber", enrolment(sim.SerialGood30, w.Code(sim.SerialGood30))), 204, "")
	w.want(w.graph(karin, http.MethodGet, inventory, nil), 403, "accessDenied")

	if claims := w.claims(tokens.string("id_token")); names(claims["wids"], authAdmin) || !names(claims["roles"], sim.DemoAppRole) {
		t.Errorf("wids %v, roles %v: want the application's role alone", claims["wids"], claims["roles"])
	}
	w.Update(func(s *sim.Switches) { s.ScopedRolesInToken = true })
	if claims := w.claims(w.signIn(sim.KarinID).string("id_token")); !names(claims["wids"], authAdmin) {
		t.Errorf("wids with the switch: %v", claims["wids"])
	}
}

func TestAnEligibleRoleCountsOnceItIsActivatedAndANewTokenIsGot(t *testing.T) {
	w := newWorld(t)
	tokens := w.signIn(sim.LiamID, url.Values{"scope": {"openid " + othersScope}})
	before := tokens.string("access_token")
	if claims := w.claims(tokens.string("id_token")); names(claims["wids"], authAdmin) {
		t.Errorf("wids name a role that is not active: %v", claims["wids"])
	}
	w.want(w.graph(before, http.MethodGet, methodsOf(sim.AdaID), nil), 403, "accessDenied")
	w.ActivateRole(sim.LiamID, authAdmin)
	w.want(w.graph(before, http.MethodGet, methodsOf(sim.AdaID), nil), 403, "accessDenied")
	tokens = w.signIn(sim.LiamID, url.Values{"scope": {"openid " + othersScope}})
	if claims := w.claims(tokens.string("id_token")); !names(claims["wids"], authAdmin) {
		t.Errorf("wids lack the active role: %v", claims["wids"])
	}
	w.want(w.graph(tokens.string("access_token"), http.MethodGet, methodsOf(sim.AdaID), nil), 200, "")
	w.EndRole(sim.LiamID, authAdmin)
	w.want(w.graph(tokens.string("access_token"), http.MethodGet, methodsOf(sim.AdaID), nil), 403, "accessDenied")
}

func TestARoleIsActivatedOnTheSignInPage(t *testing.T) {
	w := newWorld(t)
	page := w.authorize(authorization())
	if got := strings.Count(page.text, `name="activate"`); got != 1 || !strings.Contains(page.text, `name="activate" value="`+sim.LiamID+`"`) {
		t.Errorf("%d people may activate a role, want Liam", got)
	}
	tokens := w.token(redemption(w.callback(w.press(page, "activate", sim.LiamID)).Get("code")))
	if claims := w.claims(tokens.string("id_token")); !names(claims["wids"], authAdmin) {
		t.Errorf("wids are %v", claims["wids"])
	}
	w.newBrowser()
	if page := w.authorize(authorization()); strings.Contains(page.text, `name="activate"`) {
		t.Error("it is offered again")
	}
}

func TestTheSignInPageListsThoseWhoAreMeantToSignIn(t *testing.T) {
	w := newWorld(t)
	page := w.authorize(authorization())
	if got := strings.Count(page.text, `name="person"`); got != 14 {
		t.Errorf("%d people are listed, want 14", got)
	}
	if code := w.callback(w.press(page, "person", sim.AnnSmithID)).Get("code"); code == "" {
		t.Error("somebody who is not listed can't sign in")
	}
}

func TestSomePeopleAreBeyondAnAuthenticationAdministrator(t *testing.T) {
	w := newWorld(t)
	grace := w.as(sim.GraceID, othersScope)
	for id, status := range map[string]int{sim.MiaID: 403, sim.NoorID: 403, sim.AnnSmithID: 200, sim.GraceID: 200, sim.LiamID: 200} {
		if got := w.graph(grace, http.MethodGet, methodsOf(id), nil); got.status != status {
			t.Errorf("%s: %d, want %d", id, got.status, status)
		}
	}
	w.want(w.graph(w.as(sim.MiaID, othersScope), http.MethodGet, methodsOf(sim.NoorID), nil), 200, "")
}

func TestEnrollingForOthersMayNotBeSupported(t *testing.T) {
	for _, test := range []struct {
		unsupported sim.Answer
		status      int
		code        string
	}{
		{sim.Answer{Status: 400}, 400, "notSupported"},
		{sim.Answer{Status: 405}, 405, "notSupported"},
		{sim.Answer{Status: 501, Code: "notImplemented"}, 501, "notImplemented"},
		{sim.Answer{Status: 403}, 403, "accessDenied"},
	} {
		w := newWorld(t)
		grace, henrik := w.as(sim.GraceID, othersScope), w.as(sim.HenrikID, selfScope)
		device, _ := w.Device(sim.SerialGood30)
		byID := map[string]any{"device": map[string]any{"id": device.ID}, "verificationCode": w.Code(sim.SerialGood30)}
		w.Update(func(s *sim.Switches) {
			s.OneStepForOthersUnsupported, s.StepsForOthersUnsupported = test.unsupported, test.unsupported
		})
		w.want(w.graph(grace, http.MethodPost, methodsOf(sim.AdaID)+"/assignAndActivateBySerialNumber", enrolment(sim.SerialGood30, w.Code(sim.SerialGood30))), test.status, test.code)
		w.want(w.graph(grace, http.MethodPost, methodsOf(sim.AdaID)+"/assignAndActivate", byID), test.status, test.code)
		w.want(w.graph(henrik, http.MethodPost, bySerial, enrolment(sim.SerialGood60, w.Code(sim.SerialGood60))), 204, "")
		if after, _ := w.Device(sim.SerialGood30); cmp.Diff(device, after) != "" {
			t.Errorf("something was done: %+v", after)
		}
		w.Update(func(s *sim.Switches) { s.StepsForOthersUnsupported = sim.Answer{} })
		w.want(w.graph(grace, http.MethodPost, methodsOf(sim.AdaID)+"/assignAndActivate", byID), 204, "")
	}
}

func TestAFilterMayLeaveGapsInThePages(t *testing.T) {
	w := newWorld(t)
	henrik := w.as(sim.HenrikID, "Policy.Read.All")
	w.Update(func(s *sim.Switches) { s.PageSize, s.FilterEachPage = 100, true })
	first := w.graph(henrik, http.MethodGet, inventory+"?$filter="+url.QueryEscape("serialNumber eq '"+sim.BoxSerial(900)+"'"), nil)
	if len(first.value()) != 0 || first.body["value"] == nil || first.string("@odata.nextLink") == "" {
		t.Errorf("the first page: %s", first.text)
	}
}
