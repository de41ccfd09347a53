package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"fobdesk/web/view"
)

// signInHosts hold Entra's sign-in page together, beside the host that it is at (Microsoft 365,
// "Office 365 URLs and IP address ranges", ids 56 and 59). They are the same in every tenant.
var signInHosts = []string{
	"login.microsoft.com", "login.live.com", "*.msauth.net", "*.msftauth.net", "*.msauthimages.net", "*.msftauthimages.net",
}

// getStationGuide says how a station is set up, for this portal's own address and sign-in.
func (s *Server) getStationGuide(c echo.Context) error {
	signIn, err := url.Parse(s.SignInOrigin)
	if err != nil {
		return fmt.Errorf("parse the sign-in's address: %w", err)
	}
	hosts := append([]string{s.BaseURL.Host, signIn.Host}, signInHosts...)
	policies, err := json.MarshalIndent(browserPolicies(hosts), "", "  ")
	if err != nil {
		return fmt.Errorf("write the policies: %w", err)
	}
	return s.render(c, http.StatusOK, view.GuidePage(view.GuideProps{
		Chrome: s.chrome(c, "stations.guide", nil), Address: s.BaseURL.String() + kioskPath, Hosts: hosts, Policies: string(policies),
	}))
}

// browserPolicies keep a browser to these hosts and let it remember nothing of a person (Chrome
// Enterprise policy list). A host there stands for all below it, so that it has no star.
func browserPolicies(hosts []string) map[string]any {
	allowed := make([]string, len(hosts))
	for i, host := range hosts {
		allowed[i] = strings.TrimPrefix(host, "*.")
	}
	return map[string]any{
		"URLBlocklist": []string{"*"}, "URLAllowlist": allowed,
		"PasswordManagerEnabled": false, "AutofillAddressEnabled": false, "AutofillCreditCardEnabled": false,
		"BrowserSignin": 0, "SyncDisabled": true, "IncognitoModeAvailability": 1, "DeveloperToolsAvailability": 2,
		"DownloadRestrictions": 3, "PrintingEnabled": false, "TranslateEnabled": false, "DefaultPopupsSetting": 2,
		"IdleTimeout": 2, "IdleTimeoutActions": []string{"reload_pages", "clear_browsing_history", "clear_autofill", "clear_password_signin", "clear_cached_images_and_files"},
	}
}
