package outbox_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
	"ponte/storage/bolt"
)

// nowhere takes every act and does nothing.
type nowhere struct{}

func (nowhere) Name() string                { return "there" }
func (nowhere) Traits(act.Place) act.Traits { return act.Traits{} }
func (nowhere) Carry(_ context.Context, key string, _ act.Act, _ act.Place) (act.Receipt, error) {
	return act.Receipt{Ref: key}, nil
}

// From the commit that enqueues to the commit of done, through 200 channels.
func BenchmarkEnqueueToDone(b *testing.B) {
	s, err := bolt.Open(b.Context(), filepath.Join(b.TempDir(), "store"), bolt.Options{}, records.All()...)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	o := outbox.New(s, outbox.Options{
		Adapters: map[string]act.Adapter{"there": nowhere{}}, Parallel: 1024,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	b.ResetTimer()
	for n := 0; n < b.N; {
		err := s.Update(ctx, func(tx *storage.Tx) error {
			for i := range min(100, b.N-n) {
				at := act.Place{Platform: "there", Space: "us", Channel: fmt.Sprint((n + i) % 200)}
				e := act.Effect{Brand: "aurora", Subject: act.Subject{Kind: thing, ID: "1"}, At: at, Lane: fmt.Sprint((n + i) % 2000), Act: send("hello")}
				if _, err := o.Say(tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		n += min(100, b.N-n)
	}
	if err := o.Idle(ctx); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "effects/s")
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
