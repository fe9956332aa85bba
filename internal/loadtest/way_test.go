package loadtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/internal/app"
	"ponte/platforms/social/webhook"
)

// BenchmarkWholeWay is an item's way from its sender to team chat: taken in by
// webhook, made durable, shown as a message of its own in its account's channel.
// A caller sends the next item when the last one's message is there. Folding is
// off, and no limit of ours holds anything back.
func BenchmarkWholeWay(b *testing.B) {
	for _, callers := range []int{1, 32, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) { wholeWay(b, callers) })
	}
}

const accounts = 64

func wholeWay(b *testing.B, callers int) {
	chat := &chat{came: map[string]chan struct{}{}}
	p := serve(b, chat)
	var next sync.Mutex
	n, took := 0, make([]time.Duration, 0, b.N)
	var hands sync.WaitGroup
	b.ResetTimer()
	for range callers {
		hands.Go(func() {
			for {
				next.Lock()
				i := n
				n++
				next.Unlock()
				if i >= b.N {
					return
				}
				began := time.Now()
				text := fmt.Sprintf("My order %d has not come, and nobody answers the telephone.", i)
				came := chat.awaits(text)
				if err := p.post(b.Context(), i%accounts, one(i, text)); err != nil {
					b.Error(err)
					return
				}
				select {
				case <-came:
				case <-time.After(time.Minute):
					b.Error("it does not come")
					return
				}
				d := time.Since(began)
				next.Lock()
				took = append(took, d)
				next.Unlock()
			}
		})
	}
	hands.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
	slices.Sort(took)
	for _, q := range []struct {
		unit string
		at   int
	}{{"p50-ms", len(took) / 2}, {"p99-ms", len(took) * 99 / 100}} {
		if len(took) > 0 {
			b.ReportMetric(float64(took[q.at].Microseconds())/1000, q.unit)
		}
	}
}

func one(i int, text string) string {
	return fmt.Sprintf(`{"id":"item-%d","author":{"id":"%d","name":"Marta %d"},"text":%q}`, i, i, i, text)
}

// chat is a team chat that takes everything at once.
type chat struct {
	mu   sync.Mutex
	came map[string]chan struct{} // by the text that a card quotes
	n    int
}

func (*chat) Name() string                { return "chat" }
func (*chat) Traits(act.Place) act.Traits { return act.Traits{} }

func (c *chat) Carry(_ context.Context, _ string, a act.Act, _ act.Place) (act.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	if s, ok := a.(act.Send); ok && len(s.Card.Blocks) > 0 && s.Card.Blocks[0].Quote != nil {
		text := string(s.Card.Blocks[0].Quote.Text)
		if came := c.came[text]; came != nil {
			close(came)
			delete(c.came, text)
		}
	}
	return act.Receipt{Ref: fmt.Sprint(c.n)}, nil
}

func (c *chat) awaits(text string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	came := make(chan struct{})
	c.came[text] = came
	return came
}

// served is a Ponte that runs.
type served struct {
	*app.App
	client *http.Client
}

// serve runs a Ponte with the accounts, each with a channel of its own in the chat.
func serve(b *testing.B, chat act.Adapter) *served {
	b.Helper()
	brand := bot.Brand{ID: "aurora", Name: "Aurora", Language: bot.English, Zone: "UTC", Grace: time.Hour}
	var hooks []webhook.Account
	for i := range accounts {
		id := bot.AccountID(fmt.Sprintf("webhook:a%d", i))
		room := fmt.Sprintf("room-%d", i)
		hooks = append(hooks, webhook.Account{ID: id, Unsigned: true})
		brand.Accounts = append(brand.Accounts, bot.Account{ID: id, Platform: "webhook", Network: "webhook", Name: room})
		brand.Channels = append(brand.Channels, bot.Channel{ID: room, Platform: "chat", Space: "team", Remote: room, Default: i == 0})
		brand.Routes = append(brand.Routes, bot.Route{Account: id, Channel: room})
	}
	door, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	a, err := app.Open(b.Context(), app.Config{
		Data: b.TempDir(), Brands: []bot.Brand{brand}, Webhooks: hooks, Public: door, Writes: -1,
		Adapters: []act.Adapter{chat}, Log: slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	})
	s := &served{a, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}, Timeout: time.Minute}}
	for s.post(b.Context(), 0, "[]") != nil { // until it listens
		time.Sleep(time.Millisecond)
	}
	return s
}

// post sends items to an account.
func (s *served) post(ctx context.Context, account int, body string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("%s/webhook/a%d", s.PublicURL(), account), strings.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(said), `"errors":[]`) {
		return cmp.Or(err, fmt.Errorf("%s: %s", resp.Status, said))
	}
	return err
}
