// Package session owns a browser's session and what a browser keeps for us between two requests:
// the session itself, sign-ins under way, drafts of what was typed before a session ended, and of
// whose leaving Entra is yet to be told.
// What a session may do is decided by web; how tokens are got is Entra's (internal/entra).
//
// A session lives in two places. The cookie holds an id and a secret, both random. The database
// (Rows) holds the id's hash and a payload sealed under a key made of the server's key and the
// cookie's secret. Neither half opens the session without the other, which is the one invariant:
// a copy of the database, its journal or its backup holds no readable token.
//
// A visit at a station is a session of a kind of its own, with limits and cookies of its own: a
// Store of visits opens no ordinary session, an ordinary Store no visit, and a visit opens at its
// station only.
//
// Store carries sessions behind gorilla's sessions.Store, whose registry makes one read of the
// database serve a whole request. Everything else a browser keeps is sealed under the server's
// keys alone (Keys) and lives ten minutes, but for what Entra is owed, which stays until it is told.
package session
