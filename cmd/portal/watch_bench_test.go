package portal

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"fobdesk/internal/metrics"
	"fobdesk/internal/trace"
)

// BenchmarkWatch is what it costs a request, with one call to Graph, that it is counted and traced;
// beside it the same without either.
func BenchmarkWatch(b *testing.B) {
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	b.Cleanup(collector.Close)
	b.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	tracer, err := trace.Start(b.Context(), os.LookupEnv, "devel", slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = tracer.Close(context.Background()) })
	for _, test := range []struct {
		name  string
		watch func(context.Context)
	}{
		{"nothing", func(context.Context) {}},
		{"metrics", watched(watch{metrics.New(), nil})},
		{"metrics and traces", watched(watch{metrics.New(), tracer})},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				test.watch(b.Context())
			}
		})
	}
}

func watched(w watch) func(context.Context) {
	return func(ctx context.Context) {
		ctx, answered := w.request(ctx, http.MethodPost, "/fobs/:id/activate")
		_, done := w.graphCall(ctx, "activate")
		done(http.StatusNoContent, "")
		answered(http.StatusSeeOther)
	}
}
