// Package store keeps what must last: the acts with their intents, outcomes and limits, and what is
// remembered of people (Ledger, for the desk), the audit trail, the sessions and the used states, the
// stations (Store, for session, station and web). It is the one package that knows SQL. Rules are left
// to those whose records these are; what a record means stands with its type in desk, session, station
// and audit.
//
// The database is one SQLite file in WAL mode, or PostgreSQL. One goroutine writes (writer.go): the
// steps of many requests share a transaction and a wait for the disk, and each is answered once it is
// durable. Reads go beside it on connections that can't write.
//
// Nobody else writes during a transaction. In SQLite a lock beside the file keeps a second fobdesk out
// of it for good, so what this process remembers is exact: the head of the trail, and the sessions that
// were read last (session_cache.go). PostgreSQL may be written to by many portals, its replicas. There
// each transaction of each portal begins by taking one lock, which it holds until it is committed: the
// trail stays one chain, and what is counted or claimed once is so over all replicas. From one
// transaction to the next nothing is remembered: the head is read anew, and so is a session at each
// request, so that what was ended at one portal is ended at all from the next request on.
//
// Beside the portals an operator may read the trail (OpenReadOnly) and drop the oldest rows (Prune),
// under the same lock.
//
// The trail is read by filters over what may be millions of rows; audit_filter.go and audit_merge.go
// say how a page of it comes of few.
//
// Statements are in the SQL that both databases share, and so are the migrations but for those of
// which migrations/postgres has another; times are Unix milliseconds, UTC.
//
// Its one invariant: what a method acknowledged is on the disk, whole, and survives the process
// being killed at any moment; a step that returned an error left nothing.
package store
