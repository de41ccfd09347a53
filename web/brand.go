package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// Brand is what a company gives the pages of its own.
type Brand struct {
	Color    string // #rrggbb; empty for ours
	Logo     []byte // empty for none
	LogoType string // its media type
}

// brand is the company's own files, by their path; each path has a hash of its content, so that a
// copy may be kept for ever.
type brand struct {
	view.Brand
	files map[string]brandFile
}

type brandFile struct {
	mediaType string
	body      []byte
}

const (
	brandPath = "/brand/"
	cssType   = "text/css; charset=utf-8"
)

func newBrand(b Brand) (brand, error) {
	own := brand{files: map[string]brandFile{}}
	if b.Color != "" {
		accent, err := parseRGB(b.Color)
		if err != nil {
			return own, err
		}
		light, dark := schemes()
		own.Sheet = own.add("accent.css", cssType, light.sheet(accent))
		own.DarkSheet = own.add("accent-dark.css", cssType, dark.sheet(accent))
	}
	if len(b.Logo) > 0 {
		own.Logo = own.add("logo", b.LogoType, b.Logo)
	}
	return own, nil
}

func (b *brand) add(name, mediaType string, body []byte) string {
	sum := sha256.Sum256(body)
	path := brandPath + hex.EncodeToString(sum[:8]) + "-" + name
	b.files[path] = brandFile{mediaType, body}
	return path
}

// getBrand serves the company's files. A picture is no page: opened by itself it can do nothing.
func (s *Server) getBrand(c echo.Context) error {
	file, ok := s.brand.files[c.Request().URL.Path]
	if !ok {
		return outcome.New(outcome.NotFound)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, file.mediaType, file.body)
}

// scheme is what an accent stands on in one of the two colour schemes, as color.css has it: the
// pages' grounds, and the end towards which the accent is moved until it can be read on them.
type scheme struct {
	surface, ground, end, onAction color
	tint, tintEdge, strong         float64 // shares of the accent in a tint, of the end in the stronger accent
}

// schemes are the light one and the dark one.
func schemes() (light, dark scheme) {
	white, night := color{1, 1, 1}, color{0x0e / 255., 0x15 / 255., 0x19 / 255.}
	light = scheme{
		surface: white, ground: color{0xf4 / 255., 0xf7 / 255., 0xf7 / 255.}, end: color{}, onAction: white,
		tint: 0.06, tintEdge: 0.16, strong: 0.2,
	}
	dark = scheme{
		surface: color{0x16 / 255., 0x20 / 255., 0x25 / 255.}, ground: night, end: white, onAction: night,
		tint: 0.08, tintEdge: 0.2, strong: 0.25,
	}
	return light, dark
}

// accents are the colours that color.css has for the accent, in one scheme.
func (s scheme) accents(accent color) map[string]color {
	tint := s.surface.mixed(accent, s.tint)
	action := accent.readableOn(s.ground, s.end).readableOn(s.surface, s.end).readableOn(tint, s.end).readableOn(s.onAction, s.end)
	return map[string]color{
		"action": action, "action-strong": action.mixed(s.end, s.strong), "on-action": s.onAction,
		"tint": tint, "tint-edge": s.surface.mixed(accent, s.tintEdge),
	}
}

// sheet is the style sheet that makes one colour the accent, whatever it is.
func (s scheme) sheet(accent color) []byte {
	sheet, accents := []byte(":root{"), s.accents(accent)
	for _, name := range slices.Sorted(maps.Keys(accents)) {
		sheet = fmt.Appendf(sheet, "--color-%s:%s;", name, accents[name])
	}
	return append(sheet, "}\n"...)
}
