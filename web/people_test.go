package web_test

import "fobdesk/internal/sim"

// Who visits, and with what in their hand.
const (
	ada    = sim.AdaID
	ben    = sim.BenID
	dmitri = sim.DmitriID
	eve    = sim.EveID
	grace  = sim.GraceID  // Authentication Administrator
	henrik = sim.HenrikID // Authentication Policy Administrator
	jonas  = sim.JonasID  // without a role

	goodFob         = sim.SerialGood30
	secondFob       = sim.SerialGood60
	unknownFob      = sim.SerialUnknown
	heldFob         = sim.SerialChloe
	heldFobsHolder  = "Chlo"
	bensActiveFob   = sim.SerialBenActive
	bensAssignedFob = sim.SerialBenAssigned
)
