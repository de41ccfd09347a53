package graph_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/sim"
)

// want checks an error's outcome and reason; both empty for none.
func want(t *testing.T, what string, err error, kind outcome.Outcome, reason string) {
	t.Helper()
	var got outcome.Error
	if refusal, ok := errors.AsType[*outcome.Error](err); ok {
		got = *refusal
	}
	if got.Outcome != kind || got.Reason != reason || (err == nil) != (kind == "") {
		t.Errorf("%s: %v; want %q %q", what, err, kind, reason)
	}
}

func TestINP02PeopleWithDifficultNamesAreFoundByThem(t *testing.T) {
	w := newTenant(t)
	people := w.client.People(w.as(sim.GraceID, adminScopes))
	for q, want := range map[string][]string{
		"ann smith":                 {sim.AnnSmithID, sim.AnnSmithOtherID},
		"ann.smith2@contoso.exampl": {sim.AnnSmithOtherID},
		"ann.smith.warehouse":       {sim.AnnSmithOtherID},
		"O'Brien":                   {sim.ChloeID},
		"o'b":                       {sim.ChloeID},
		`Zoë "Zed" Quote`:           {sim.ZoeID},
		`"Zed"`:                     {sim.ZoeID},
		"李小龍":                       {sim.XiaolongID},
		"山田 花子":                     {sim.HanakoID},
		"Søren & Co":                {sim.SorenID},
		"100%er":                    {sim.PercentID},
		`back\slash`:                {sim.BackslashID},
		"  Grace\u200b Okafor ":     {sim.GraceID},
		`nobody" OR "displayName:a`: nil,
		"ann OR grace":              nil,
		"%22 OR *":                  nil,
		`\`:                         nil,
		"zzz":                       nil,
	} {
		page, err := people.Search(t.Context(), q, "")
		var got []string
		for _, person := range page.People {
			got = append(got, person.ID)
		}
		if diff := cmp.Diff(want, got, cmpopts.SortSlices(strings.Compare)); err != nil || diff != "" {
			t.Errorf("%s: %v %s", q, err, diff)
		}
	}
}

func TestPagesOfPeopleHoldEverybodyOnce(t *testing.T) {
	w := newTenant(t)
	people := w.client.People(w.as(sim.GraceID, adminScopes))
	w.Update(func(s *sim.Switches) { s.PageSize = 3 })
	seen, next := map[string]bool{}, ""
	pages := 0
	for {
		page, err := people.Search(t.Context(), "a", next)
		if err != nil {
			t.Fatal(err)
		}
		for _, person := range page.People {
			if seen[person.ID] || person.Name == "" || person.UserPrincipalName == "" {
				t.Errorf("%+v again, or without a name", person)
			}
			seen[person.ID] = true
		}
		pages++
		if next = page.Next; next == "" {
			break
		}
	}
	if pages != (len(seen)+2)/3 || pages < 2 {
		t.Errorf("%d people on %d pages", len(seen), pages)
	}
	forged := w.GraphBase() + "/users?$search=%22displayName%3Aa%22&$skiptoken=forged"
	_, err := people.Search(t.Context(), "", forged)
	want(t, "a forged page", err, outcome.InvalidInput, "")
	_, err = people.Search(t.Context(), "", w.GraphBase()+"/me/nothing")
	want(t, "a page of nothing", err, outcome.InvalidInput, "")
}

func TestAPersonIsFoundByIDAndByUPN(t *testing.T) {
	w := newTenant(t)
	people := w.client.People(w.as(sim.GraceID, adminScopes))
	ann := oath.Person{ID: sim.AnnSmithOtherID, Name: "Ann Smith", UserPrincipalName: "ann.smith2@contoso.example", Mail: "ann.smith.warehouse@contoso.example"}
	for _, id := range []string{sim.AnnSmithOtherID, strings.ToUpper(sim.AnnSmithOtherID), "Ann.Smith2@contoso.example"} {
		if got, err := people.Find(t.Context(), id); err != nil || got != ann {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
	for _, id := range []string{sim.DemoTenantID, "nobody@contoso.example"} {
		_, err := people.Find(t.Context(), id)
		want(t, id, err, outcome.NotFound, "person")
	}
	_, err := w.client.People(w.as(sim.AdaID, "User.Read")).Find(t.Context(), sim.AnnSmithID)
	want(t, "an employee", err, outcome.NotAllowed, "permission")
}

func TestINP02PeopleOfOddNamesAreFoundByTheirUserPrincipalName(t *testing.T) {
	names := []string{
		"$payroll@contoso.example", "$o'neil#1@contoso.example", "'@contoso.example", "o'brien@contoso.example", "!wow@contoso.example",
		"a#b@contoso.example", "a^b@contoso.example", "~a@contoso.example", "b_x.example#EXT#@contoso.example", "a$b@contoso.example",
	}
	w := newTenant(t, func(o *sim.Options) {
		for i, name := range names {
			o.People = append(o.People, sim.Person{ID: oddID(i), Name: "Odd", UPN: name})
		}
	})
	people := w.client.People(w.as(sim.GraceID, adminScopes))
	for i, name := range names {
		if got, err := people.Find(t.Context(), name); err != nil || got.ID != oddID(i) || got.UserPrincipalName != name {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, name := range []string{"$nobody@contoso.example", "$payroll'@contoso.example"} {
		if _, err := people.Find(t.Context(), name); !errors.Is(err, outcome.NotFound) {
			t.Errorf("%s: %v, want that nobody is there", name, err)
		}
	}
}

func oddID(i int) string { return fmt.Sprintf("0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4ef%02x", i) }

func TestAFobIsFoundInAnInventoryOf1200(t *testing.T) {
	w := newTenant(t)
	inventory := w.client.Inventory(w.as(sim.HenrikID, inventoryScopes))
	for _, size := range []int{0, 500, 100} {
		w.Update(func(s *sim.Switches) { s.PageSize, s.FilterEachPage = size, size > 0 })
		for _, serial := range []string{sim.SerialGood30, sim.BoxSerial(0), sim.BoxSerial(999), sim.SerialChloe} {
			number, _ := w.typed(serial)
			got, err := inventory.Find(t.Context(), number)
			device, _ := w.Device(serial)
			if err != nil || got.ID != device.ID || got.SerialNumber != serial || got.Holder.ID != device.HolderID || string(got.Status) != string(device.Status) {
				t.Errorf("%s in pages of %d: %+v, %v; want %+v", serial, size, got, err, device)
			}
		}
		number, _ := w.typed(sim.SerialUnknown)
		_, err := inventory.Find(t.Context(), number)
		want(t, "a fob of another box", err, outcome.UnknownSerial, "")
	}
	number, _ := w.typed("galt30417822")
	_, err := inventory.Find(t.Context(), number)
	want(t, "another letter case", err, outcome.UnknownSerial, "")
	w.Update(func(s *sim.Switches) { s.SerialIgnoresCase = true })
	if got, err := inventory.Find(t.Context(), number); err != nil || got.SerialNumber != sim.SerialGood30 {
		t.Errorf("another letter case, where Graph does not mind: %+v, %v", got, err)
	}
}

func TestROL04GraphDecidesWhoMayDoWhat(t *testing.T) {
	w := newTenant(t)
	const permission = "permission"
	w.ActivateRole(sim.LiamID, sim.RoleAuthenticationAdministrator)
	number, _ := w.typed(sim.SerialGood30)
	for _, test := range []struct {
		who, actor, subject   string
		read, write, findsFob bool
	}{
		{who: "an employee", actor: sim.AdaID, subject: sim.AnnSmithID},
		{who: "somebody without a role", actor: sim.JonasID, subject: sim.AnnSmithID},
		{who: "an authentication administrator", actor: sim.GraceID, subject: sim.AnnSmithID, read: true, write: true},
		{who: "an authentication administrator, on a global one", actor: sim.GraceID, subject: sim.MiaID},
		{who: "an authentication administrator, on the restricted", actor: sim.GraceID, subject: sim.NoorID},
		{who: "a policy administrator", actor: sim.HenrikID, subject: sim.AnnSmithID, findsFob: true},
		{who: "a global reader", actor: sim.IsabelID, subject: sim.MiaID, read: true, findsFob: true},
		{who: "a global administrator, on the restricted", actor: sim.MiaID, subject: sim.NoorID, read: true, write: true, findsFob: true},
		{who: "a scoped one, inside", actor: sim.KarinID, subject: sim.AnnSmithOtherID, read: true, write: true},
		{who: "a scoped one, outside", actor: sim.KarinID, subject: sim.AnnSmithID},
		{who: "one who activated the role", actor: sim.LiamID, subject: sim.AnnSmithID, read: true, write: true},
	} {
		refused := func(what string, err error, allowed bool) {
			t.Helper()
			if allowed {
				want(t, test.who+" "+what, err, "", "")
			} else {
				want(t, test.who+" "+what, err, outcome.NotAllowed, permission)
			}
		}
		token := w.as(test.actor, inventoryScopes)
		methods := w.client.User(token, test.subject)
		_, err := methods.List(t.Context())
		refused("lists", err, test.read)
		serial, code := w.typed(sim.SerialGood60)
		_, err = methods.AssignAndActivate(t.Context(), serial, code, oath.DisplayName{})
		refused("enrols", err, test.write)
		device, _ := w.Device(sim.SerialGood60)
		if test.write {
			_, err = methods.Remove(t.Context(), device.ID)
			want(t, test.who+" removes", err, "", "")
			w.clock.pass(2 * time.Minute) // a code is good once
		} else if device.HolderID != "" {
			t.Errorf("%s: the fob is %s's", test.who, device.HolderID)
		}
		_, err = w.client.Inventory(token).Find(t.Context(), number)
		refused("looks for a fob", err, test.findsFob)
	}
	grace := w.as(sim.GraceID, adminScopes)
	_, err := w.client.User(grace, sim.DemoTenantID).List(t.Context())
	want(t, "nobody's methods", err, outcome.NotFound, "person")
	w.EndRole(sim.GraceID, sim.RoleAuthenticationAdministrator)
	_, err = w.client.User(grace, sim.AnnSmithID).List(t.Context())
	want(t, "a role that ended", err, outcome.NotAllowed, permission)
}

func TestAFobGoesThroughItsLifeInAnAdminsHands(t *testing.T) {
	w := newTenant(t)
	grace := w.as(sim.GraceID, adminScopes)
	ann := w.client.User(grace, sim.AnnSmithID)
	device, _ := w.Device(sim.BoxSerial(3))
	stands := func(holder string, status sim.Status) {
		t.Helper()
		if now, _ := w.Device(device.Serial); now.HolderID != holder || now.Status != status {
			t.Errorf("the fob is %q and %s; want %q and %s", now.HolderID, now.Status, holder, status)
		}
	}
	step := func(what string, do func() (string, error)) {
		t.Helper()
		if id, err := do(); err != nil || id == "" {
			t.Errorf("%s: %q, %v", what, id, err)
		}
	}
	step("assign", func() (string, error) { return ann.Assign(t.Context(), device.ID) })
	stands(sim.AnnSmithID, sim.StatusAssigned)
	step("activate", func() (string, error) {
		return ann.Activate(t.Context(), device.ID, w.code(w.Code(device.Serial)), oath.DisplayName{})
	})
	stands(sim.AnnSmithID, sim.StatusActivated)
	methods, err := ann.List(t.Context())
	if err != nil || !slices.ContainsFunc(methods, func(m oath.Method) bool { return m.ID == device.ID && m.Active() }) {
		t.Errorf("the list: %+v, %v", methods, err)
	}
	_, err = w.client.User(grace, sim.ZoeID).Assign(t.Context(), device.ID)
	want(t, "assigned to another", err, outcome.AssignedToOther, "")
	_, err = w.client.User(grace, sim.ZoeID).Assign(t.Context(), sim.DemoTenantID)
	want(t, "a device that is none", err, outcome.UnknownSerial, "")
	_, err = w.client.User(grace, sim.ZoeID).Deactivate(t.Context(), device.ID)
	want(t, "another person's method", err, outcome.NotFound, "")
	step("deactivate", func() (string, error) { return ann.Deactivate(t.Context(), device.ID) })
	stands(sim.AnnSmithID, sim.StatusAssigned)
	step("remove", func() (string, error) { return ann.Remove(t.Context(), device.ID) })
	stands("", sim.StatusAvailable)
	w.clock.pass(2 * time.Minute)
	_, err = ann.AssignAndActivateDevice(t.Context(), device.ID, w.code(w.WrongCode(device.Serial)), oath.DisplayName{})
	want(t, "a wrong code", err, outcome.WrongCode, "")
	step("assign and activate", func() (string, error) {
		return ann.AssignAndActivateDevice(t.Context(), device.ID, w.code(w.Code(device.Serial)), oath.DisplayName{})
	})
	stands(sim.AnnSmithID, sim.StatusActivated)
	_, err = w.client.User(grace, sim.DmitriID).Assign(t.Context(), w.deviceID(sim.BoxSerial(4)))
	want(t, "a sixth", err, outcome.LimitReached, "")
}

func TestWhatIsNotSupportedForOthersIsToldFromAWrongCode(t *testing.T) {
	for _, status := range []int{400, 404, 405, 501, 403} {
		w := newTenant(t)
		reason := "not_supported"
		if status == http.StatusForbidden {
			reason = "permission"
		}
		unsupported := sim.Answer{Status: status}
		w.Update(func(s *sim.Switches) {
			s.OneStepForOthersUnsupported, s.StepsForOthersUnsupported = unsupported, unsupported
		})
		ann := w.client.User(w.as(sim.GraceID, adminScopes), sim.AnnSmithID)
		serial, code := w.typed(sim.SerialGood30)
		_, err := ann.AssignAndActivate(t.Context(), serial, code, oath.DisplayName{})
		want(t, http.StatusText(status)+", one step", err, outcome.NotAllowed, reason)
		_, err = ann.AssignAndActivateDevice(t.Context(), w.deviceID(sim.SerialGood30), code, oath.DisplayName{})
		want(t, http.StatusText(status)+", one step by device", err, outcome.NotAllowed, reason)
		if _, err = ann.Assign(t.Context(), w.deviceID(sim.SerialGood30)); err != nil {
			t.Errorf("assign: %v", err)
		}
		if _, err = ann.Activate(t.Context(), w.deviceID(sim.SerialGood30), code, oath.DisplayName{}); err != nil {
			t.Errorf("activate with the code that was not judged: %v", err)
		}
	}
	w := newTenant(t)
	w.Update(func(s *sim.Switches) { s.WrongCode = sim.Answer{Status: 400, Code: "invalidRequest"} })
	serial, _ := w.typed(sim.SerialGood30)
	_, err := w.client.User(w.as(sim.GraceID, adminScopes), sim.AnnSmithID).
		AssignAndActivate(t.Context(), serial, w.code(w.WrongCode(sim.SerialGood30)), oath.DisplayName{})
	want(t, "a plain 400", err, outcome.WrongCode, "")
}
