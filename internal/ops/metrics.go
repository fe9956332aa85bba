package ops

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage/bolt"
)

// patience is how long a reading of the state may take.
const patience = 5 * time.Second

// Metrics counts and measures one Ponte.
type Metrics struct {
	registry *prometheus.Registry
	attempts *prometheus.HistogramVec
	taken    *prometheus.HistogramVec
}

// NewMetrics makes the metrics of a Ponte, whose state look reads at each scrape.
func NewMetrics(look func(context.Context) (Status, error), stats func() bolt.Stats) *Metrics {
	// From a millisecond to half a minute, which is when an attempt is given up.
	buckets := []float64{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		attempts: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ponte_attempt_seconds", Help: "How long attempts at acts took, by platform and what came of them.", Buckets: buckets,
		}, []string{"platform", "outcome"}),
		taken: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ponte_event_seconds", Help: "How long it took until an event from a platform was handled and durable, by kind.", Buckets: buckets,
		}, []string{"event", "outcome"}),
	}
	m.registry.MustRegister(m.attempts, m.taken, &gauges{look, stats},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Attempted measures an attempt at a platform.
func (m *Metrics) Attempted(platform string, took time.Duration, err error) {
	m.attempts.WithLabelValues(platform, outcome(err)).Observe(took.Seconds())
}

// Handled measures the handling of an event.
func (m *Metrics) Handled(event string, took time.Duration, err error) {
	m.taken.WithLabelValues(event, outcome(err)).Observe(took.Seconds())
}

func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	return string(bot.KindOf(err))
}

// Handler serves the metrics as Prometheus reads them.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Timeout: 2 * patience})
}

// ReadyHandler answers with the status: 200 when new items can be kept, 503 when
// they cannot.
func ReadyHandler(look func(context.Context) (Status, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		st, err := look(ctx)
		w.Header().Set("Content-Type", "application/json")
		if err != nil || !st.Ready {
			w.Header().Set("Retry-After", "10")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(st)
	})
}

// gauges reads the state when it is asked for.
type gauges struct {
	look  func(context.Context) (Status, error)
	stats func() bolt.Stats
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("ponte_"+name, help, labels, nil)
}

var (
	descReady   = desc("ready", "1 when new items can be kept.")
	descEffects = desc("effects", "Effects in the outbox that are not over, and those that failed, by state.", "state")
	descOldest  = desc("oldest_due_seconds", "For how long the effect has been due that should have gone first; 0 when none is.")
	descPaused  = desc("paused", "1 while nothing goes out because somebody wants it or the store is a copy.")
	descParked  = desc("parked", "Channels and accounts that their platform holds back.")
	descAdapter = desc("adapter_connected", "1 when the adapter is connected, 0 when it tries again.", "adapter")
	descSize    = desc("store_bytes", "Size of the store's file.")
	descFree    = desc("store_free_bytes", "Bytes of the store's file that can be used again.")
	descFull    = desc("store_full", "1 when there was no room for what came last.")
	descUpdates = desc("store_updates_total", "Transactions that were run.")
	descCommits = desc("store_commits_total", "Commits that they shared.")
	descFailed  = desc("store_failed_commits_total", "Commits that failed.")
)

// Describe is prometheus.Collector's.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descReady, descEffects, descOldest, descPaused, descParked, descAdapter,
		descSize, descFree, descFull, descUpdates, descCommits, descFailed,
	} {
		out <- d
	}
}

// Collect is prometheus.Collector's. What cannot be read is left out, and the
// Ponte is not ready.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v int64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	}
	s := g.stats()
	gauge(descSize, float64(s.Size))
	gauge(descFree, float64(s.Free))
	gauge(descFull, bit(s.Full))
	count(descUpdates, s.Updates)
	count(descCommits, s.Commits)
	count(descFailed, s.Failed)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	st, err := g.look(ctx)
	gauge(descReady, bit(err == nil && st.Ready))
	if err != nil {
		return
	}
	for state, n := range map[act.State]int{
		act.Waiting: st.Outbox.Waiting, act.Started: st.Outbox.Started, act.Unknown: st.Outbox.Unknown, act.Failed: st.Outbox.Failed,
	} {
		gauge(descEffects, float64(n), string(state))
	}
	oldest := 0.0
	if !st.Outbox.Oldest.IsZero() {
		oldest = max(0, st.At.Sub(st.Outbox.Oldest).Seconds())
	}
	gauge(descOldest, oldest)
	gauge(descPaused, bit(st.Outbox.Paused != nil))
	gauge(descParked, float64(len(st.Outbox.Parked)))
	for _, a := range st.Adapters {
		gauge(descAdapter, bit(a.State == Connected), a.Name)
	}
}

func bit(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
