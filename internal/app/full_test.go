package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// boarded runs a Ponte whose team is a notice board, while f works with it.
func boarded(t *testing.T, data string, maxSize int64, f func(*App)) (said []string) {
	t.Helper()
	chat := &noticeBoard{}
	b := one()
	b.Channels[0].Platform = chat.Name()
	a, err := Open(t.Context(), Config{
		Data: data, Brands: []bot.Brand{b}, MaxSize: maxSize, Adapters: []act.Adapter{chat}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	f(a)
	synctest.Wait()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return chat.said
}

// fat writes something of a size.
func fat(a *App, n, size int) error {
	return a.store.Update(context.Background(), func(tx *storage.Tx) error {
		return records.SavedReplies.Put(tx, bot.Saved{Brand: "acme", Name: fmt.Sprint(n), Text: strings.Repeat("x", size)})
	})
}

// fill writes until there is no room, and returns how often it did.
func fill(t *testing.T, a *App, size int) int {
	t.Helper()
	for n := 0; ; n++ {
		if err := fat(a, n, size); errors.Is(err, storage.ErrFull) {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestFullIsTold: everybody is told once that the store is full, and once that
// there is room again.
func TestFullIsTold(t *testing.T) {
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		said := boarded(t, data, 8<<20, func(a *App) {
			n := fill(t, a, 20_000)
			time.Sleep(time.Hour)
			for i := range n {
				if err := fat(a, i, 1); err != nil {
					t.Fatal(err)
				}
			}
			if err := fat(a, n, 20_000); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		})
		if d := cmp.Diff([]string{"There is no room left on", "There is room on the disk"}, said); d != "" {
			t.Error(d)
		}
	})
}

// TestRoomIsToldAfterRestart: a Ponte that ended with a full store tells of room
// when it runs again and has some, and not before.
func TestRoomIsToldAfterRestart(t *testing.T) {
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		for _, run := range []struct {
			maxSize int64
			fills   bool
			want    []string
		}{
			{8 << 20, true, []string{"There is no room left on"}},
			{8 << 20, false, nil},
			{16 << 20, false, []string{"There is room on the disk"}},
			{16 << 20, false, nil},
		} {
			said := boarded(t, data, run.maxSize, func(a *App) {
				if run.fills {
					for _, size := range []int{20_000, 4_000, 100} {
						fill(t, a, size)
					}
				}
				time.Sleep(time.Minute)
			})
			if d := cmp.Diff(run.want, said); d != "" {
				t.Errorf("with %d bytes: %s", run.maxSize, d)
			}
		}
	})
}

// noticeBoard is a team chat of which only the first words matter.
type noticeBoard struct{ said []string }

func (*noticeBoard) Name() string                { return "board" }
func (*noticeBoard) Traits(act.Place) act.Traits { return act.Traits{} }

func (n *noticeBoard) Carry(_ context.Context, key string, a act.Act, _ act.Place) (act.Receipt, error) {
	words := a.(act.Send).Card.Blocks[0].Words.Text
	n.said = append(n.said, strings.Join(strings.Fields(words)[:6], " "))
	return act.Receipt{Ref: key}, nil
}
