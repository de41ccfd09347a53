package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"rsc.io/qr"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// reasonAddress is why a page can't be shown whose address lacks what it is about.
const reasonAddress = "address"

// getSheet shows the sheet that goes with a fob to its person: where to go and what to do there. A
// fob that is assigned already is only activated; the address is the same, and leads on (see getEnrol).
func (s *Server) getSheet(c echo.Context) error {
	person, err := s.subject(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	f := fields{form: c.QueryParams()}
	serial := read(&f, paramSerial, oath.ParseSerialNumber)
	if err := f.err(); err != nil {
		return &outcome.Error{Outcome: outcome.InvalidInput, Reason: reasonAddress, Err: err}
	}
	methods, err := s.listOf(c, person)
	if err != nil {
		return s.personProblem(c, err)
	}
	props := view.SheetProps{
		Chrome: s.chrome(c, "sheet.title", nil, serial.String(), person.Name), Person: person, Serial: serial.String(),
		Assigned: slices.ContainsFunc(methods, func(m oath.Method) bool { return m.Is(serial) }),
		Where:    s.BaseURL.String() + enrolPath + "?" + url.Values{"serial": {serial.String()}}.Encode(),
	}
	if props.QR, err = qrOf(props.Where); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, view.SheetPage(props))
}

// qrOf draws a text as a QR code: a square for each dark module, with the margin of four modules
// that readers need (ISO/IEC 18004, section 6.3.8).
func qrOf(text string) (view.QR, error) {
	const margin = 4
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return view.QR{}, fmt.Errorf("draw a QR code: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+margin, y+margin)
			}
		}
	}
	width := code.Size + 2*margin
	return view.QR{ViewBox: fmt.Sprintf("0 0 %d %d", width, width), Path: path.String()}, nil
}
