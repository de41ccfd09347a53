// Package station owns the kiosk stations: browsers that stand at a reception, where one person after
// another enrols. It pairs a browser by a one-time code, knows it again by its key, and revokes it.
// What a station may do is decided by web; the visits at it are sessions (internal/session).
//
// Its one invariant: a station's key says which station a browser is and nothing else. It names no
// person, opens no session and reaches neither Graph nor Entra.
package station
