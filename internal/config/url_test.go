package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheCloudDecidesHostsAndNamesOfScopes(t *testing.T) {
	tenant := enough["FOBDESK_TENANT_ID"]
	for _, test := range []struct{ cloud, issuer, graph string }{
		{"global", "https://login.microsoftonline.com/" + tenant + "/v2.0", "https://graph.microsoft.com"},
		{"usgov", "https://login.microsoftonline.us/" + tenant + "/v2.0", "https://graph.microsoft.us"},
		{"usgovdod", "https://login.microsoftonline.us/" + tenant + "/v2.0", "https://dod-graph.microsoft.us"},
		{"china", "https://login.partner.microsoftonline.cn/" + tenant + "/v2.0", "https://microsoftgraph.chinacloudapi.cn"},
	} {
		t.Run(test.cloud, func(t *testing.T) {
			c, err := load(t, map[string]string{"FOBDESK_CLOUD": test.cloud})
			if err != nil {
				t.Fatal(err)
			}
			if c.IssuerURL != test.issuer || c.GraphURL != test.graph+"/beta" {
				t.Errorf("issuer %s, Graph %s", c.IssuerURL, c.GraphURL)
			}
			if want := test.graph + "/UserAuthenticationMethod.ReadWrite"; c.SelfScopes[0] != want {
				t.Errorf("scope %s, want %s", c.SelfScopes[0], want)
			}
		})
	}
}

func TestScopesKeepTheCloudsHostWhateverGraphURLSays(t *testing.T) {
	c, err := load(t, map[string]string{
		"FOBDESK_GRAPH_URL":   "http://127.0.0.1:9000/beta/",
		"FOBDESK_ISSUER_URL":  "http://localhost:9001/tenant/v2.0/",
		"FOBDESK_SELF_SCOPES": " UserAuthMethod-HardwareOATH.ReadWrite  https://graph.example.org/User.Read ",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"https://graph.microsoft.com/UserAuthMethod-HardwareOATH.ReadWrite", "https://graph.example.org/User.Read",
	}
	if diff := cmp.Diff(want, c.SelfScopes); diff != "" {
		t.Error(diff)
	}
	if c.GraphURL != "http://127.0.0.1:9000/beta" {
		t.Errorf("Graph is %s, want it without its last slash", c.GraphURL)
	}
	if c.IssuerURL != "http://localhost:9001/tenant/v2.0/" {
		t.Errorf("issuer is %s, want it exactly as given", c.IssuerURL)
	}
}

func TestTheBaseURLIsTheOriginThatBrowsersSend(t *testing.T) {
	for given, want := range map[string]string{
		"https://Fobs.Example.org/":     "https://fobs.example.org",
		"https://fobs.example.org:443":  "https://fobs.example.org",
		"https://fobs.example.org:8443": "https://fobs.example.org:8443",
		"http://localhost:80":           "http://localhost",
		"http://127.0.0.1:8080/":        "http://127.0.0.1:8080",
		"http://[::1]:8080":             "http://[::1]:8080",
		"http://fobs.localhost:8080":    "http://fobs.localhost:8080",
	} {
		c, err := load(t, map[string]string{"FOBDESK_BASE_URL": given})
		if err != nil {
			t.Errorf("%s: %v", given, err)
		} else if c.BaseURL != want {
			t.Errorf("%s: got %s, want %s", given, c.BaseURL, want)
		}
	}
}
