package web

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// headers sets the security headers of every answer, errors and static files included. A static
// file replaces the caching rule by its own.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	policy := s.contentSecurityPolicy()
	secure := s.BaseURL.Scheme == "https"
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(echo.HeaderContentSecurityPolicy, policy)
		h.Set("Reporting-Endpoints", `csp="`+cspReportPath+`"`)
		h.Set(echo.HeaderXContentTypeOptions, "nosniff")
		// no-referrer would make browsers send "Origin: null" on our own form posts.
		h.Set(echo.HeaderReferrerPolicy, "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", permissionsPolicy(c.Path()))
		h.Set(echo.HeaderCacheControl, "no-store")
		if secure {
			h.Set(echo.HeaderStrictTransportSecurity, "max-age=31536000")
		}
		return next(c)
	}
}

// contentSecurityPolicy allows what the pages use and nothing else. A form may end at Entra, for
// browsers hold the redirect of a post to form-action too.
func (s *Server) contentSecurityPolicy() string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"require-trusted-types-for 'script'",
		"trusted-types htmx",
		"style-src 'self'",
		"img-src 'self'",
		"font-src 'self'",
		"connect-src 'self'",
		"form-action 'self' " + s.SignInOrigin,
		"base-uri 'none'",
		"object-src 'none'",
		"frame-ancestors 'none'",
		"report-uri " + cspReportPath,
		"report-to csp",
	}, "; ")
}

// permissionsPolicy denies every feature; a page with a serial field may use the camera.
func permissionsPolicy(path string) string {
	const denied = "accelerometer=(), autoplay=(), bluetooth=(), display-capture=(), encrypted-media=(), " +
		"fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), " +
		"payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), " +
		"usb=(), xr-spatial-tracking=()"
	if path == "/enrol" {
		return denied + ", camera=(self)"
	}
	return denied + ", camera=()"
}
