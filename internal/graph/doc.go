// Package graph is Microsoft Graph (beta) as far as the portal needs it: a method for each call on
// a person's hardware OATH methods, on the people of the tenant and on its list of fobs, with the
// delegated token of the person who acts. It knows how a call is sent, what its answer proves, and
// which outcome Graph's errors stand for (one table, error.go).
//
// It leaves the rules to its caller: it counts no attempts, and where the answer to a write was
// lost it says so (outcome.OutcomeUnknown) and does not look what became of it. Nor does it try
// another way where Graph has no such call for somebody else.
//
// A Graph that fails ten times in a row is left alone for some seconds, and no more than a few hundred
// calls are under way at once (breaker.go): whoever asks meanwhile hears so at once.
//
// Where Graph limits calls they stand in line (line.go). The line is a process's own and holds nothing
// that has to be exact: what Graph still takes is Graph's account, which our replicas share with any
// other tool of the same app, so each replica goes by the 429s that it gets, and slows down by them.
//
// Its one invariant: a write is reported as done only on the status that Graph documents for it,
// and as not done only on Graph's own word. It is never sent again, but after a 401 or a 429, which
// prove that it was not done. No token, code or raw text of an answer reaches an error or the log, and
// what Graph says of a fob or a person is bounded and cleaned before it leaves the package.
package graph
