package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/hours"
	"ponte/internal/ops"
	"ponte/platforms/social/webhook"
)

// one is a brand with one channel and one account.
func one() bot.Brand {
	return bot.Brand{
		ID: "acme", Name: "Acme", Language: bot.English, Zone: "UTC", Hours: hours.Calendar{Zone: "UTC"},
		Accounts: []bot.Account{{ID: "webhook:shop", Platform: "webhook", Name: "Shop"}},
		Channels: []bot.Channel{{ID: "inbox", Platform: "console", Space: "acme", Remote: "inbox", Default: true}},
		Folding:  bot.Folding{After: 8, Within: time.Minute},
	}
}

// live is a Ponte that runs in this process.
type live struct {
	t    *testing.T
	app  *App
	stop func()
}

func start(t *testing.T, data, token string, maxSize int64) live {
	t.Helper()
	listen := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	a, err := Open(t.Context(), Config{
		Data: data, Brands: []bot.Brand{one()}, Webhooks: []webhook.Account{{ID: "webhook:shop", Unsigned: true}},
		Console: listen(), Public: listen(), Token: token, MaxSize: maxSize, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	stopped := false
	stop := func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("it ended with %v", err)
			}
		}
	}
	t.Cleanup(stop)
	return live{t, a, stop}
}

// ask makes a request and returns the answer's status, body and Retry-After.
func (l live) ask(method, url, body, bearer string) (status int, said, after string) {
	l.t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return resp.StatusCode, string(raw), resp.Header.Get("Retry-After")
}

func (l live) comes(id string) (status int, said, after string) {
	l.t.Helper()
	for {
		body, err := json.Marshal(map[string]string{"id": id, "author": "Ada " + id, "text": strings.Repeat("word ", 8000)})
		if err != nil {
			l.t.Fatal(err)
		}
		if status, said, after = l.ask("POST", l.app.PublicURL()+"/webhook/shop", string(body), ""); !strings.Contains(said, "nobody takes items in just now") {
			return status, said, after
		}
		time.Sleep(time.Millisecond) // it is starting
	}
}

// TestFull: a full store refuses what comes in so that it is sent again, says
// that it is full, keeps all that it acknowledged, and goes on when there is room.
func TestFull(t *testing.T) {
	data := t.TempDir()
	l := start(t, data, "", 2<<20)
	var kept []string
	refused := ""
	for i := range 200 {
		id := fmt.Sprintf("item-%d", i)
		status, said, after := l.comes(id)
		if status == http.StatusOK {
			kept = append(kept, id)
			continue
		}
		refused = id
		if status != http.StatusServiceUnavailable || after == "" {
			t.Errorf("refused with %d, Retry-After %q: %s", status, after, said)
		}
		break
	}
	if len(kept) == 0 || refused == "" {
		t.Fatalf("%d items were kept and %q refused", len(kept), refused)
	}
	status, said, _ := l.ask("GET", l.app.ConsoleURL()+"/readyz", "", "")
	var st ops.Status
	if err := json.Unmarshal([]byte(said), &st); err != nil || status != http.StatusServiceUnavailable || !st.Store.Full || st.Ready {
		t.Errorf("readyz: %d %s", status, said)
	}
	if _, said, _ := l.ask("GET", l.app.ConsoleURL()+"/metrics", "", ""); !strings.Contains(said, "ponte_store_full 1") || !strings.Contains(said, "ponte_ready 0") {
		t.Errorf("metrics: %s", said)
	}
	if h := l.app.health(); h[0].Key != "status.full" {
		t.Errorf("people are not told: %+v", h)
	}
	l.stop()

	l = start(t, data, "", 64<<20)
	for _, id := range kept {
		if status, said, _ := l.comes(id); status != http.StatusOK || !strings.Contains(said, `"duplicate":1`) {
			t.Errorf("%s was acknowledged and is lost: %d %s", id, status, said)
		}
	}
	if status, said, _ := l.comes(refused); status != http.StatusOK || !strings.Contains(said, `"accepted":1`) {
		t.Errorf("%s is not taken in though there is room: %d %s", refused, status, said)
	}
	if status, said, _ := l.ask("GET", l.app.ConsoleURL()+"/readyz", "", ""); status != http.StatusOK {
		t.Errorf("readyz: %d %s", status, said)
	}
}

// TestPagesAreBehindTheDoor: what tells of the inside is for those who may use
// the console, and the public side has none of it.
func TestPagesAreBehindTheDoor(t *testing.T) {
	l := start(t, t.TempDir(), "open sesame, please", 0)
	for _, page := range []string{"/metrics", "/readyz"} {
		for bearer, want := range map[string]int{"": http.StatusUnauthorized, "open sesame": http.StatusUnauthorized, "open sesame, please": http.StatusOK} {
			if status, _, _ := l.ask("GET", l.app.ConsoleURL()+page, "", bearer); status != want {
				t.Errorf("%s with %q: %d, want %d", page, bearer, status, want)
			}
		}
		if status, said, _ := l.ask("GET", l.app.PublicURL()+page, "", "open sesame, please"); status != http.StatusNotFound {
			t.Errorf("the public side answers %s with %d: %s", page, status, said)
		}
	}
	if status, _, _ := l.ask("GET", l.app.ConsoleURL()+"/healthz", "", ""); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
}

// stumbling is an adapter whose connection breaks, until it holds.
type stumbling struct {
	act.Adapter
	breaks int
}

func (s *stumbling) Listen(ctx context.Context, _ act.Handler) error {
	if s.breaks--; s.breaks >= 0 {
		return bot.Errorf(bot.Unavailable, "error.unavailable")
	}
	<-ctx.Done()
	return nil
}

// TestRetryingSince: an adapter that stumbles again and again has done so since
// the first time, and is connected when its connection holds.
func TestRetryingSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &App{links: map[string]link{}, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		a.metrics = ops.NewMetrics(nil, nil)
		a.served.Store((&Config{}).serves())
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		go a.listen(ctx, "x", &stumbling{breaks: 4}) // again after 1, 2, 4 and 8 seconds
		for _, c := range []struct {
			at   time.Duration
			want ops.Adapter
		}{
			{0, ops.Adapter{Name: "x", State: ops.Retrying, Fault: "unavailable", Since: began}},
			{14 * time.Second, ops.Adapter{Name: "x", State: ops.Retrying, Fault: "unavailable", Since: began}},
			{26 * time.Second, ops.Adapter{Name: "x", State: ops.Connected, Since: began.Add(25 * time.Second)}},
		} {
			time.Sleep(c.at - time.Since(began))
			synctest.Wait()
			if d := cmp.Diff([]ops.Adapter{c.want}, a.adapters()); d != "" {
				t.Errorf("after %s: %s", c.at, d)
			}
		}
		cancel()
		synctest.Wait()
	})
}
