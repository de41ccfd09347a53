package sim_test

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/sim"
)

func TestMethodsShowTheirDeviceOnlyWhenExpanded(t *testing.T) {
	w := newWorld(t)
	ben := w.as(sim.BenID, selfScope)
	plain := w.graph(ben, http.MethodGet, methods, nil)
	if got := plain.value(); len(got) != 2 || got[0]["device"] != nil {
		t.Errorf("without $expand: %s", plain.text)
	}
	active, _ := w.Device(sim.SerialBenActive)
	want := map[string]any{
		"id": active.ID, "createdDateTime": "2026-05-05T09:00:00Z", "lastUsedDateTime": "2026-08-03T06:00:00Z",
		"device": map[string]any{
			"id": active.ID, "displayName": "Desk drawer", "serialNumber": sim.SerialBenActive,
			"manufacturer": "Galt Security", "model": "TOTP-30", "secretKey": nil, "timeIntervalInSeconds": 30.0,
			"hashFunction": "hmacsha1", "status": "activated", "lastUsedDateTime": "2026-08-03T06:00:00Z", "assignedTo": nil,
		},
	}
	if diff := cmp.Diff(want, w.graph(ben, http.MethodGet, methods+"?$expand=device", nil).value()[0]); diff != "" {
		t.Error(diff)
	}
	one := w.graph(ben, http.MethodGet, methods+"/"+active.ID+"?$expand=device&$select=id", nil)
	if one.body["id"] != active.ID || one.body["device"] == nil || one.body["value"] != nil || one.body["createdDateTime"] != nil || one.body["@odata.context"] == nil {
		t.Errorf("a single method: %s", one.text)
	}
	device := w.graph(ben, http.MethodGet, methods+"/"+active.ID+"/device", nil)
	if device.body["serialNumber"] != sim.SerialBenActive {
		t.Errorf("its device: %s", device.text)
	}
	w.want(w.graph(ben, http.MethodGet, methods+"?$expand=owner", nil), 400, "badRequest")
	w.Update(func(s *sim.Switches) { s.DeviceWithoutExpand = true })
	if got := w.graph(ben, http.MethodGet, methods, nil).value(); got[0]["device"] == nil {
		t.Error("the switch does not show device")
	}
}

func TestMethodsAreFilteredBySerialOnlyWithTheSwitch(t *testing.T) {
	w := newWorld(t)
	ben := w.as(sim.BenID, selfScope)
	path := methods + "?$filter=" + url.QueryEscape("device/serialNumber eq '"+sim.SerialBenAssigned+"'")
	w.want(w.graph(ben, http.MethodGet, path, nil), 400, "badRequest")
	w.Update(func(s *sim.Switches) { s.FilterByDeviceSerial = true })
	if got := w.graph(ben, http.MethodGet, path, nil).value(); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestAllMethodsOfAPersonAreListed(t *testing.T) {
	w := newWorld(t)
	var types []string
	for _, method := range w.graph(w.as(sim.BenID, selfScope), http.MethodGet, "/me/authentication/methods", nil).value() {
		types = append(types, fmt.Sprint(method["@odata.type"]))
	}
	want := []string{
		"#microsoft.graph.passwordAuthenticationMethod", "#microsoft.graph.phoneAuthenticationMethod",
		"#microsoft.graph.hardwareOathAuthenticationMethod", "#microsoft.graph.hardwareOathAuthenticationMethod",
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Error(diff)
	}
}

func TestALegacyFobIsListedAndNotManaged(t *testing.T) {
	w := newWorld(t, func(o *sim.Options) {
		o.Devices = append(o.Devices, sim.Device{ID: "1e9ac100-0000-4000-8000-000000000001", Serial: sim.SerialGood30, HolderID: sim.AdaID, Status: sim.StatusActivated, Legacy: true})
	})
	ada := w.as(sim.AdaID, selfScope)
	w.want(w.enrol(ada, sim.SerialGood30), 204, "") // the one in the inventory has the same serial
	if got := w.graph(ada, http.MethodGet, methods, nil).value(); len(got) != 2 {
		t.Errorf("%v", got)
	}
	w.want(w.graph(ada, http.MethodDelete, methods+"/1e9ac100-0000-4000-8000-000000000001", nil), 400, "badRequest")
	henrik := w.as(sim.HenrikID, "Policy.Read.All")
	filter := "?$filter=" + url.QueryEscape("serialNumber eq '"+sim.SerialGood30+"'")
	if got := w.graph(henrik, http.MethodGet, inventory+filter, nil).value(); len(got) != 1 {
		t.Errorf("in the inventory: %v", got)
	}
}

func TestTheInventoryNeedsAPolicyScopeAndARole(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		person, scope string
		read, write   bool
	}{
		{sim.HenrikID, "Policy.ReadWrite.AuthenticationMethod", true, true},
		{sim.HenrikID, "Policy.Read.All", true, false},
		{sim.HenrikID, othersScope, false, false},
		{sim.IsabelID, "Policy.ReadWrite.AuthenticationMethod", true, false},
		{sim.GraceID, "Policy.ReadWrite.AuthenticationMethod", false, false},
		{sim.AdaID, "Policy.ReadWrite.AuthenticationMethod", false, false},
	} {
		token := w.as(test.person, test.scope)
		read := w.graph(token, http.MethodGet, inventory, nil).status == 200
		write := w.graph(token, http.MethodPost, inventory, map[string]any{}).status != 403
		if read != test.read || write != test.write {
			t.Errorf("%s with %s: read %v, write %v", test.person, test.scope, read, write)
		}
	}
}

func TestTheInventoryIsFilteredAndPaged(t *testing.T) {
	w := newWorld(t)
	henrik := w.as(sim.HenrikID, "Policy.Read.All")
	for filter, count := range map[string]int{
		"": 1000, // of 1,200, in pages
		"serialNumber eq '" + sim.SerialChloe + "'":             1,
		"status eq 'assigned'":                                  1,
		"assignedTo/id eq '" + sim.DmitriID + "'":               5,
		"status eq 'activated' and timeIntervalInSeconds eq 30": 27,
		"hashFunction eq 'hmacsha256'":                          2,
		"manufacturer eq 'Galt''s'":                             0,
		"model eq 'TOTP-60'":                                    2,
	} {
		if got := w.graph(henrik, http.MethodGet, inventory+"?$filter="+url.QueryEscape(filter), nil).value(); len(got) != count {
			t.Errorf("%s: %d, want %d", filter, len(got), count)
		}
	}
	for _, filter := range []string{"serialNumber ne 'x'", "serialNumber eq 'x", "secretKey eq 'x'", "contains(model,'x')", "status eq 'x' or status eq 'y'"} {
		w.want(w.graph(henrik, http.MethodGet, inventory+"?$filter="+url.QueryEscape(filter), nil), 400, "badRequest")
	}
	w.Update(func(s *sim.Switches) { s.PageSize = 500 })
	seen, path := 0, inventory
	for pages := 0; path != ""; pages++ {
		a := w.graph(henrik, http.MethodGet, path, nil)
		seen += len(a.value())
		next := a.string("@odata.nextLink")
		if next != "" && !strings.HasPrefix(next, w.GraphBase()+"/") || pages > 3 {
			t.Fatalf("nextLink is %s", next)
		}
		path = strings.TrimPrefix(next, w.GraphBase())
	}
	if seen != 1200 {
		t.Errorf("%d in all pages, want 1,200", seen)
	}
}

func TestADeviceIsMadeChangedAndDeleted(t *testing.T) {
	w := newWorld(t)
	henrik := w.as(sim.HenrikID, "Policy.ReadWrite.AuthenticationMethod")
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	fields := map[string]any{"serialNumber": "NEW1", "manufacturer": "Galt", "model": "T", "secretKey": secret, "timeIntervalInSeconds": 30}
	made := w.graph(henrik, http.MethodPost, inventory, fields)
	if made.status != 201 || made.body["status"] != "available" || made.body["secretKey"] != nil {
		t.Fatalf("%d %s", made.status, made.text)
	}
	w.want(w.graph(henrik, http.MethodPost, inventory, fields), 409, "conflict")
	one := inventory + "/" + made.string("id")
	w.want(w.graph(henrik, http.MethodPatch, one, map[string]any{"hashFunction": "hmacsha256"}), 204, "")
	w.want(w.graph(henrik, http.MethodPatch, one, map[string]any{"secretKey": secret}), 400, "badRequest")
	if got := w.graph(henrik, http.MethodGet, one, nil).body["hashFunction"]; got != "hmacsha256" {
		t.Errorf("hashFunction is %v", got)
	}
	for name, value := range map[string]any{"secretKey": "0189", "timeIntervalInSeconds": 45, "hashFunction": "hmacsha512", "model": "", "owner": "x"} {
		bad := map[string]any{"serialNumber": "NEW2", "manufacturer": "Galt", "model": "T", "secretKey": secret, "timeIntervalInSeconds": 30, name: value}
		if a := w.graph(henrik, http.MethodPost, inventory, bad); a.status != 400 {
			t.Errorf("%s %v: %d", name, value, a.status)
		}
	}
	w.want(w.graph(henrik, http.MethodDelete, one, nil), 204, "")
	w.want(w.graph(henrik, http.MethodGet, one, nil), 404, "resourceNotFound")
	held, _ := w.Device(sim.SerialChloe)
	w.want(w.graph(henrik, http.MethodDelete, inventory+"/"+held.ID, nil), 400, "badRequest")
	w.want(w.graph(henrik, http.MethodPatch, inventory+"/"+held.ID, map[string]any{"model": "X"}), 400, "badRequest")
}

func TestDevicesAreMadeInBulkOrNotAtAll(t *testing.T) {
	w := newWorld(t)
	henrik := w.as(sim.HenrikID, "Policy.ReadWrite.AuthenticationMethod")
	item := func(id, serial string) map[string]any {
		return map[string]any{"@contentId": id, "serialNumber": serial, "manufacturer": "G", "model": "T", "secretKey": "GEZDGNBVGY3TQOJQ", "timeIntervalInSeconds": "60"}
	}
	delta := func(items ...map[string]any) map[string]any {
		return map[string]any{"@context": "#$delta", "value": items}
	}
	w.want(w.graph(henrik, http.MethodPatch, inventory, delta(item("1", "B1"), item("2", sim.SerialChloe))), 409, "conflict")
	if _, ok := w.Device("B1"); ok {
		t.Error("one was made of a list that was refused")
	}
	made := w.graph(henrik, http.MethodPatch, inventory, delta(item("1", "B1"), item("2", "B2")))
	if made.status != 201 || len(made.value()) != 2 || made.value()[1]["@contentId"] != "2" {
		t.Errorf("%d %s", made.status, made.text)
	}
}

func TestADeviceIsGivenByReferenceAndAtItsCreation(t *testing.T) {
	w := newWorld(t, func(o *sim.Options) {
		o.People[0].Roles = []string{sim.RoleAuthenticationAdministrator, sim.RoleAuthenticationPolicyAdministrator}
	})
	admin := w.as(sim.AdaID, "Policy.ReadWrite.AuthenticationMethod", othersScope)
	device, _ := w.Device(sim.SerialGood30)
	reference := map[string]any{"@odata.id": "https://graph.microsoft.com/beta/users/" + sim.HanakoID}
	path := "/users/" + sim.HanakoID + "/authentication/hardwareOathMethods/" + device.ID + "/device/assignTo/$ref"
	w.want(w.graph(admin, http.MethodPut, path, reference), 204, "")
	if device, _ := w.Device(sim.SerialGood30); device.HolderID != sim.HanakoID || device.Status != sim.StatusAssigned {
		t.Errorf("%+v", device)
	}
	made := w.graph(admin, http.MethodPost, inventory, map[string]any{
		"serialNumber": "NEW1", "manufacturer": "G", "model": "T", "secretKey": "GEZDGNBVGY3TQOJQ", "timeIntervalInSeconds": 30,
		"assignTo": map[string]any{"id": sim.BenID},
	})
	if made.status != 201 || made.body["status"] != "assigned" {
		t.Errorf("%d %s", made.status, made.text)
	}
	henrik := w.as(sim.HenrikID, "Policy.ReadWrite.AuthenticationMethod")
	other, _ := w.Device(sim.SerialGood60)
	w.want(w.graph(henrik, http.MethodPut, inventory+"/"+other.ID+"/assignTo/$ref", reference), 403, "accessDenied")
}

func TestPeopleAreFoundBySearch(t *testing.T) {
	w := newWorld(t)
	grace := w.as(sim.GraceID, "User.ReadBasic.All")
	any3 := func(value string) string {
		return fmt.Sprintf(`"displayName:%[1]s" OR "userPrincipalName:%[1]s" OR "mail:%[1]s"`, value)
	}
	for search, want := range map[string]string{
		any3("ada"):                    "Ada Fischer",
		any3("FISCHER ada"):            "Ada Fischer",
		any3("o'brien"):                "Chloé O'Brien",
		any3("chloe.obr"):              "Chloé O'Brien",
		any3("山田"):                     "山田 花子",
		any3("scher"):                  "",
		any3(`\"`):                     "",
		`"displayName:e" AND "mail:e"`: "Eve Lindqvist",
		any3("ann smith"):              "Ann Smith, Ann Smith",
		any3("zoë zed"):                `Zoë "Zed" Quote`,
		any3(`Zoë \"Zed\" Quote`):      `Zoë "Zed" Quote`,
		any3(`back\\slash`):            `back\slash`,
		any3("100%er"):                 "100%er",
		any3("søren & co"):             "Søren & Co",
		any3("李小龍"):                    "李小龍",
		`"displayName:o" AND "mail:g"`: "Grace Okafor",
	} {
		a := w.graph(grace, http.MethodGet, "/users?$count=true&$top=25&$search="+url.QueryEscape(search), nil)
		var names []string
		for _, user := range a.value() {
			names = append(names, fmt.Sprint(user["displayName"]))
		}
		if got := strings.Join(names, ", "); a.status != 200 || got != want || a.body["@odata.count"] != float64(len(names)) {
			t.Errorf("%s: %d %q, want %q (%s)", search, a.status, got, want, a.text)
		}
	}
	for _, search := range []string{"ada", `"ada"`, `"displayName:ada`, `"displayName:a" or "mail:a"`, `"department:x"`, `"displayName:a" OR`} {
		w.want(w.graph(grace, http.MethodGet, "/users?$search="+url.QueryEscape(search), nil), 400, "badRequest")
	}
}

func TestSearchNeedsTheConsistencyLevelOnEachPage(t *testing.T) {
	w := newWorld(t)
	grace := w.as(sim.GraceID, "User.ReadBasic.All")
	first := w.graph(grace, http.MethodGet, "/users?$count=true&$top=1&$select=id&$search="+url.QueryEscape(`"mail:h" OR "mail:g"`), nil)
	next := first.string("@odata.nextLink")
	if len(first.value()) != 1 || len(first.value()[0]) != 1 || next == "" {
		t.Fatalf("%s", first.text)
	}
	w.want(w.do(w.request(http.MethodGet, next, "", map[string]string{"Authorization": "Bearer " + grace})), 400, "Request_UnsupportedQuery")
	second := w.graph(grace, http.MethodGet, strings.TrimPrefix(next, w.GraphBase()), nil)
	if len(second.value()) != 1 || second.body["@odata.count"] != nil {
		t.Errorf("%s", second.text)
	}
}

func TestWhoMaySeePeopleAndThePolicy(t *testing.T) {
	w := newWorld(t)
	ada, isabel := w.as(sim.AdaID, "User.Read"), w.as(sim.IsabelID, "Policy.Read.AuthenticationMethod")
	if a := w.graph(ada, http.MethodGet, "/me?$select=displayName", nil); a.body["displayName"] != "Ada Fischer" || a.body["mail"] != nil {
		t.Errorf("%s", a.text)
	}
	w.want(w.graph(ada, http.MethodGet, "/users/"+sim.BenID, nil), 403, "Authorization_RequestDenied")
	w.want(w.graph(ada, http.MethodGet, "/users", nil), 403, "Authorization_RequestDenied")
	grace := w.as(sim.GraceID, "User.ReadBasic.All")
	w.want(w.graph(grace, http.MethodGet, "/users/"+sim.BenID, nil), 200, "")
	w.want(w.graph(grace, http.MethodGet, "/users/"+sim.DemoTenantID, nil), 404, "Request_ResourceNotFound")
	const policy = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath"
	if a := w.graph(isabel, http.MethodGet, policy, nil); a.body["state"] != "enabled" {
		t.Errorf("%s", a.text)
	}
	w.Update(func(s *sim.Switches) { s.PolicyDisabled = true })
	if a := w.graph(isabel, http.MethodGet, policy, nil); a.body["state"] != "disabled" {
		t.Errorf("%s", a.text)
	}
	w.want(w.graph(ada, http.MethodGet, policy, nil), 403, "accessDenied")
}

func TestAPersonIsNamedByASegmentOrByAKey(t *testing.T) {
	w := newWorld(t, func(o *sim.Options) {
		o.People = append(o.People, sim.Person{ID: "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4ef01", Name: "Payroll", UPN: "$pay'roll@contoso.example"})
	})
	grace := w.as(sim.GraceID, "User.ReadBasic.All")
	for path, name := range map[string]string{
		"/users('%24pay%27%27roll@contoso.example')":             "Payroll",
		"/users('0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4ef01')":         "Payroll",
		"/users/0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4ef01":            "Payroll",
		"/USERS%28%27" + sim.AdaID + "%27%29":                    "Ada Fischer",
		"/users/ada.fischer@contoso.example?$select=displayName": "Ada Fischer",
	} {
		if got := w.graph(grace, http.MethodGet, path, nil); got.string("displayName") != name {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
	for _, path := range []string{"/users/$pay%27roll@contoso.example", "/users/%24pay'roll@contoso.example", "/users/$count", "/users('')", "/users()"} {
		w.want(w.graph(grace, http.MethodGet, path, nil), 400, "badRequest")
	}
	for _, path := range []string{"/users('$pay'roll@contoso.example')", "/users('nobody')", "/users/'" + sim.AdaID + "'"} {
		if got := w.graph(grace, http.MethodGet, path, nil); got.status == http.StatusOK {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
}
