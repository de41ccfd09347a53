package web

import (
	"fmt"
	"math"
	"strconv"
)

// color is a colour in sRGB, each part from 0 to 1.
type color [3]float64

// parseRGB takes #rrggbb, as the configuration has it.
func parseRGB(text string) (color, error) {
	var c color
	if len(text) != 7 || text[0] != '#' {
		return c, fmt.Errorf("%q is no colour", text)
	}
	for i := range c {
		part, err := strconv.ParseUint(text[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return c, fmt.Errorf("%q is no colour: %w", text, err)
		}
		c[i] = float64(part) / 255
	}
	return c, nil
}

// String is the colour as CSS has it.
func (c color) String() string {
	return fmt.Sprintf("#%02x%02x%02x", eight(c[0]), eight(c[1]), eight(c[2]))
}

func eight(part float64) uint8 { return uint8(math.Round(part * 255)) }

// mixed is the colour with a share, from 0 to 1, of another; rounded as it will be shown.
func (c color) mixed(with color, share float64) color {
	for i := range c {
		c[i] = float64(eight(c[i]+(with[i]-c[i])*share)) / 255
	}
	return c
}

// luminance is WCAG 2.2's relative luminance.
func (c color) luminance() float64 {
	var linear [3]float64
	for i, part := range c {
		if linear[i] = part / 12.92; part > 0.04045 {
			linear[i] = math.Pow((part+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}

// contrast is WCAG 2.2's contrast ratio of two colours, from 1 to 21.
func contrast(a, b color) float64 {
	bright, dark := a.luminance(), b.luminance()
	if bright < dark {
		bright, dark = dark, bright
	}
	return (bright + 0.05) / (dark + 0.05)
}

// readable is what text needs (WCAG 2.2, success criterion 1.4.3), and a little for the tints.
const readable = 4.6

// readableOn is the colour, moved towards an end until it can be read on the ground.
func (c color) readableOn(ground, end color) color {
	for share := 0.0; share <= 1; share += 0.01 {
		if moved := c.mixed(end, share); contrast(moved, ground) >= readable {
			return moved
		}
	}
	return end
}
