package outcome

// ReasonNotSupported narrows NotAllowed: Graph does not take this kind of call for somebody else.
// Most reasons are their finder's own; this one is found by internal/graph and decides what
// internal/desk tries next.
const ReasonNotSupported = "not_supported"
