package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// headers sets the security headers of every answer, errors and static files included. A static
// file replaces the caching rule by its own.
func (s *Server) headers() echo.MiddlewareFunc {
	fixed := http.Header{}
	fixed.Set(echo.HeaderContentSecurityPolicy, s.contentSecurityPolicy())
	fixed.Set(echo.HeaderXContentTypeOptions, "nosniff")
	// no-referrer would make browsers send "Origin: null" on our own form posts.
	fixed.Set(echo.HeaderReferrerPolicy, "same-origin")
	fixed.Set("Cross-Origin-Opener-Policy", "same-origin")
	fixed.Set("Cross-Origin-Resource-Policy", "same-origin")
	fixed.Set(echo.HeaderCacheControl, "no-store")
	if s.BaseURL.Scheme == "https" {
		fixed.Set(echo.HeaderStrictTransportSecurity, "max-age=31536000")
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			maps.Copy(h, fixed)
			h.Set("Permissions-Policy", permissionsPolicy(c.Path()))
			return next(c)
		}
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
		"report-uri " + cspReportPath, // report-to beside it would make Chromium hold reports back
	}, "; ")
}

// permissionsPolicy denies every feature; a page with a serial field may use the camera.
func permissionsPolicy(path string) string {
	const denied = "accelerometer=(), autoplay=(), bluetooth=(), display-capture=(), encrypted-media=(), " +
		"fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), " +
		"payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), " +
		"usb=(), xr-spatial-tracking=()"
	if slices.Contains(scanPages(), path) {
		return denied + ", camera=(self)"
	}
	return denied + ", camera=()"
}

// scanPages are the routes whose pages have a serial field.
func scanPages() []string {
	return []string{
		enrolPath, handoutPath, personRoute, personRoute + "/enrol", personRoute + "/assign", replacePath,
	}
}
