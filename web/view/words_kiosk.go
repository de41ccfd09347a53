package view

import (
	"cmp"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
)

// KioskFobPath is the path below which a station does something with one of the person's fobs.
const KioskFobPath = "/kiosk/fobs/"

func kioskRemovePath(fobID string) templ.SafeURL {
	return templ.SafeURL(KioskFobPath + url.PathEscape(fobID) + "/remove")
}

// refresh is when a browser without JavaScript goes where (HTML, "Refresh state").
func (k Kiosk) refresh() string {
	return strconv.Itoa(k.Refresh) + ";url=" + cmp.Or(k.Again, "/kiosk")
}

// StationNameField returns the id of the input in the form that renames a station, for the
// summary's link.
func StationNameField(stationID string) string { return "name-" + stationID }

func stationPath(stationID, act string) templ.SafeURL {
	return templ.SafeURL("/admin/stations/" + url.PathEscape(stationID) + "/" + act)
}
