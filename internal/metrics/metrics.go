package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the figures of one portal. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	requests, outcomes, limits    *prometheus.CounterVec
	graphAnswers, entraAnswers    *prometheus.CounterVec
	refreshes                     *prometheus.CounterVec
	requestTime, graphTime, entra *prometheus.HistogramVec
	lost                          prometheus.Counter
}

// New returns figures that are all zero, with those of the Go runtime and of the process.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counter("requests_total", "Requests answered.", "method", "route", "status"),
		requestTime: seconds("request_seconds", "How long requests took, from the first middleware to the answer.",
			"route"),
		outcomes: counter("outcomes_total", "What came of acts, sign-ins and refusals, by the audit trail's names.",
			"event", "outcome"),
		limits: counter("limits_hit_total", "Requests refused by a limit of the portal's own.", "limit"),
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "intents_lost_total",
			Help: "Acts that were left without an outcome and are marked outcome_unknown.",
		}),
		graphTime:    seconds("graph_call_seconds", "How long calls to Microsoft Graph took.", "operation"),
		graphAnswers: counter("graph_answers_total", "Answers of Microsoft Graph.", "operation", "status", "code"),
		entra:        seconds("entra_call_seconds", "How long calls to Microsoft Entra took.", "call"),
		entraAnswers: counter("entra_answers_total", "Answers of Microsoft Entra.", "call", "status"),
		refreshes:    counter("token_refreshes_total", "Refreshes of access tokens.", "grant", "result"),
	}
	m.registry.MustRegister(
		m.requests, m.requestTime, m.outcomes, m.limits, m.lost, m.graphTime, m.graphAnswers, m.entra, m.entraAnswers,
		m.refreshes, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

const namespace = "fobdesk"

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

// seconds is a histogram from a page out of memory to the longest that the server takes.
func seconds(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help,
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, labels)
}

// Handler answers GET /metrics, and nothing else.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// Request counts an answered request. The route is a path of the table of routes, or empty where
// none was found.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	route = pathLabel(route)
	m.requests.WithLabelValues(methodLabel(method), route, statusLabel(status)).Inc()
	m.requestTime.WithLabelValues(route).Observe(took.Seconds())
}

// Outcome counts what came of an event.
func (m *Metrics) Outcome(event, outcome string) {
	m.outcomes.WithLabelValues(wordLabel(event), wordLabel(outcome)).Inc()
}

// Lost counts acts that were found without an outcome.
func (m *Metrics) Lost(acts int) { m.lost.Add(float64(acts)) }

// Limit counts a request that a limit refused: "attempts", "locked" or "address".
func (m *Metrics) Limit(limit string) { m.limits.WithLabelValues(wordLabel(limit)).Inc() }

// GraphCall counts a call to Graph. The status is 0 where there was no answer, the code that of
// Graph's error or empty.
func (m *Metrics) GraphCall(operation string, status int, code string, took time.Duration) {
	operation = wordLabel(operation)
	m.graphAnswers.WithLabelValues(operation, statusLabel(status), codeLabel(code)).Inc()
	m.graphTime.WithLabelValues(operation).Observe(took.Seconds())
}

// EntraCall counts a call to Entra. The status is 0 where there was no answer.
func (m *Metrics) EntraCall(call string, status int, took time.Duration) {
	call = wordLabel(call)
	m.entraAnswers.WithLabelValues(call, statusLabel(status)).Inc()
	m.entra.WithLabelValues(call).Observe(took.Seconds())
}

// WatchGraph shows whether Graph is thought to be there, as fobdesk_graph_up.
func (m *Metrics) WatchGraph(ready func() error) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "graph_up", Help: "0 while calls to Microsoft Graph fail one after the other.",
	}, func() float64 {
		if ready() != nil {
			return 0
		}
		return 1
	}))
}

// Refresh counts a refresh of an access token: "done", or what came of it instead.
func (m *Metrics) Refresh(grant, result string) {
	m.refreshes.WithLabelValues(wordLabel(grant), wordLabel(result)).Inc()
}
