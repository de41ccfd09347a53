package web

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/web/view"
)

// render writes the whole page into a buffer first, so that a page that fails is no half page.
func (s *Server) render(c echo.Context, status int, page templ.Component) error {
	buffer := templ.GetBuffer()
	defer templ.ReleaseBuffer(buffer)
	// The words and the request's id come from its context; that it has ended is no reason for half
	// an answer.
	if err := page.Render(context.WithoutCancel(c.Request().Context()), buffer); err != nil {
		return fmt.Errorf("render the page of %s: %w", c.Path(), err)
	}
	languageHeaders(c)
	// With a length a page takes fewer writes to the connection than in chunks.
	c.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(buffer.Len()))
	return c.HTMLBlob(status, buffer.Bytes())
}

// chrome is what the page shows around its own part. A page that answers a refusal says so in its
// title; about is whom or what the page is about, so that its tab is told from others.
func (s *Server) chrome(c echo.Context, title string, summary *view.Summary, about ...string) view.Chrome {
	ctx := c.Request().Context()
	if message.Has(title) {
		title = message.Text(ctx, title)
	}
	for _, name := range about {
		if name != "" {
			title = message.Text(ctx, "page.title", "title", title, "org", name)
		}
	}
	key := "page.title"
	if summary != nil && !summary.Good {
		key = "page.title_error"
	}
	org := s.Org
	if org == "" {
		org = message.Text(ctx, "product")
	}
	chrome := view.Chrome{
		Title: message.Text(ctx, key, "title", title, "org", org), Org: s.Org, Help: s.Help, Brand: s.brand.Brand, Theme: s.theme(c),
		Return: s.backFrom(c), Here: s.here(c), Admin: s.route(c).access == admin,
	}
	if sess := current(c); sess != nil {
		chrome.Person, chrome.CSRFToken = &sess.Person, s.store(c).CSRFToken(sess)
		chrome.Desk = s.isAdmin(sess) && stationOf(c) == nil
		chrome.Ending = s.ending(c, sess)
	}
	return chrome
}

// moment puts a time into words: near ones by their distance beside the exact form, others exactly. Its
// zero value is not known.
func (s *Server) moment(c echo.Context, t time.Time) view.Moment {
	if t.IsZero() {
		return view.Moment{}
	}
	ctx := c.Request().Context()
	m := view.Moment{Words: message.Moment(ctx, t, s.Now()), Exact: message.Exact(ctx, t), ISO: t.UTC().Format(time.RFC3339)}
	if m.Words == message.Date(ctx, t) {
		m.Words, m.Exact = m.Exact, ""
	}
	return m
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
