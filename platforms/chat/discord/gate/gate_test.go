package gate

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

const beatEvery = 40 * time.Second

func TestItHears(t *testing.T) {
	var code atomic.Int64
	with(t, func(_ int, p *peer) {
		p.hello(beatEvery)
		p.event(1, "READY")
		p.event(2, "MESSAGE_CREATE")
		p.event(2, "MESSAGE_CREATE")
		_ = p.WriteMessage(1, []byte("{not JSON"))
		p.event(3, "MESSAGE_DELETE")
		code.Store(int64(p.live()))
	}, func(t *testing.T, f *far, opt Options) {
		var h heard
		opt.Handle = h.take
		if _, err := run(t, opt, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"READY S1/1", "MESSAGE_CREATE S1/2", "MESSAGE_DELETE S1/3"}, h.list()); diff != "" {
			t.Error(diff)
		}
		synctest.Wait()
		if code.Load() != leaving {
			t.Errorf("it leaves with %d, which ends the session", code.Load())
		}
		opt.Handle = h.take
		if _, err := run(t, opt, time.Minute); err != nil { // started again
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"identify 7 /first", "resume S1 3 /resume"}, f.greets); diff != "" {
			t.Error(diff)
		}
	})
}

// A connection is gone on with, whatever ended it.
func TestItGoesOn(t *testing.T) {
	for name, ends := range map[string]func(p *peer){
		"the connection breaks":   func(p *peer) { _ = p.UnderlyingConn().Close() },
		"Discord moves it":        func(p *peer) { p.send(opReconnect, 0, "", nil); p.live() },
		"an error of Discord's":   func(p *peer) { p.shut(4000) },
		"a session that waits":    func(p *peer) { p.send(opInvalid, 0, "", true); p.live() },
		"nothing is acknowledged": func(p *peer) { silent(p) },
	} {
		t.Run(name, func(t *testing.T) {
			with(t, func(n int, p *peer) {
				p.hello(beatEvery)
				if n == 1 {
					p.event(1, "READY")
					p.event(2, "MESSAGE_CREATE")
					ends(p)
					return
				}
				p.event(3, "MESSAGE_CREATE")
				p.event(4, "RESUMED")
				p.live()
			}, func(t *testing.T, f *far, opt Options) {
				var h heard
				opt.Handle = h.take
				g := New(opt)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- g.Run(ctx) }()
				time.Sleep(10 * time.Minute)
				if s, _ := g.State(); s != Open {
					t.Errorf("it is %s", s)
				}
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff([]string{"identify 7 /first", "resume S1 2 /resume"}, f.greets); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff([]string{"READY S1/1", "MESSAGE_CREATE S1/2", "MESSAGE_CREATE S1/3"}, h.list()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// silent reads heartbeats and acknowledges none; the connection must not be left
// with a code that ends the session.
func silent(p *peer) {
	beats := 0
	for {
		if _, _, err := p.ReadMessage(); err != nil {
			if beats != 2 || !strings.Contains(err.Error(), "4000") {
				p.t.Errorf("after %d heartbeats it ends with %v", beats, err)
			}
			return
		}
		beats++
	}
}

// Without a hello, and without an answer to the handshake, it does not wait for ever.
func TestNothingHangs(t *testing.T) {
	with(t, func(n int, p *peer) {
		if n < 3 {
			p.live()
			return
		}
		p.hello(beatEvery)
		p.event(1, "READY")
		p.live()
	}, func(t *testing.T, f *far, opt Options) {
		g := New(opt)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- g.Run(ctx) }()
		time.Sleep(5 * time.Minute)
		if s, _ := g.State(); s != Open {
			t.Errorf("it is %s after %d connections", s, f.count())
		}
		cancel()
		<-ended
	})
}

// A session that is gone is followed by a new one, one to five seconds later.
func TestANewSession(t *testing.T) {
	for name, ends := range map[string]func(p *peer){
		"invalid":      func(p *peer) { p.send(opInvalid, 0, "", false); p.live() },
		"timed out":    func(p *peer) { p.shut(4009) },
		"a bad number": func(p *peer) { p.shut(4007) },
	} {
		t.Run(name, func(t *testing.T) {
			with(t, func(n int, p *peer) {
				p.hello(beatEvery)
				switch n {
				case 1:
					p.event(1, "READY")
					p.event(2, "MESSAGE_CREATE")
					_ = p.UnderlyingConn().Close()
				case 2:
					ends(p)
				default:
					p.event(1, "READY")
					p.live()
				}
			}, func(t *testing.T, f *far, opt Options) {
				if _, err := run(t, opt, 10*time.Minute); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]string{"identify 7 /first", "resume S1 2 /resume", "identify 7 /first"}, f.greets); diff != "" {
					t.Error(diff)
				}
				if wait := f.at[2].Sub(f.at[1]); wait < time.Second && name == "invalid" {
					t.Errorf("it comes back after %v", wait)
				}
			})
		})
	}
}

// A session that never goes on is given up in the end, also when Discord does not say so.
func TestASessionThatDoesNotGoOn(t *testing.T) {
	with(t, func(n int, p *peer) {
		p.hello(beatEvery)
		if strings.HasPrefix(p.last(), "resume") {
			p.shut(4000)
			return
		}
		p.event(1, "READY")
		if n == 1 {
			_ = p.UnderlyingConn().Close()
			return
		}
		p.live()
	}, func(t *testing.T, f *far, opt Options) {
		if _, err := run(t, opt, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		if last := f.greets[len(f.greets)-1]; last != "identify 7 /first" || len(f.greets) != vainly+2 {
			t.Errorf("it tries %q", f.greets)
		}
	})
}

func (p *peer) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.greets[len(p.greets)-1]
}

func TestFatalCodes(t *testing.T) {
	for _, code := range final {
		with(t, func(_ int, p *peer) { p.hello(beatEvery); p.shut(code) }, func(t *testing.T, f *far, opt Options) {
			_, err := run(t, opt, time.Hour)
			if e, ok := errors.AsType[*Ended](err); !ok || e.Code != code || f.count() != 1 {
				t.Errorf("%d: %v after %d connections", code, err, f.count())
			}
		})
	}
	with(t, nil, func(t *testing.T, _ *far, opt Options) {
		opt.Ask = func(context.Context) (Info, error) { return Info{}, bot.Errorf(bot.Denied, "no") }
		if _, err := run(t, opt, time.Hour); bot.KindOf(err) != bot.Denied {
			t.Errorf("a refused token is %v", err)
		}
	})
}

// However badly it goes, sessions are begun far less often than Discord takes them,
// also by a Ponte that is started again and again.
func TestTheBudget(t *testing.T) {
	with(t, func(_ int, p *peer) { p.hello(beatEvery); p.send(opInvalid, 0, "", false); p.live() }, func(t *testing.T, f *far, opt Options) {
		for range 8 {
			if _, err := run(t, opt, 3*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(f.greets); n > daily || n < 200 {
			t.Errorf("%d sessions are begun in a day", n)
		}
		for i := range f.at[1:] {
			if gap := f.at[i+1].Sub(f.at[i]); gap < apart {
				t.Fatalf("two are begun within %v", gap)
			}
		}
	})
}

func TestASpentBudgetWaits(t *testing.T) {
	with(t, func(_ int, p *peer) { p.hello(beatEvery); p.event(1, "READY"); p.live() }, func(t *testing.T, f *far, opt Options) {
		var spent []int64
		for i := range daily {
			spent = append(spent, time.Now().Add(time.Duration(i)*time.Second-time.Hour).Unix())
		}
		value, _ := json.Marshal(spent)
		_ = opt.Notes.Write(t.Context(), beginnings, value)
		g := New(opt)
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		ended := make(chan error)
		go func() { ended <- g.Run(ctx) }()
		time.Sleep(22 * time.Hour)
		if s, _ := g.State(); s != Spent || f.count() != 0 {
			t.Errorf("it is %s after %d connections", s, f.count())
		}
		time.Sleep(90 * time.Minute)
		if s, _ := g.State(); s != Open {
			t.Errorf("it is %s on the next day", s)
		}
		<-ended
	})
}

func TestDiscordsOwnLimitIsHeeded(t *testing.T) {
	with(t, func(_ int, p *peer) { p.hello(beatEvery); p.event(1, "READY"); p.live() }, func(t *testing.T, f *far, opt Options) {
		opt.Ask = func(context.Context) (Info, error) {
			var i Info
			err := json.Unmarshal([]byte(`{"url":"ws://discord.test/first","session_start_limit":{"total":1000,"remaining":3,"reset_after":3600000,"max_concurrency":1}}`), &i)
			return i, err
		}
		began := time.Now()
		_, _ = run(t, opt, 2*time.Hour)
		if len(f.at) != 1 || f.at[0].Sub(began) < time.Hour {
			t.Errorf("it begins at %v", f.at)
		}
	})
}

// What is under way when Ponte ends is told again to the one that is started next.
func TestWhatIsUnderWayComesAgain(t *testing.T) {
	with(t, func(_ int, p *peer) {
		p.hello(beatEvery)
		if p.last() == "identify 7 /first" {
			for seq, kind := range []string{"READY", "MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_CREATE"} {
				p.event(int64(seq+1), kind)
			}
		}
		p.live()
	}, func(t *testing.T, f *far, opt Options) {
		opt.Handle = func(e Event, done func()) bool {
			if e.Seq != 3 {
				done()
			}
			return true
		}
		for range 2 {
			if _, err := run(t, opt, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string{"identify 7 /first", "resume S1 2 /resume"}, f.greets); diff != "" {
			t.Error(diff)
		}
	})
}

// With no room left the connection ends, and what found none comes again.
func TestWithoutRoomItComesAgain(t *testing.T) {
	var room atomic.Bool
	with(t, func(n int, p *peer) {
		p.hello(beatEvery)
		if n == 1 {
			p.event(1, "READY")
		}
		p.event(2, "MESSAGE_CREATE")
		p.live()
	}, func(t *testing.T, f *far, opt Options) {
		var h heard
		opt.Handle = func(e Event, done func()) bool {
			return (e.Type == "READY" || room.Load()) && h.take(e, done)
		}
		time.AfterFunc(time.Minute, func() { room.Store(true) })
		if _, err := run(t, opt, 5*time.Minute); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"READY S1/1", "MESSAGE_CREATE S1/2"}, h.list()); diff != "" {
			t.Error(diff)
		}
		if f.count() > 20 {
			t.Errorf("it asks %d times in a minute", f.count())
		}
	})
}

func TestASessionOfOthersIsNone(t *testing.T) {
	with(t, func(_ int, p *peer) { p.hello(beatEvery); p.event(1, "READY"); p.live() }, func(t *testing.T, f *far, opt Options) {
		_, _ = run(t, opt, time.Minute)
		value, _ := opt.Notes.Read(t.Context(), going)
		if strings.Contains(string(value), "token") {
			t.Errorf("the token is noted: %s", value)
		}
		opt.Intents = 8
		_, _ = run(t, opt, time.Minute)
		if diff := cmp.Diff([]string{"identify 7 /first", "identify 8 /first"}, f.greets); diff != "" {
			t.Error(diff)
		}
	})
}

// Heartbeats that Discord asks for are answered, but never so many that it is too much.
func TestAskedHeartbeatsAreBounded(t *testing.T) {
	var beats atomic.Int64
	with(t, func(_ int, p *peer) {
		p.hello(beatEvery)
		p.event(1, "READY")
		go func() {
			for range 500 {
				p.send(opHeartbeat, 0, "", nil)
			}
		}()
		for {
			if _, _, err := p.ReadMessage(); err != nil {
				return
			}
			beats.Add(1)
		}
	}, func(t *testing.T, _ *far, opt Options) {
		_, _ = run(t, opt, 30*time.Second)
		if n := beats.Load(); n < 10 || n > 60 {
			t.Errorf("it sends %d in half a minute", n)
		}
	})
}

func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLanes(20)
		var order []int
		hold := make(chan struct{})
		for i := range 10 {
			l.Go("a", func() { <-hold; order = append(order, i) })
		}
		other := false
		l.Go("b", func() { other = true })
		synctest.Wait()
		if !other {
			t.Error("one channel waits for another")
		}
		for i := 0; l.Go("c", func() { <-hold }); i++ {
			if i > 20 {
				t.Fatal("there is always room")
			}
		}
		close(hold)
		l.Wait()
		if diff := cmp.Diff([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, order); diff != "" {
			t.Error(diff)
		}
		if len(l.waiting) != 0 || l.count != 0 {
			t.Errorf("%d are kept", len(l.waiting))
		}
	})
}

// A Ponte that is killed at once is followed by one that goes on with the session.
func TestASessionIsKeptFromItsBeginning(t *testing.T) {
	with(t, func(n int, p *peer) {
		p.hello(time.Minute)
		if n == 1 {
			p.event(1, "READY")
		}
		_ = p.live()
	}, func(t *testing.T, f *far, opt Options) {
		for range 2 {
			if _, err := run(t, opt, time.Second); !errors.Is(err, context.DeadlineExceeded) && err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string{"identify 7 /first", "resume S1 1 /resume"}, f.greets); diff != "" {
			t.Error(diff)
		}
	})
}
