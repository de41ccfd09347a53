// Package store keeps what must last: the acts with their intents, outcomes and limits, and what is
// remembered of people (Ledger, for the desk), the audit trail, the sessions and the used states, the
// stations (Store, for session, station and web). It
// is the one package that knows SQL. Rules are left to those whose records these are; what a record
// means stands with its type in desk, session, station and audit.
//
// The database is one SQLite file in WAL mode. One goroutine writes (writer.go): the steps of many
// requests share a transaction and a wait for the disk, and each is answered once it is durable.
// Reads go beside it on connections that can't write. A lock keeps a second fobdesk out of the
// file, so what this process remembers of it is exact: the head of the trail, and the sessions that
// were read last (session_cache.go). Beside it an operator may read the trail (OpenReadOnly) and drop
// the oldest rows (Prune), which touch neither.
//
// The trail is read by filters over what may be millions of rows; audit_filter.go and audit_merge.go
// say how a page of it comes of few.
//
// Statements are in the SQL that SQLite and PostgreSQL share; times are Unix milliseconds, UTC.
//
// Its one invariant: what a method acknowledged is on the disk, whole, and survives the process
// being killed at any moment; a step that returned an error left nothing.
package store
