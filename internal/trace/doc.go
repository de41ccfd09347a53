// Package trace sends OpenTelemetry spans where the standard OTEL_* settings ask for it: one for a
// request, and within it one for each call to Graph and Entra. It is off by default, and a nil
// *Tracer does nothing.
//
// It owns when traces are on and what stands in a span. The SDK and its exporter read their own
// settings (OpenTelemetry, "Environment Variable Specification" and "OTLP Exporter Configuration").
//
// Its one invariant: a span holds the names that we gave routes and calls, and statuses. No URL,
// query, header, address, name or id is in it, so there is nothing to take out. A trace begins here:
// a traceparent header from outside is not believed, and none is sent on.
package trace
