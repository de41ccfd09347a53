package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

const (
	paramFormat  = "format"
	cameExported = "exported"
	// exportPause is how long a reader of an export may take for a portion of it.
	exportPause = 30 * time.Second
	// flawUnknown is what is wrong with a choice that is none.
	flawUnknown = oath.Flaw("unknown")
)

// getAuditExport streams the audit trail with the page's filters. The export is recorded before its
// first byte; one that can't be is not made.
func (s *Server) getAuditExport(c echo.Context) error {
	q, err := readAudit(c)
	f := fields{form: c.QueryParams()}
	format := read(&f, paramFormat, func(value string) (audit.Format, error) {
		known, err := audit.ParseFormat(value)
		if err != nil {
			return "", flawUnknown
		}
		return known, nil
	})
	if err == nil {
		err = f.err()
	}
	if err != nil {
		return s.refuseAudit(c, err, q)
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, format.ContentType())
	header.Set(echo.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", exportName(s.Now(), format)))
	if c.Request().Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	if err := s.recordFirst(c, s.newRow(c, audit.EventExport, cameExported, current(c).Person, oath.Person{})); err != nil {
		return s.withoutExport(c, err)
	}
	w := patient{w: c.Response(), control: http.NewResponseController(c.Response())}
	if err := audit.Export(w, format, s.Trail.ExportAudit(c.Request().Context(), q.filter)); err != nil {
		return s.withoutExport(c, err)
	}
	return nil
}

func exportName(now time.Time, format audit.Format) string {
	return "fobdesk-audit-" + now.UTC().Format("2006-01-02-150405") + "." + string(format)
}

// withoutExport ends an export that failed: by a page, or where a part was sent already by breaking
// off, for a part must not be taken for the whole.
func (s *Server) withoutExport(c echo.Context, err error) error {
	if !c.Response().Committed {
		c.Response().Header().Del(echo.HeaderContentDisposition)
		return &outcome.Error{Outcome: outcome.Unavailable, Err: err}
	}
	ctx := c.Request().Context()
	s.Log.WarnContext(ctx, "the export was cut", "error", err, "request_id", requestIDOf(ctx))
	panic(http.ErrAbortHandler)
}

// patient gives each portion of a long answer its own time, in place of one for the whole.
type patient struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// Write sends a portion.
func (p patient) Write(portion []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(exportPause)); err != nil {
		return 0, fmt.Errorf("give the export more time: %w", err)
	}
	return p.w.Write(portion)
}
