package trace

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	otrace "go.opentelemetry.io/otel/trace"
)

// Tracer makes spans and sends them. Nil is a tracer that is off.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   otrace.Tracer
}

// The attributes of spans (OpenTelemetry, "Semantic conventions for HTTP spans").
const (
	attributeMethod = attribute.Key("http.request.method")
	attributeRoute  = attribute.Key("http.route")
	attributeStatus = attribute.Key("http.response.status_code")
)

// Start returns a tracer that exports as the settings in the environment say, nil where they ask for
// none, and an error that is one line for each setting that is wrong. Trouble with sending is logged;
// the log is that of all the process, for the SDK has one place for it.
func Start(ctx context.Context, env func(string) (string, bool), version string, log *slog.Logger) (*Tracer, error) {
	on, err := wanted(env)
	if err != nil || !on {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("start sending traces: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.WarnContext(ctx, "traces not sent", "error", fmt.Sprintf("%.300s", err))
	}))
	return newTracer(sdk.NewBatchSpanProcessor(exporter), version), nil
}

// newTracer lets a test stand in for the exporter.
func newTracer(processor sdk.SpanProcessor, version string) *Tracer {
	named := resource.NewSchemaless(
		attribute.String("service.name", "fobdesk"), attribute.String("service.version", version))
	merged, err := resource.Merge(named, resource.Environment()) // OTEL_SERVICE_NAME goes before
	if err != nil {
		merged = named
	}
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(processor), sdk.WithResource(merged))
	return &Tracer{provider: provider, tracer: provider.Tracer("fobdesk")}
}

// Request begins the span of a request and returns what ends it with the answer's status. The route
// is a path of the table of routes.
func (t *Tracer) Request(ctx context.Context, method, route string) (context.Context, func(status int)) {
	if t == nil {
		return ctx, func(int) {}
	}
	name := knownMethod(method)
	if route != "" {
		name += " " + route
	}
	ctx, span := t.tracer.Start(ctx, name, otrace.WithSpanKind(otrace.SpanKindServer), otrace.WithNewRoot(),
		otrace.WithAttributes(attributeMethod.String(knownMethod(method)), attributeRoute.String(route)))
	return ctx, func(status int) { end(span, status, status >= http.StatusInternalServerError) }
}

// Call begins the span of a call to somebody, "graph" or "entra", and returns what ends it with the
// answer's status, 0 where there was none.
func (t *Tracer) Call(ctx context.Context, to, name string) (context.Context, func(status int)) {
	if t == nil {
		return ctx, func(int) {}
	}
	ctx, span := t.tracer.Start(ctx, to+" "+name, otrace.WithSpanKind(otrace.SpanKindClient))
	return ctx, func(status int) { end(span, status, status == 0 || status >= http.StatusBadRequest) }
}

func end(span otrace.Span, status int, failed bool) {
	if status > 0 {
		span.SetAttributes(attributeStatus.Int(status))
	}
	if failed {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// knownMethod is the method, or what stands for one that nobody knows.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return method
	}
	return "_OTHER"
}

// Close sends what is left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}
