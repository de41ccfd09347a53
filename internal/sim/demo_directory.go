package sim

import (
	"fmt"
	"strings"
	"time"
)

// UnitWarehouse is an administrative unit: people who work in the warehouse.
const UnitWarehouse = "warehouse"

// People of the demo whose names are difficult, by object id. They are in the directory alone, not
// on the sign-in page.
const (
	AnnSmithID      = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e510" // one of two, in accounts
	AnnSmithOtherID = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e511" // the other, in the warehouse
	ZoeID           = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e512" // Zoë "Zed" Quote
	XiaolongID      = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e513" // 李小龍
	SorenID         = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e514" // Søren & Co
	PercentID       = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e515" // 100%er
	BackslashID     = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e516" // back\slash
)

// everybodyElse are the rest of the directory. The first ten work in the warehouse.
var everybodyElse = []string{
	"Paula Costa", "Quentin Dubois", "Rosa Jimenez", "Samir Patel", "Tove Nilsen", "Ugo Bianchi", "Vera Novak", "Wanda Kowalska",
	"Xenia Petrou", "Yusuf Demir", "Zofia Nowak", "Aisha Diallo", "Bruno Silva", "Carmen Ruiz", "David Cohen", "Fatima Zahra",
	"Giorgos Pappas", "Hugo Martin", "Ines Ferreira", "Jakub Horak", "Katja Zimmer", "Lars Andersen", "Maria Rossi", "Nils Berg",
	"Olga Ivanova", "Pavel Dvorak", "Qing Wang", "Rania Haddad", "Sven Larsson", "Teresa Gomez", "Uma Krishnan", "Victor Hugo",
	"William Jones", "Ximena Lopez", "Yuki Tanaka", "Zara Khan", "Anton Weiss", "Beatriz Santos", "Cem Kaya", "Diana Popescu",
}

// demoDirectory is everybody whom no demonstration needs to sign in as.
func demoDirectory() []Person {
	people := []Person{
		{ID: AnnSmithID, Name: "Ann Smith", GivenName: "Ann", Surname: "Smith", UPN: "ann.smith" + demoHost, Mail: "ann.smith" + demoHost},
		{ID: AnnSmithOtherID, Name: "Ann Smith", GivenName: "Ann", Surname: "Smith", UPN: "ann.smith2" + demoHost,
			Mail: "ann.smith.warehouse" + demoHost, Units: []string{UnitWarehouse}},
		{ID: ZoeID, Name: `Zoë "Zed" Quote`, GivenName: "Zoë", Surname: "Quote", UPN: "zoe.quote" + demoHost, Mail: "zoe.quote" + demoHost},
		{ID: XiaolongID, Name: "李小龍", GivenName: "小龍", Surname: "李", UPN: "xiaolong.li" + demoHost, Mail: "xiaolong.li" + demoHost},
		{ID: SorenID, Name: "Søren & Co", GivenName: "Søren", UPN: "soren" + demoHost, Mail: "soren" + demoHost},
		{ID: PercentID, Name: "100%er", UPN: "hundred.percenter" + demoHost},
		{ID: BackslashID, Name: `back\slash`, UPN: "backslash" + demoHost},
	}
	for i, name := range everybodyElse {
		given, surname, _ := strings.Cut(name, " ")
		address := strings.ToLower(given+"."+surname) + demoHost
		person := Person{ID: memberID(i), Name: name, GivenName: given, Surname: surname, UPN: address, Mail: address, Phone: true}
		if i < 10 {
			person.Units = []string{UnitWarehouse}
		}
		people = append(people, person)
	}
	for i := range people {
		people[i].Unlisted = true
	}
	return people
}

// memberID is the object id of one of everybodyElse.
func memberID(i int) string { return fmt.Sprintf("0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e5%02x", 0x20+i) }

// The box holds what the other fobs leave of the 1,200 in the inventory. Those that somebody has
// come last.
const (
	boxSize  = 1188
	boxShown = 8 // on the page of fobs
)

// BoxSerial is the serial number of a fob of the demo's box, counted from 0. The first thousand are
// nobody's; they change their code every 30 seconds.
func BoxSerial(i int) string { return fmt.Sprintf("GALT305%05d", i+1) }

func boxFobs() []Fob {
	fobs := make([]Fob, boxSize)
	for i := range fobs {
		serial := BoxSerial(i)
		fobs[i] = Fob{Serial: serial, Secret: demoSecret(serial, HMACSHA1), Interval: 30 * time.Second, Hash: HMACSHA1}
		if i < boxShown {
			fobs[i].Group, fobs[i].Label, fobs[i].About = groupBox, fmt.Sprintf("Box 305, number %d", i+1), "Nobody’s yet. Hand it out as Grace."
		}
	}
	return fobs
}

func boxDevices(now time.Time) []Device {
	devices := make([]Device, boxSize)
	for i := range devices {
		devices[i] = Device{Serial: BoxSerial(i), Manufacturer: "Galt Security", Model: "TOTP-30"}
	}
	for n := range len(everybodyElse) / 2 {
		held := &devices[boxSize-1-n]
		held.HolderID, held.Status = memberID(2*n), StatusActivated
		held.Created = now.Add(-time.Duration(24*(5+n)) * time.Hour)
		held.LastUsed = now.Add(-time.Duration(1+n) * time.Hour)
	}
	return devices
}
