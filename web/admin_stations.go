package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/message"
	"fobdesk/internal/station"
	"fobdesk/web/view"
)

// The admins' list of stations, and what is done to them.

const stationsPath = "/admin/stations"

// Field names of the forms about a station.
const (
	fieldStation = "name"
	fieldPlace   = "place"
	fieldTongue  = "language"
)

// getStations lists the stations, with the codes that this admin made and nobody has used yet.
func (s *Server) getStations(c echo.Context) error {
	page, err := s.stationsPage(c, view.StationsProps{Done: doneToStation(c.Request().Context(), c.QueryParam(doneParam))})
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, page)
}

// doneToStation says what was done last.
func doneToStation(ctx context.Context, what string) string {
	switch what {
	case "made":
		return message.Text(ctx, "stations.made")
	case "renamed":
		return message.Text(ctx, "stations.renamed")
	case "coded":
		return message.Text(ctx, "stations.coded")
	case "revoked":
		return message.Text(ctx, "stations.revoked")
	}
	return ""
}

// stationsPage reads the stations for the page of props. A line that props has already, which came
// back refused, keeps what was typed.
func (s *Server) stationsPage(c echo.Context, props view.StationsProps) (templ.Component, error) {
	ctx, refused := c.Request().Context(), props.Stations
	all, err := s.Stations.List(ctx)
	if err != nil {
		return nil, err
	}
	props.Stations = nil
	for _, st := range all {
		line := s.stationLine(c, st)
		if i := slices.IndexFunc(refused, func(r view.Station) bool { return r.ID == st.ID }); i >= 0 {
			line.Rename = refused[i].Rename
		}
		props.Stations = append(props.Stations, line)
		if err := s.addCode(c, &props, st); err != nil {
			return nil, err
		}
		if at := s.moment(c, st.MissingAuthTime); st.Revoked.IsZero() && at.ISO != "" && (props.NoAuthTime == nil || at.ISO > props.NoAuthTime.ISO) {
			props.NoAuthTime = &at
		}
	}
	props.Chrome, props.Languages = s.chrome(c, "stations.title", props.Summary), stationTongues(ctx)
	return view.StationsPage(props), nil
}

func (s *Server) stationLine(c echo.Context, st station.Station) view.Station {
	ctx := c.Request().Context()
	line := view.Station{
		ID: st.ID, Name: st.Name, Place: st.Place, Language: tongueName(ctx, st.Language), Rename: view.Input{Value: st.Name},
		Seen: s.exact(c, st.Seen), Act: s.exact(c, st.Acted), Status: "waiting",
	}
	switch {
	case !st.Revoked.IsZero():
		line.Status = "revoked"
	case !st.Paired.IsZero():
		line.Status = "paired"
	}
	line.State = message.Text(ctx, "stations.state."+line.Status)
	return line
}

// addCode adds the station's pairing code where it is this admin's to see.
func (s *Server) addCode(c echo.Context, props *view.StationsProps, st station.Station) error {
	ctx, viewer := c.Request().Context(), current(c).Person.ID
	if st.Maker != viewer || !st.Revoked.IsZero() {
		return nil
	}
	code, until, ok, err := s.Stations.PairingCode(ctx, st.ID, viewer)
	if err != nil || !ok {
		return err
	}
	props.Codes = append(props.Codes, view.PairingCode{
		ID: st.ID, Station: st.Name, Code: code, Address: s.BaseURL.String() + pairPath, Until: message.Exact(ctx, until),
	})
	return nil
}

// stationTongues are the languages a station can go back to after each person.
func stationTongues(ctx context.Context) []view.Choice {
	choices := []view.Choice{{Label: message.Text(ctx, "stations.language_any"), Chosen: true}}
	for _, tongue := range languages(ctx) {
		choices = append(choices, view.Choice{Value: tongue.Tag, Label: tongue.Name})
	}
	return choices
}

// postStations makes a station; its code is shown on the page that follows.
func (s *Server) postStations(c echo.Context) error {
	ctx, f := c.Request().Context(), fields{form: c.Request().PostForm}
	name, place := read(&f, fieldStation, asTyped), read(&f, fieldPlace, asTyped)
	tongue := read(&f, fieldTongue, func(typed string) (string, error) { return knownTongue(ctx, typed) })
	form := s.stationForm(c, func(r told) view.StationsProps {
		return view.StationsProps{
			Name:     f.again(fieldStation, r),
			Place:    f.again(fieldPlace, r),
			Language: f.again(fieldTongue, r),
		}
	})
	if err := f.err(); err != nil {
		return s.refuse(c, err, form)
	}
	made, err := s.Stations.Create(ctx, current(c).Person.ID, name, place, tongue)
	if err != nil {
		return s.refuse(c, err, form)
	}
	s.recordStation(c, audit.EventStationMade, made.Name)
	return c.Redirect(http.StatusSeeOther, didToStation("made"))
}

// tongueName is the name of a station's language in that language; empty where it has none.
func tongueName(ctx context.Context, tag string) string {
	for _, tongue := range languages(ctx) {
		if tongue.Tag == tag {
			return tongue.Name
		}
	}
	return ""
}

func knownTongue(ctx context.Context, typed string) (string, error) {
	known := slices.ContainsFunc(languages(ctx), func(l view.Language) bool { return l.Tag == typed })
	if typed != "" && !known {
		return "", flawUnknown
	}
	return typed, nil
}

// didToStation is the list, which says what was done.
func didToStation(what string) string {
	return stationsPath + "?" + url.Values{doneParam: {what}}.Encode()
}

// stationForm is the page of the stations as it comes back with a form that was refused.
func (s *Server) stationForm(c echo.Context, typed func(told) view.StationsProps) refusable {
	return refusable{returnTo: stationsPath, page: func(r told) templ.Component {
		props := typed(r)
		props.Summary = &r.Summary
		page, err := s.stationsPage(c, props)
		if err != nil { // the stations can't be read either
			return view.ProblemPage(view.ProblemProps{Chrome: s.chrome(c, r.Heading, nil), Summary: r.Summary})
		}
		return page
	}}
}

// postStationRename gives a station another name; the rest of what is known of it stays.
func (s *Server) postStationRename(c echo.Context) error {
	ctx, id, f := c.Request().Context(), c.Param("id"), fields{form: c.Request().PostForm}
	name := read(&f, fieldStation, asTyped)
	form := s.stationForm(c, func(r told) view.StationsProps {
		for i := range r.Errors { // the form of a new station has a name too
			r.Errors[i].Field = view.StationNameField(id)
		}
		rename := f.again(fieldStation, r)
		return view.StationsProps{Stations: []view.Station{{ID: id, Rename: rename}}}
	})
	if err := f.err(); err != nil {
		return s.refuse(c, err, form)
	}
	st, err := s.Stations.Find(ctx, id)
	if err == nil {
		err = s.Stations.Rename(ctx, id, name, st.Place, st.Language)
	}
	if err != nil {
		return s.refuse(c, err, form)
	}
	s.recordStation(c, audit.EventStationRenamed, name)
	return c.Redirect(http.StatusSeeOther, didToStation("renamed"))
}

// postStationCode makes another pairing code, for a browser that lost its key or is replaced.
func (s *Server) postStationCode(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("id")
	st, err := s.Stations.Find(ctx, id)
	if err != nil {
		return err
	}
	if err := s.Stations.Renew(ctx, id, current(c).Person.ID); err != nil {
		return err
	}
	s.recordStation(c, audit.EventStationCoded, st.Name)
	return c.Redirect(http.StatusSeeOther, didToStation("coded"))
}

// postStationRevoke puts a station out of service. Pressed twice it is done once.
func (s *Server) postStationRevoke(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("id")
	st, err := s.Stations.Find(ctx, id)
	if err != nil {
		return err
	}
	first, err := s.Stations.Revoke(ctx, id)
	if err != nil {
		return err
	}
	if first {
		s.recordStation(c, audit.EventStationRevoked, st.Name)
	}
	return c.Redirect(http.StatusSeeOther, didToStation("revoked"))
}
