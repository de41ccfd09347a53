// Package sim is a tenant in memory: an Entra that signs people in, a Graph that keeps their
// hardware OATH tokens, and a box of virtual fobs that show real codes. The demo serves it on
// ports of its own; tests ask it instead of Microsoft.
//
// It is a second reading of what Microsoft publishes, and shares no type with the portal's
// clients, so that it cannot share their mistakes. Where Microsoft says nothing, the behaviour is
// a field of Switches whose zero value is the likeliest guess. What a test wants to go wrong is a
// Fault.
//
// Its one invariant: a fob becomes somebody's only by a call that carried that person's own
// access token (or an administrator's) and, to be active, a code that the fob really showed.
package sim
