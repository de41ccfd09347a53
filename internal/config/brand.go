package config

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"slices"
	"strings"
)

// maxLogo bounds the logo's file, in bytes: it is part of every first visit.
const maxLogo = 64 << 10

// Logo is the company's logo; its zero value is none.
type Logo struct {
	Body      []byte
	MediaType string // image/png or image/svg+xml
}

// parseColor takes a colour as #rrggbb and answers it in lower case.
func parseColor(value string) (string, error) {
	digits, marked := strings.CutPrefix(strings.ToLower(value), "#")
	if !marked || len(digits) != 6 || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", errors.New("want a colour such as #0b5c67")
	}
	return "#" + digits, nil
}

// readLogo reads a PNG or an SVG. An SVG that could run something, or fetch something, is refused:
// it would be shown as a picture only, where it could do neither, but its address can be opened.
func (d *draft) readLogo(path string) (Logo, error) {
	body, err := readSome(d.read, path)
	switch {
	case err != nil:
		return Logo{}, err
	case len(body) > maxLogo:
		return Logo{}, fmt.Errorf("want at most %d kB, it has %d", maxLogo>>10, len(body)>>10)
	}
	if _, err := png.DecodeConfig(bytes.NewReader(body)); err == nil {
		return Logo{Body: body, MediaType: "image/png"}, nil
	}
	if err := plainSVG(body); err != nil {
		return Logo{}, fmt.Errorf("want a PNG, or an SVG without scripts and references to elsewhere: %w", err)
	}
	return Logo{Body: body, MediaType: "image/svg+xml"}, nil
}

const svgNamespace = "http://www.w3.org/2000/svg"

// svgElements are the elements of an SVG that only draw (SVG 2, appendix F).
var svgElements = strings.Fields(`svg g defs title desc metadata symbol use switch path rect circle ellipse line polyline
	polygon text tspan linearGradient radialGradient stop clipPath mask pattern marker style
	filter feBlend feColorMatrix feComponentTransfer feComposite feFlood feFuncA feFuncB feFuncG feFuncR
	feGaussianBlur feMerge feMergeNode feOffset feDropShadow`)

// plainSVG returns nil for an SVG that only draws.
func plainSVG(body []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var open []string
	drawn := false
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && drawn:
			return nil
		case err != nil:
			return fmt.Errorf("it is no picture: %w", err)
		}
		switch t := token.(type) {
		case xml.Directive:
			if !bytes.HasPrefix(bytes.ToUpper(t), []byte("DOCTYPE")) || bytes.Contains(t, []byte("[")) {
				return errors.New("it declares something of its own")
			}
		case xml.StartElement:
			if err := drawsOnly(t, len(open) == 0); err != nil {
				return err
			}
			open, drawn = append(open, t.Name.Local), true
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && open[len(open)-1] == "style" && !plainStyle(string(t)) {
				return errors.New("its style refers to elsewhere")
			}
		}
	}
}

// drawsOnly returns nil for an element that draws and whose attributes refer to the picture alone.
func drawsOnly(t xml.StartElement, first bool) error {
	switch {
	case first && (t.Name.Local != "svg" || t.Name.Space != svgNamespace):
		return fmt.Errorf("its root is <%s>, not <svg>", t.Name.Local)
	case t.Name.Space != svgNamespace || !slices.Contains(svgElements, t.Name.Local):
		return fmt.Errorf("it has a <%s>; save it as a plain SVG", t.Name.Local)
	}
	for _, a := range t.Attr {
		switch name := strings.ToLower(a.Name.Local); {
		case strings.HasPrefix(name, "on"):
			return fmt.Errorf("<%s> has %s", t.Name.Local, a.Name.Local)
		case foreign(a), !plainStyle(a.Value):
			return fmt.Errorf("%s of <%s> refers to elsewhere", a.Name.Local, t.Name.Local)
		}
	}
	return nil
}

// foreign reports whether the attribute is a reference out of the picture.
func foreign(a xml.Attr) bool {
	return strings.EqualFold(a.Name.Local, "href") && !strings.HasPrefix(strings.TrimSpace(a.Value), "#")
}

// plainStyle reports whether a style, or another value, refers to the picture's own parts only.
func plainStyle(value string) bool {
	value = strings.ToLower(strings.Join(strings.Fields(value), ""))
	if strings.Contains(value, "@import") || strings.Contains(value, `\`) {
		return false
	}
	for _, after := range strings.Split(value, "url(")[1:] {
		if !strings.HasPrefix(strings.TrimLeft(after, `'"`), "#") {
			return false
		}
	}
	return true
}
