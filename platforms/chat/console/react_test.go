package console

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
)

// heard listens to a console until it heard so many reactions, and tells their deeds.
func (r *rig) heard(c *Console, n int) (deeds []string) {
	r.t.Helper()
	ctx, stop := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer stop()
	_ = c.Listen(ctx, func(_ context.Context, e act.Event) (act.Answer, error) {
		got := e.(act.Reacted)
		name := got.Emoji + " " + strings.TrimPrefix(got.ID, "aurora/ana/")
		if got.Removed {
			name += " off"
		}
		if deeds = append(deeds, name); len(deeds) == n {
			stop()
		}
		return act.Answer{}, nil
	})
	return deeds
}

func (r *rig) untold() int {
	r.t.Helper()
	list, err := r.c.untold.Waiting(r.t.Context(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return len(list)
}

// TestReactionsAreFoundAgain has a process end before anybody took its reactions in.
func TestReactionsAreFoundAgain(t *testing.T) {
	r := newRig(t)
	broken := errors.New("no disk")
	r.listen(func(context.Context, act.Event) (act.Answer, error) { return act.Answer{}, broken })
	ref := r.send("inbox", "k", act.Send{Card: card.Notice(card.Literal("look"))})
	for deed, what := range []string{"✅", "✅ off", "❌"} {
		emoji, off := strings.CutSuffix(what, " off")
		status, got := r.act("react", "aurora/ana", "ref", ref, "emoji", emoji, "removed", map[bool]string{true: "true"}[off], "deed", string(rune('1'+deed)))
		if status != 200 || got.Refused || !strings.HasPrefix(got.said(), "Your reaction is shown") {
			t.Errorf("%s: %d, %q", what, status, got.said())
		}
	}
	if got, err := r.c.Reactions(t.Context(), aurora("inbox"), ref); err != nil || len(got) != 1 || got[0].Emoji != "❌" || got[0].Who.Name != "Ana Ruiz" {
		t.Errorf("the message wears %+v, %v", got, err)
	}
	next := New(r.c.store, r.c.opt) // the next process
	if diff := cmp.Diff([]string{"✅ 1", "✅ 2 off", "❌ 3"}, r.heard(next, 3)); diff != "" {
		t.Error(diff)
	}
	if n := r.untold(); n != 0 {
		t.Errorf("%d reactions are told for ever", n)
	}
}

// What a person did before is taken in before what they do now, or neither is.
func TestReactionsKeepTheirOrder(t *testing.T) {
	r := newRig(t)
	var got []string
	var err error
	r.listen(func(_ context.Context, e act.Event) (act.Answer, error) {
		got = append(got, e.(act.Reacted).Who.User+" "+e.(act.Reacted).Emoji)
		if e.(act.Reacted).Who.User == "olga" {
			return act.Answer{}, nil
		}
		return act.Answer{}, err
	})
	ref := r.send("inbox", "k", act.Send{Card: card.Notice(card.Literal("look"))})
	err = errors.New("no disk")
	r.act("react", "aurora/ana", "ref", ref, "emoji", "✅")
	r.act("react", "aurora/ana", "ref", ref, "emoji", "❌")
	r.act("react", "aurora/olga", "ref", ref, "emoji", "👍")
	err = nil
	r.act("react", "aurora/ana", "ref", ref, "emoji", "👀")
	if want := []string{"ana ✅", "ana ✅", "olga 👍", "ana ✅", "ana ❌", "ana 👀"}; !slices.Equal(got, want) || r.untold() != 0 {
		t.Errorf("got %v, want %v; %d are left", got, want, r.untold())
	}
}

func TestReactionsThatAreRefused(t *testing.T) {
	r := newRig(t)
	kind := bot.Denied
	r.listen(func(context.Context, act.Event) (act.Answer, error) {
		return act.Answer{}, bot.Errorf(kind, "console.not_yours")
	})
	ref := r.send("inbox", "k", act.Send{Card: card.Notice(card.Literal("look"))})
	if status, got := r.act("react", "aurora/ana", "ref", ref, "emoji", "✅"); status != 403 || !got.Refused || r.untold() != 0 {
		t.Errorf("refused for good: %d, %q, and %d are told again", status, got.said(), r.untold())
	}
	kind = bot.Unavailable
	if status, got := r.act("react", "aurora/ana", "ref", ref, "emoji", "❌"); status != 200 || got.Refused || r.untold() != 1 {
		t.Errorf("refused for now: %d, %q, and %d are told again", status, got.said(), r.untold())
	}
}

// An empty channel says what will appear in it, which of decisions is something else.
func TestEmptyChannelOfDecisions(t *testing.T) {
	all := brands().All()
	all[0].Channels = append(slices.Clone(all[0].Channels), bot.Channel{ID: "approvals", Platform: "console", Space: "aurora", Remote: "board"})
	all[0].Approvals.Channel = "approvals"
	r := newRig(t, func(o *Options) { o.Brands = func() *bot.Brands { return bot.NewBrands(all...) } })
	_, inbox := r.get("/c/aurora/inbox", "aurora/ana")
	_, board := r.get("/c/aurora/board", "aurora/ana")
	const decisions, items = "Nothing waits for a decision", "Nothing has arrived yet"
	if !strings.Contains(board, decisions) || strings.Contains(board, items) || strings.Contains(inbox, decisions) || !strings.Contains(inbox, items) {
		t.Errorf("the channel of decisions says %s, the inbox %s", board, inbox)
	}
}

func TestPicker(t *testing.T) {
	first := func(change func(*bot.Brand)) string {
		all := brands().All()
		change(&all[0])
		r := newRig(t, func(o *Options) { o.Brands = func() *bot.Brands { return bot.NewBrands(all...) } })
		r.listen(quiet)
		ref := r.send("inbox", "k", act.Send{Card: card.Notice(card.Literal("look"))})
		_, body := r.get("/", "aurora/ana")
		list := strings.Split(body, "data-pick=\"")[1:]
		for i := range list {
			list[i], _, _ = strings.Cut(list[i], "\"")
			if status, _ := r.act("react", "aurora/ana", "ref", ref, "emoji", list[i]); status != 200 {
				t.Errorf("%s is offered and refused", list[i])
			}
		}
		for i, e := range list {
			if slices.Contains(list[:i], e) {
				t.Errorf("%s is offered twice", e)
			}
		}
		return strings.Join(list[:4], " ")
	}
	if got := first(func(*bot.Brand) {}); !strings.HasPrefix(got, "✅ ❌ ") {
		t.Errorf("offered are %s", got)
	}
	got := first(func(b *bot.Brand) { b.Approvals.Yes, b.Approvals.No = []string{"💚", "👍"}, []string{"⛔"} })
	if got != "💚 👍 ⛔ ✅" {
		t.Errorf("a brand with reactions of its own is offered %s", got)
	}
}
