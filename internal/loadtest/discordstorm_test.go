package loadtest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/rest"
	"ponte/platforms/chat/discord/discordtest/show"
	discord "ponte/platforms/chat/discord/discordtest/world"
)

// discordStorm is a team at work while Discord and Ponte fail.
type discordStorm struct {
	*discordTeam
	t      *testing.T
	ctx    context.Context
	mu     sync.Mutex
	down   []span // when Discord could not reach Ponte, by its own doing or by ours
	sure   map[string]bool
	agreed map[string]int // drafts, by text: how many of the two approvers agreed
	items  map[string]bool
	failed map[string]int // calls of a route when it was last made to fail
	kills  int
}

// TestDiscordStorm is TestSlackStorm in Discord: requests are refused, cut off and
// answered too late, sessions break and are lost, and Ponte is killed again and again.
func TestDiscordStorm(t *testing.T) {
	text := os.Getenv("PONTE_STORM")
	if text == "" {
		t.Skip("PONTE_STORM says how long it lasts; make storm does it")
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("LOADTEST_SECRET", theSecret)
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	s := &discordStorm{
		discordTeam: newDiscordTeam(t, 4), t: t, ctx: ctx,
		sure: map[string]bool{}, agreed: map[string]int{}, items: map[string]bool{}, failed: map[string]int{},
	}
	s.discord.Gateway.Hasty(true)
	s.opens(t)
	s.until(t, "Discord has its connection", s.connected)
	var all sync.WaitGroup
	for every, does := range map[time.Duration]func(){itemEvery: s.item, deedEvery: s.deed, faultEvery: s.fault, refreshEvery: s.refresh, killEvery: s.kill} {
		all.Go(func() {
			for wait(ctx, time.Duration((0.5+rand.Float64())*float64(every))) {
				does()
			}
		})
	}
	all.Wait()
	s.discord.API.Heal()
	s.discord.Gateway.Release(nil)
	s.until(t, "Discord has its connection", s.connected)
	s.calm(t, 5*time.Minute)
	time.Sleep(10 * time.Second) // what was missed is looked for once there is a connection
	s.calm(t, 5*time.Minute)
	s.settled()
}

// item has somebody say something, until it is taken.
func (s *discordStorm) item() {
	text := s.unique("item")
	account := fmt.Sprintf("room%d", rand.IntN(len(s.rooms)))
	body := fmt.Appendf(nil, `{"id": %q, "author": {"id": %q, "name": "Marta"}, "text": "Where is my order, %s?"}`, text, text, text)
	for {
		status, _, _, err := s.now().post(s.t.Context(), account, text, body)
		if err == nil && status == http.StatusOK {
			break
		}
		if !wait(s.ctx, 50*time.Millisecond) {
			return // nobody was told that it is taken
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[text] = true
}

// deed has somebody of the team answer, take, talk, write or decide.
func (s *discordStorm) deed() {
	room := s.rooms[rand.IntN(len(s.rooms))]
	cards := slices.DeleteFunc(room.Messages(), func(m discordtest.Message) bool { return !m.Says("Where is my order") })
	if len(cards) == 0 {
		return
	}
	card := cards[rand.IntN(len(cards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	switch rand.IntN(6) {
	case 0:
		text := s.unique("Sorry about that") + "."
		s.sure[text] = s.says(card, "@Ponte reply "+text)
	case 1:
		s.says(card, "What shall we say? "+s.unique("talk"))
		s.press(card, "Take")
	case 2:
		text := s.unique("We open at nine") + "."
		if s.says(card, "@Ponte post "+text+" --to shop") {
			s.agreed[text] = 0
		}
	default:
		s.decide()
	}
}

// says writes in the thread of a card, once Ponte has begun it.
func (s *discordStorm) says(card discordtest.Message, text string) bool {
	c, there := s.discord.World.Channel(card.ID)
	if !there || !c.Thread() {
		return false
	}
	_, err := s.discord.World.Says(s.discord.User("Ana").ID, c.ID, discord.Post{Text: text})
	return err == nil
}

// press presses a button, and does not wait for what comes of it.
func (s *discordStorm) press(m discordtest.Message, label string) {
	if i := slices.IndexFunc(m.Controls, func(c show.Control) bool { return c.Label == label }); i >= 0 {
		c := m.Controls[i]
		_, _ = s.discord.World.Presses(s.discord.User("Ana").ID, m.Channel, m.ID, c.Action, c.Type, nil)
	}
}

// decide has an approver agree to a draft; some take their word back and give it again.
func (s *discordStorm) decide() {
	for _, m := range s.discord.Channel("#approvals").Messages() {
		for text, n := range s.agreed {
			if n == 2 || !m.Says(text) || !m.Says("waits for a decision") {
				continue
			}
			who := s.discord.User([]string{"Vera", "Ugo"}[n])
			who.Reacts(m, "✅")
			if n == 1 || rand.IntN(2) == 0 {
				s.agreed[text]++
				return
			}
			who.Unreacts(m, "✅")
			return
		}
	}
}

// fault makes the next request of a kind go wrong.
func (s *discordStorm) fault() {
	routes := []string{
		"POST /channels/{channel}/messages", "POST /channels/{channel}/messages", "PATCH /channels/{channel}/messages/{message}",
		"POST /channels/{channel}/messages/{message}/threads", "GET /channels/{channel}/messages", "GET /channels/{channel}", "GET /gateway/bot",
	}
	faults := []rest.Fault{
		rest.Limited(time.Second), rest.LimitedShared(time.Second), rest.LimitedGlobal(time.Second), rest.Broken(503), rest.BrokenAfter(502), rest.Dropped(),
		rest.Lost(), rest.Lost(), rest.Slow(2 * time.Second),
	}
	route := routes[rand.IntN(len(routes))]
	calls := len(s.discord.API.Requests(route))
	if last, ok := s.failed[route]; ok && calls == last {
		return // the last one is still to come
	}
	s.failed[route] = calls
	s.discord.API.Fail(route, faults[rand.IntN(len(faults))])
}

// refresh has the session break, or be lost, and events come twice or late.
func (s *discordStorm) refresh() {
	from, g := time.Now(), s.discord.Gateway
	switch rand.IntN(8) {
	case 0:
		g.Invalidate(false)
	case 1:
		g.Invalidate(true)
	case 2:
		g.Drop()
	case 3:
		g.Close(4000)
	case 4:
		g.Double(2)
		return
	case 5:
		g.Hold()
		wait(s.ctx, 500*time.Millisecond)
		g.Release(nil)
	default:
		g.Reconnect()
		wait(s.ctx, 1200*time.Millisecond)
	}
	for wait(s.ctx, 50*time.Millisecond) && !s.connected() {
	}
	s.unreached(from)
}

func (s *discordStorm) unreached(from time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = append(s.down, span{from, time.Now()})
}

// kill ends Ponte without a farewell, and starts it again.
func (s *discordStorm) kill() {
	s.kills++
	from := time.Now()
	s.now().kill()
	s.opens(s.t)
	s.until(s.t, "Discord has its connection", s.connected)
	s.unreached(from)
}

// settled looks at what came of it.
func (s *discordStorm) settled() {
	for _, i := range s.discord.World.Interactions() {
		excused := slices.ContainsFunc(s.down, func(o span) bool { return i.At.After(o.from.Add(-underway)) && i.At.Before(o.to.Add(underway)) })
		if i.Late && !excused {
			s.t.Errorf("what somebody pressed at %s was not answered in time", i.At.Format(time.TimeOnly))
		}
	}
	s.shown()
	s.decided()
	said, out := s.ledge.said(), 0
	for text, sure := range s.sure {
		if sure && said[text] != 1 {
			s.t.Errorf("%q was said %d times", text, said[text])
		}
	}
	for text, n := range s.agreed {
		if out += n / 2; said[text] != n/2 {
			s.t.Errorf("%q was said %d times, and %d of 2 agreed", text, said[text], n)
		}
	}
	for _, r := range s.discord.API.Requests() {
		if r.Status == http.StatusBadRequest && r.Code == 50035 {
			s.t.Errorf("%s was refused: %v", r.Route, r.Body)
		}
	}
	s.t.Logf("%d items, %d answers, %d drafts of which %d went out, %d events, %d requests, %d kills",
		len(s.items), len(s.sure), len(s.agreed), out, len(s.discord.Gateway.Sent()), len(s.discord.API.Requests()), s.kills)
	if len(s.items) == 0 || len(s.sure)+len(s.agreed) == 0 {
		s.t.Error("nothing happened")
	}
}

// shown: every item that was taken has one card, and no other message doubles one.
func (s *discordStorm) shown() {
	count := map[string]int{}
	for _, room := range s.rooms {
		for _, m := range room.Messages() {
			for text := range s.items {
				if m.Says("Where is my order, " + text + "?") {
					count[text]++
				}
			}
		}
	}
	for text := range s.items {
		if count[text] != 1 {
			s.t.Errorf("%s has %d cards", text, count[text])
		}
	}
	for _, c := range s.discord.World.Channels(s.discord.ID) {
		for _, m := range s.discord.World.Log(c.ID, "") {
			if m.Nonce == nil {
				continue
			}
			key := fmt.Sprint(c.ID, " ", m.Nonce)
			if count[key]++; count[key] > 1 {
				s.t.Errorf("a message is there %d times: %s", count[key], key)
			}
		}
	}
}

// decided: the words of those who agreed stand on the cards, each once.
func (s *discordStorm) decided() {
	room := s.discord.Channel("#approvals")
	for text, n := range s.agreed {
		cards := slices.DeleteFunc(room.Messages(), func(m discordtest.Message) bool { return !m.Says(text) })
		if len(cards) != 1 {
			s.t.Errorf("%q is asked about %d times", text, len(cards))
			continue
		}
		want := []string{"Needs 2 approvers", "1 of 2 approve so far: Vera", "Approved by"}[n]
		if !cards[0].Says(want) {
			s.t.Errorf("%d of 2 agreed to %q, and its card says\n%s", n, text, cards[0].Text())
		}
	}
}
