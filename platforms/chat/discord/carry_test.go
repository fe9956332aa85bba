package discord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/rest"
	"ponte/platforms/chat/discord/rooms"
)

const creates = "POST /channels/{channel}/messages"

func TestWhatARefusalProves(t *testing.T) {
	for name, c := range map[string]struct {
		fault rest.Fault
		kind  bot.Kind
		key   string
		out   int // messages that are there nevertheless
	}{
		"429":                     {rest.Limited(7 * time.Second), bot.RateLimited, "discord.busy_discord", 0},
		"429 of all":              {rest.LimitedGlobal(time.Second), bot.RateLimited, "discord.busy_discord", 0},
		"429 of Cloudflare":       {rest.Cloudflare(), bot.RateLimited, "discord.busy_discord", 0},
		"500 before":              {rest.Broken(500), bot.Ambiguous, "discord.unclear", 0},
		"502 after":               {rest.BrokenAfter(502), bot.Ambiguous, "discord.unclear", 1},
		"the answer is lost":      {rest.Lost(), bot.Ambiguous, "discord.unclear", 1},
		"the request is lost":     {rest.Dropped(), bot.Ambiguous, "discord.unclear", 0},
		"done twice":              {rest.Doubled(), "", "", 1},
		"no access":               {rest.Refused(403, 50001, "Missing Access"), bot.Denied, "discord.no_channel", 0},
		"no permission":           {rest.Refused(403, 50013, "Missing Permissions"), bot.Denied, "discord.no_permission", 0},
		"the token is revoked":    {rest.Refused(401, 0, "401: Unauthorized"), bot.Denied, "discord.token", 0},
		"something unheard of":    {rest.Refused(400, 99999, "New"), bot.Invalid, "discord.refused", 0},
		"something is impossible": {rest.Refused(400, 50035, "Invalid Form Body"), bot.Invalid, "discord.refused", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.discord.API.Fail(creates, c.fault)
			_, err := r.Carry(t.Context(), "k", act.Send{Card: say("hello")}, r.place())
			if n := len(r.inbox.Messages()); n != c.out {
				t.Errorf("there are %d messages", n)
			}
			if n := len(r.discord.API.Requests(creates)); n != 1 {
				t.Errorf("it was tried %d times", n)
			}
			if c.kind == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *bot.Error
			if !errors.As(err, &e) || e.Kind != c.kind || e.Key != c.key {
				t.Fatalf("it is %v", err)
			}
			if (e.Kind == bot.RateLimited) != (e.RetryAfter > 0) {
				t.Errorf("it waits %s", e.RetryAfter)
			}
			if got := r.opt.Print(bot.English, time.UTC, card.Fault(e)); strings.Contains(got, "{{") {
				t.Errorf("it says %s", got)
			}
		})
	}
}

func TestARefusedConnectionProvesThatNothingHappened(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Client = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		}}}
	})
	if _, err := r.Carry(t.Context(), "k", act.Send{Card: say("hello")}, r.place()); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("it is %v", err)
	}
}

func TestEveryMessageHasItsNonceAndSaysWhoIsPinged(t *testing.T) {
	r := newRig(t)
	top := r.carries("say/"+strings.Repeat("01kb", 30), act.Send{Card: talk("@everyone <@" + r.ana.ID + ">"), Mention: []string{r.ana.ID, "@here"}}, r.place())
	r.carries("k2", act.Send{Thread: top.Ref, Card: say("under")}, r.place())
	r.carries("k3", act.Edit{Ref: top.Ref, Card: talk("anew")}, r.place())
	for _, q := range r.discord.API.Requests(creates) {
		nonce, _ := q.Obj()["nonce"].(string)
		if len(nonce) != 25 || q.Obj()["enforce_nonce"] != true {
			t.Errorf("a message has the nonce %q, enforced: %v", nonce, q.Obj()["enforce_nonce"])
		}
	}
	for _, q := range r.discord.API.Requests(creates, "PATCH /channels/{channel}/messages/{message}") {
		allowed, _ := q.Obj()["allowed_mentions"].(map[string]any)
		if list, ok := allowed["parse"].([]any); !ok || len(list) != 0 {
			t.Errorf("%s says of pings %v", q.Route, q.Obj()["allowed_mentions"])
		}
	}
	if diff := cmp.Diff([]string{r.ana.ID}, r.inbox.Find(top.Ref).Pinged()); diff != "" {
		t.Error(diff)
	}
}

func TestACardThatIsTalkedAboutHasItsThread(t *testing.T) {
	r := newRig(t)
	top := r.carries("k1", act.Send{Card: talk("The milk is sour")}, r.place())
	thread := r.inbox.ThreadOf(r.inbox.Find(top.Ref))
	if thread == nil || thread.ID != top.Ref || thread.Name() != "Title" {
		t.Fatalf("its thread is %+v", thread)
	}
	under := r.carries("k2", act.Send{Thread: top.Ref, Card: say("under")}, r.place())
	if got := thread.Find(under.Ref).Text(); !strings.Contains(got, "under") {
		t.Errorf("in the thread stands %q", got)
	}
	if want := "https://discord.com/channels/" + r.discord.ID + "/" + top.Ref + "/" + under.Ref; under.URL != want {
		t.Errorf("it is found at %s", under.URL)
	}
	plain := r.carries("k3", act.Send{Card: say("no talk")}, r.place())
	if r.inbox.ThreadOf(r.inbox.Find(plain.Ref)) != nil {
		t.Error("a card that nobody talks about has a thread")
	}
	r.again().carries("k4", act.Send{Thread: plain.Ref, Card: say("under it")}, r.place())
	if got := r.inbox.Thread(r.inbox.Find(plain.Ref)); len(got) != 1 || !got[0].Says("under it") {
		t.Errorf("under it stands %v", got)
	}
}

func TestAThreadThatSomebodyMadeIsTaken(t *testing.T) {
	r := newRig(t)
	r.discord.API.Fail("POST /channels/{channel}/messages/{message}/threads", rest.Lost())
	top := r.carries("k1", act.Send{Card: talk("x")}, r.place())
	if r.inbox.ThreadOf(r.inbox.Find(top.Ref)) == nil {
		t.Fatal("the thread was not made")
	}
	if _, err := r.rooms.Open(t.Context(), rooms.Room{ID: r.inbox.ID, Guild: r.discord.ID}, top.Ref, "again"); err != nil {
		t.Errorf("a thread that is there is no thread: %v", err)
	}
	r.carries("k2", act.Send{Thread: top.Ref, Card: say("under")}, r.place())
}

func TestWhatIsGone(t *testing.T) {
	r := newRig(t)
	top := r.carries("k1", act.Send{Card: talk("x")}, r.place())
	under := r.carries("k2", act.Send{Thread: top.Ref, Card: say("under")}, r.place())
	r.inbox.ThreadOf(r.inbox.Find(top.Ref)).Delete()
	said := r.ana.Says("#inbox", "hello")
	r.ana.Deletes(said)
	for name, a := range map[string]act.Act{
		"an edit in a thread that was deleted": act.Edit{Ref: under.Ref, Thread: top.Ref, Card: say("anew")},
		"an edit of what was deleted":          act.Edit{Ref: said.ID, Card: say("anew")},
		"a note under what was deleted":        act.Send{Thread: said.ID, Card: say("anew")},
		"a note under another channel":         act.Send{Thread: r.forum.ID, Card: say("anew")},
		"an edit of no message":                act.Edit{Ref: "x/../y", Card: say("anew")},
	} {
		_, err := r.Carry(t.Context(), name, a, r.place())
		want := "discord.no_message"
		if _, send := a.(act.Send); send || strings.Contains(name, "thread") {
			want = "discord.thread_gone"
		}
		if e, ok := bot.Asked(err); !ok || e.Kind != bot.NotFound || e.Key != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	elsewhere := r.place()
	elsewhere.Space = "42"
	if _, err := r.Carry(t.Context(), "k", act.Send{Card: say("x")}, elsewhere); bot.KindOf(err) != bot.NotFound {
		t.Errorf("a server that is not served: %v", err)
	}
	other := r.discord.Guild("Other").Channel("#other")
	elsewhere = r.place()
	elsewhere.Channel = other.ID
	if _, err := r.Carry(t.Context(), "k", act.Send{Card: say("x")}, elsewhere); bot.KindOf(err) != bot.NotFound || len(other.Messages()) != 0 {
		t.Errorf("a channel of another server: %v", err)
	}
}

func TestArchivedAndLockedThreads(t *testing.T) {
	r := newRig(t)
	top := r.carries("k1", act.Send{Card: talk("x")}, r.place())
	under := r.carries("k2", act.Send{Thread: top.Ref, Card: say("under")}, r.place())
	thread := r.inbox.ThreadOf(r.inbox.Find(top.Ref))
	thread.Archive()
	r.carries("k3", act.Edit{Ref: under.Ref, Thread: top.Ref, Card: say("anew")}, r.place())
	if !thread.Find(under.Ref).Says("anew") {
		t.Error("what stands in an archived thread is not shown anew")
	}
	thread.Archive()
	r.carries("k4", act.Send{Thread: top.Ref, Card: say("more")}, r.place())
	thread.Lock()
	r.discord.AppMay(0)
	r.discord.EverybodyMay(everything &^ guild.ManageThreads)
	for _, archived := range []bool{false, true} {
		for name, a := range map[string]act.Act{
			"an edit": act.Edit{Ref: under.Ref, Thread: top.Ref, Card: say("locked")}, "a message": act.Send{Thread: top.Ref, Card: say("locked")},
		} {
			if archived {
				thread.Archive()
			}
			_, err := r.Carry(t.Context(), "k5", a, r.place())
			if e, ok := bot.Asked(err); err != nil && (!ok || e.Kind != bot.Unavailable || e.RetryAfter <= 0 || e.Key != "discord.locked") {
				t.Errorf("%s in a locked thread, archived %v: %v", name, archived, err)
			} else if err == nil && archived {
				t.Errorf("%s went into a locked and archived thread", name)
			}
		}
	}
}

const everything = ^uint64(8) // but an administrator's

func TestTheCapOfThreads(t *testing.T) {
	r := newRig(t)
	var refs []string
	for i := range 3 {
		refs = append(refs, r.carries(fmt.Sprint("k", i), act.Send{Card: talk("x")}, r.place()).Ref)
	}
	r.discord.ThreadCap(3)
	more := r.carries("more", act.Send{Card: say("no thread yet")}, r.place()).Ref
	_, err := r.Carry(t.Context(), "under", act.Send{Thread: more, Card: say("under")}, r.place())
	var e *bot.Error
	if !errors.As(err, &e) || e.Key != "discord.threads_full" {
		t.Fatalf("with no thread to archive it is %v", err)
	}
	done := talk("x")
	done.Mark = card.MarkResolved
	r.carries("e", act.Edit{Ref: refs[1], Card: done}, r.place())
	r.carries("under", act.Send{Thread: more, Card: say("under")}, r.place())
	for i, ref := range refs {
		if got := r.inbox.ThreadOf(r.inbox.Find(ref)).Now().Archived; got != (i == 1) {
			t.Errorf("thread %d is archived: %v", i, got)
		}
	}
}

func TestAForumsPosts(t *testing.T) {
	r := newRig(t)
	c := talk("The milk is sour")
	c.Tags = []card.Words{card.Literal("open"), card.Literal("Complaint"), card.Literal("Klingon")}
	top := r.carries("k1", act.Send{Card: c, Mention: []string{r.ana.ID}}, r.ideas())
	posts := r.forum.Threads()
	if len(posts) != 1 || posts[0].ID != top.Ref || posts[0].Name() != "Title" {
		t.Fatalf("there are %+v", posts)
	}
	tags := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, posts[0].Tags()); diff != "" {
			t.Error(diff)
		}
	}
	tags("Open", "Complaint")
	under := r.carries("k2", act.Send{Thread: top.Ref, Card: say("under")}, r.ideas())
	posts[0].Archive()
	c.Tags, c.Mark = []card.Words{card.Literal("Resolved"), card.Literal("Complaint")}, card.MarkResolved
	r.again().carries("k3", act.Edit{Ref: top.Ref, Card: c}, r.ideas())
	tags("Resolved", "Complaint")
	r.again().carries("k4", act.Edit{Ref: under.Ref, Thread: top.Ref, Card: say("anew")}, r.ideas())
	if !posts[0].Find(under.Ref).Says("anew") || !strings.HasPrefix(posts[0].Find(top.Ref).Text(), "✓") {
		t.Error("the post is not shown anew")
	}
	r.forum.RequireTag()
	r.clock.pass(time.Hour)
	r.carries("k5", act.Send{Card: say("no tags")}, r.ideas())
	for name, a := range map[string]act.Act{"a note": act.Send{Thread: "999", Card: say("x")}, "an edit": act.Edit{Ref: "999", Card: say("x")}} {
		if _, err := r.Carry(t.Context(), name, a, r.ideas()); bot.KindOf(err) != bot.NotFound {
			t.Errorf("%s of a post that is not there: %v", name, err)
		}
	}
}

// media has some pictures.
type media map[string][]byte

func (m media) Bytes(_ context.Context, brand bot.BrandID, hash string) (bot.Picture, []byte, error) {
	if b, ok := m[hash]; ok && brand == "aurora" {
		return bot.Picture{Hash: hash, Type: "image/png"}, b, nil
	}
	return bot.Picture{}, nil, bot.Errorf(bot.NotFound, "x")
}

func pictured(hashes ...string) card.Card {
	c := say("look")
	for _, h := range hashes {
		c.Blocks = append(c.Blocks, card.Block{Picture: &card.Picture{Hash: h, Alt: card.Outside("What " + h + " shows")}})
	}
	return c
}

func TestPicturesStandOnTheirCards(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(o *Options) { o.Media = media{"aa": b.Bytes(), "bb": b.Bytes(), "cc": make([]byte, 11<<20)} })
	top := r.carries("k1", act.Send{Card: pictured("aa", "bb", "cc", "none")}, r.place())
	files := func(want ...string) {
		t.Helper()
		var got []string
		for _, f := range r.inbox.Find(top.Ref).Files {
			got = append(got, f.Name+" "+f.Alt)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	files("aa.png What aa shows", "bb.png What bb shows")
	sent := func() (n int) {
		for _, q := range r.discord.API.Requests() {
			n += len(q.Files)
		}
		return n
	}
	r.again().carries("k2", act.Edit{Ref: top.Ref, Card: pictured("aa", "bb")}, r.place())
	files("aa.png What aa shows", "bb.png What bb shows")
	r.carries("k3", act.Edit{Ref: top.Ref, Card: pictured("bb")}, r.place())
	files("bb.png What bb shows")
	if n := sent(); n != 2 {
		t.Errorf("%d files were sent", n)
	}
	r.carries("k4", act.Edit{Ref: top.Ref, Card: say("none")}, r.place())
	files()
	r.discord.API.Fail(creates, rest.Refused(413, 40005, "Request entity too large"))
	plain := r.carries("k5", act.Send{Card: pictured("aa")}, r.place())
	if m := r.inbox.Find(plain.Ref); len(m.Files) != 0 || !m.Says("What aa shows") {
		t.Errorf("without its files it says %q", m.Text())
	}
}

func TestALongTextOfOursComesAlong(t *testing.T) {
	r := newRig(t)
	c := say("x")
	long := strings.Repeat("word ", 2000)
	c.Blocks = append(c.Blocks, card.Block{Quote: &card.Quote{Text: card.Outside(long), Public: true}})
	top := r.carries("k1", act.Send{Card: c}, r.place())
	for range 2 {
		if m := r.inbox.Find(top.Ref); len(m.Files) != 1 || string(m.Files[0].Data) != strings.TrimSpace(long) {
			t.Fatalf("it comes with %d files", len(m.Files))
		}
		r.carries("k2", act.Edit{Ref: top.Ref, Card: c}, r.place())
	}
}

func TestDiscordIsNotAskedMoreThanItSays(t *testing.T) {
	r := newRig(t)
	held := 0
	for i := range 40 {
		_, err := r.Carry(t.Context(), fmt.Sprint("k", i), act.Send{Card: say("x")}, r.place())
		if e, ok := bot.Asked(err); ok && e.Kind == bot.RateLimited && e.RetryAfter > 0 && e.Parks == bot.ParksBudget {
			held++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n := r.discord.API.Wrong(); held == 0 || n > 0 {
		t.Errorf("%d were held back, %d refused", held, n)
	}
	if _, err := r.Carry(t.Context(), "elsewhere", act.Send{Card: talk("x")}, r.ideas()); err != nil {
		t.Errorf("another channel waits as well: %v", err)
	}
}

func TestAnOldMessageThatWasEditedTooOftenWaits(t *testing.T) {
	r := newRig(t)
	top := r.carries("k1", act.Send{Card: say("x")}, r.place())
	r.discord.World.LimitOldEdits(1)
	r.clock.pass(2 * time.Hour)
	r.carries("k2", act.Edit{Ref: top.Ref, Card: say("y")}, r.place())
	_, err := r.Carry(t.Context(), "k3", act.Edit{Ref: top.Ref, Card: say("z")}, r.place())
	if e, ok := bot.Asked(err); !ok || e.Kind != bot.RateLimited || e.RetryAfter < time.Minute || e.Parks != bot.ParksLane {
		t.Errorf("it is %v", err)
	}
}

func TestAThreadThatWasDeletedIsSaidToBeGone(t *testing.T) {
	for _, forgotten := range []bool{false, true} {
		r := newRig(t)
		top, post := r.carries("k1", act.Send{Card: talk("x")}, r.place()), r.carries("k2", act.Send{Card: talk("x")}, r.ideas())
		r.inbox.ThreadOf(r.inbox.Find(top.Ref)).Delete()
		r.forum.Threads()[0].Delete()
		if forgotten {
			r = r.again()
		}
		for ref, at := range map[string]act.Place{top.Ref: r.place(), post.Ref: r.ideas()} {
			_, err := r.Carry(t.Context(), "under", act.Send{Thread: ref, Card: say("under")}, at)
			if e, ok := bot.Asked(err); !ok || e.Kind != bot.NotFound || e.Key != "discord.thread_gone" {
				t.Errorf("forgotten %v: %v", forgotten, err)
			}
		}
	}
}
