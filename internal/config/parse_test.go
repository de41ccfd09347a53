package config

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzTrustedProxies(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "10.0.0.0/8, ::1/128", "10.0.0.1/8", "", ",", "::ffff:0:0/96", "0.0.0.0/0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		networks, err := parseNetworks(s)
		if err != nil {
			return
		}
		if got, want := len(networks), strings.Count(s, ",")+1; got != want {
			t.Errorf("%d networks of %d parts", got, want)
		}
		for _, network := range networks {
			again, err := netip.ParsePrefix(network.String())
			if err != nil || again != network || !network.Contains(network.Addr()) {
				t.Errorf("%q became %v", s, network)
			}
		}
	})
}

func FuzzBaseURL(f *testing.F) {
	for _, seed := range []string{
		"https://fobs.example.org/", "http://localhost:8080", "https://a@b", "https://[::1]:443", "https:example.org", "//a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		base, err := parseBaseURL(s)
		if err != nil {
			return
		}
		again, err := parseBaseURL(base)
		if err != nil || again != base {
			t.Errorf("%q became %q, and that %q, %v", s, base, again, err)
		}
		u, err := url.Parse(base + "/auth/callback")
		if err != nil || u.Path != "/auth/callback" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q became %q, on which nothing can be built: %v", s, base, err)
		}
		if u.Scheme != "https" && !isLoopback(u.Hostname()) {
			t.Errorf("%q became %q: plain http away from loopback", s, base)
		}
	})
}

func TestROL01RolesAreTemplateIDsOrNamesOfAppRoles(t *testing.T) {
	c, err := load(t, map[string]string{"FOBDESK_ADMIN_ROLES": "C4E39BD9-1100-46D3-8C65-FB160DA0071F, Fobs.Admin"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"c4e39bd9-1100-46d3-8c65-fb160da0071f", "Fobs.Admin"}
	if diff := cmp.Diff(want, c.AdminRoles); diff != "" {
		t.Error(diff)
	}
}

func TestOIDC03AWiderRequestRepeatsTheNarrowerScopesOnce(t *testing.T) {
	c, err := load(t, map[string]string{
		"FOBDESK_CLOUD":            "usgov",
		"FOBDESK_SELF_SCOPES":      "User.Read",
		"FOBDESK_ADMIN_SCOPES":     "https://graph.microsoft.us/user.read User.Read.All",
		"FOBDESK_INVENTORY_SCOPES": "Policy.Read.All User.Read.All",
	})
	if err != nil {
		t.Fatal(err)
	}
	const graph = "https://graph.microsoft.us/"
	want := [][]string{
		{graph + "User.Read"},
		{graph + "User.Read", graph + "User.Read.All"},
		{graph + "User.Read", graph + "User.Read.All", graph + "Policy.Read.All"},
	}
	if diff := cmp.Diff(want, [][]string{c.SelfScopes, c.AdminScopes, c.InventoryScopes}); diff != "" {
		t.Error(diff)
	}
}
