package entra

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestFLT10EveryReasonIsListedAndUsed(t *testing.T) {
	listed := Reasons()
	if !slices.IsSorted(listed) || len(slices.Compact(slices.Clone(listed))) != len(listed) {
		t.Error("reasons are not sorted or not unique")
	}
	used := []string{reasonCallback, ReasonBroken, ReasonSilent, reasonIDToken, reasonUnknown}
	for number, reason := range aadstsReasons {
		used = append(used, reason)
		if parseAADSTS(reference(number)) != number {
			t.Errorf("%d is not read back", number)
		}
	}
	for _, reason := range oauthReasons {
		used = append(used, reason)
	}
	slices.Sort(used)
	if got := slices.Compact(used); !slices.Equal(got, listed) {
		t.Errorf("used %q, listed %q", got, listed)
	}
}

func TestFLT10NumbersBecomeReasons(t *testing.T) {
	for reason, numbers := range map[string][]int{
		reasonSessionExpired:    {50058, 70008, 700082, 70043},
		reasonMFANotPassed:      {50076, 50074, 500121},
		reasonNoMethod:          {50079, 50072},
		reasonMFATooOld:         {50078},
		reasonNotAssignedToApp:  {50105},
		reasonAccountDisabled:   {50057},
		reasonLocked:            {50053},
		reasonPasswordExpired:   {50055},
		reasonWrongTenant:       {50020, 50034, 90072},
		ReasonRedirectURI:       {50011},
		reasonRevoked:           {50173},
		reasonDevice:            {53000, 53001, 530003},
		reasonConditionalAccess: {53003, 530032, 530035},
		reasonPlace:             {53010},
		reasonCodeUsed:          {54005},
		reasonConsentMissing:    {65001},
		reasonConsentDeclined:   {65004},
		reasonAdminConsent:      {90094, 90095},
		ReasonAppRegistration:   {650057, 700016, 90002},
		ReasonClientProof:       {7000215, 7000222, 700027, 70021, 700213},
		reasonWrongCloud:        {90038},
		reasonLoop:              {50196},
		reasonTryAgain:          {50033, 50087, 90006, 90024, 90033},
		reasonUnknown:           {0, 1234, 99999999},
	} {
		for _, number := range numbers {
			if got := reasonOf(number, ""); got != reason {
				t.Errorf("%d is %s, want %s", number, got, reason)
			}
		}
	}
}

func TestFLT10ANumberIsFoundInADescription(t *testing.T) {
	for description, want := range map[string]int{
		"AADSTS50072: Due to a configuration change …": 50072,
		"AADSTS7000215":                                  7000215,
		"AADSTS1234: four digits":                        1234,
		"AADSTS123: three":                               0,
		"text before AADSTS50105.":                       50105,
		"AADSTS1, AADSTS50076":                           50076,
		"AADSTS123456789: nine digits, then AADSTS50076": 50076,
		"AADSTS0050076":                                  0,
		"AADSTSAADSTS50076":                              50076,
		"aadsts50076":                                    0,
		"AADSTS":                                         0,
		"AADSTS５００７６":                                    0,
		"":                                               0,
		strings.Repeat(" ", maxSearched) + "AADSTS50076":     0,
		strings.Repeat(" ", maxSearched-11) + "AADSTS50076x": 50076,
	} {
		if got := parseAADSTS(description); got != want {
			t.Errorf("%q: got %d, want %d", description, got, want)
		}
	}
}

func TestFLT10TheLogNamesAnErrorThatIsListedAndItsNumber(t *testing.T) {
	for _, test := range []struct {
		code   string
		number int
		want   string
	}{
		{"access_denied", 0, "access_denied"},
		{"access_denied", 50105, "access_denied AADSTS50105"},
		{"planted", 0, "an unlisted error"},
		{"planted", 50105, "an unlisted error AADSTS50105"},
	} {
		if got := describeCode(test.code, test.number); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func FuzzParseAADSTS(f *testing.F) {
	for _, seed := range []string{"AADSTS50072: x", "AADSTS123456789", "AADSTSAADSTS0123", "\xffAADSTS7000215"} {
		f.Add(seed)
	}
	shape := regexp.MustCompile(`^AADSTS[1-9]\d{3,7}$`)
	f.Fuzz(func(t *testing.T, description string) {
		number := parseAADSTS(description)
		if number == 0 {
			return
		}
		if !shape.MatchString(reference(number)) || !strings.Contains(description, strconv.Itoa(number)) {
			t.Errorf("%q gave %d", description, number)
		}
	})
}
