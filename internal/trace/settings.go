package trace

import (
	"errors"
	"fmt"
	"strings"
)

// wanted reports whether the settings ask for traces: by naming the exporter or a place to send
// them to. What is asked for and not there is an error.
func wanted(env func(string) (string, bool)) (bool, error) {
	get := func(name string) string { value, _ := env(name); return strings.TrimSpace(value) }
	if strings.EqualFold(get("OTEL_SDK_DISABLED"), "true") {
		return false, nil
	}
	var problems []error
	on := get("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	switch exporter := get("OTEL_TRACES_EXPORTER"); exporter {
	case "":
	case "otlp":
		on = true
	case "none":
		return false, nil
	default:
		problems = append(problems, fmt.Errorf("OTEL_TRACES_EXPORTER: got %q, want otlp or none", exporter))
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"} {
		if protocol := get(name); on && protocol != "" && protocol != "http/protobuf" {
			problems = append(problems, fmt.Errorf("%s: got %q, want http/protobuf", name, protocol))
		}
	}
	return on, errors.Join(problems...)
}
