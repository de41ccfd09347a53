package trace

import (
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestTracesAreOffUnlessTheSettingsAskForThem(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		on   bool
		err  string
	}{
		{"nothing is set", nil, false, ""},
		{"an endpoint", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, true, ""},
		{"an endpoint of traces", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, true, ""},
		{"an exporter", map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, true, ""},
		{"an endpoint, and no traces", map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_TRACES_EXPORTER": "none"}, false, ""},
		{"an endpoint, and no SDK", map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_SDK_DISABLED": "TRUE"}, false, ""},
		{"an exporter that is not there", map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, false,
			`OTEL_TRACES_EXPORTER: got "zipkin", want otlp or none`},
		{"a protocol that is not there", map[string]string{
			"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, true,
			`OTEL_EXPORTER_OTLP_PROTOCOL: got "grpc", want http/protobuf`},
		{"another signal's settings", map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, false, ""},
	} {
		on, err := wanted(func(name string) (string, bool) { value, ok := test.env[name]; return value, ok })
		if on != test.on {
			t.Errorf("%s: on is %v", test.name, on)
		}
		if err == nil && test.err != "" || err != nil && err.Error() != test.err {
			t.Errorf("%s: got %v, want %q", test.name, err, test.err)
		}
	}
}

func TestATracerThatIsOffCostsNothing(t *testing.T) {
	var off *Tracer
	ctx := t.Context()
	if allocs := testing.AllocsPerRun(100, func() {
		ctx, answered := off.Request(ctx, http.MethodGet, "/enrol")
		_, done := off.Call(ctx, "graph", "read")
		done(http.StatusOK)
		answered(http.StatusOK)
	}); allocs > 0 {
		t.Errorf("%v allocations, want none", allocs)
	}
	if err := off.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestASpanHoldsNamesOfOursAndStatuses(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tracer := newTracer(spans, "v1.2.0")
	ctx, answered := tracer.Request(t.Context(), http.MethodPost, "/fobs/:id/activate")
	_, done := tracer.Call(ctx, "graph", "activate")
	done(0)
	answered(http.StatusGatewayTimeout)
	_, answered = tracer.Request(t.Context(), "PLANTED", "")
	answered(http.StatusMethodNotAllowed)
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	var told []string
	for _, span := range spans.Ended() {
		line := span.Name()
		for _, a := range span.Attributes() {
			line += " " + string(a.Key) + "=" + a.Value.String()
		}
		if span.Status().Code == codes.Error {
			line += " failed"
		}
		told = append(told, line)
	}
	want := []string{
		"graph activate failed",
		"POST /fobs/:id/activate http.request.method=POST http.route=/fobs/:id/activate http.response.status_code=504 failed",
		"_OTHER http.request.method=_OTHER http.route= http.response.status_code=405",
	}
	if strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	ended := spans.Ended()
	if ended[0].Parent().SpanID() != ended[1].SpanContext().SpanID() {
		t.Error("the call is not within the request")
	}
	if name := ended[0].Resource().String(); name != "service.name=fobdesk,service.version=v1.2.0" {
		t.Errorf("the resource is %q", name)
	}
}
