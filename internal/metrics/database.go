package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Database are the figures of the database at one moment.
type Database struct {
	OpenIntents int           // acts without an outcome
	Bytes       int64         // size
	Connections int           // open
	InUse       int           // of those
	Waits       int64         // for a connection, since the start
	Waited      time.Duration // all of them together
	Queue       int           // writes that wait for their turn
}

// readLimit bounds the reading of the database's figures.
const readLimit = 2 * time.Second

// WatchDatabase shows the database's figures, read each time the figures are. A database that does
// not answer shows as fobdesk_database_up 0.
func (m *Metrics) WatchDatabase(read func(context.Context) (Database, error)) {
	m.registry.MustRegister(database{read})
}

// database is a prometheus.Collector.
type database struct {
	read func(context.Context) (Database, error)
}

// The figures, as Prometheus knows them. They are constants in all but name.
var (
	databaseUp   = describe("database_up", "1 if the database answers.")
	openIntents  = describe("open_intents", "Acts that have no outcome yet.")
	databaseSize = describe("database_bytes", "Size of the database.")
	connections  = describe("database_connections", "Open connections to the database.")
	inUse        = describe("database_connections_in_use", "Connections to the database that are in use.")
	waits        = describe("database_waits_total", "Times that a connection to the database had to be waited for.")
	waited       = describe("database_wait_seconds_total", "Time that connections to the database were waited for.")
	queue        = describe("database_queue", "Writes that wait for their turn.")
)

func describe(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, nil, nil)
}

// Describe implements prometheus.Collector.
func (database) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{databaseUp, openIntents, databaseSize, connections, inUse, waits, waited, queue} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (d database) Collect(found chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readLimit)
	defer cancel()
	gauge := func(desc *prometheus.Desc, value float64) {
		found <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
	now, err := d.read(ctx)
	if err != nil {
		gauge(databaseUp, 0)
		return
	}
	gauge(databaseUp, 1)
	gauge(openIntents, float64(now.OpenIntents))
	gauge(databaseSize, float64(now.Bytes))
	gauge(connections, float64(now.Connections))
	gauge(inUse, float64(now.InUse))
	gauge(queue, float64(now.Queue))
	found <- prometheus.MustNewConstMetric(waits, prometheus.CounterValue, float64(now.Waits))
	found <- prometheus.MustNewConstMetric(waited, prometheus.CounterValue, now.Waited.Seconds())
}
