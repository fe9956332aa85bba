package loadtest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/deliver"
	"ponte/platforms/chat/slack/slacktest/webapi"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// What goes wrong in a storm, and how often.
const (
	itemEvery    = 700 * time.Millisecond
	deedEvery    = 600 * time.Millisecond
	faultEvery   = 400 * time.Millisecond
	refreshEvery = 5 * time.Second
	killEvery    = 9 * time.Second // about: never as long as it takes to know what is absent
	killsInARow  = 10              // then Ponte is let be for as long as it takes
	letBe        = 80 * time.Second
)

// storm is a team at work while Slack and Ponte fail.
type storm struct {
	*slackTeam
	t    *testing.T
	ctx  context.Context
	mu   sync.Mutex
	down []span // when Slack could not reach Ponte, by its own doing or by ours
	sure map[string]bool
	// drafts, by text: how many of the two approvers agreed
	agreed map[string]int
	cards  map[string]bool
	failed map[string]int // calls of a method when it was last made to fail
	kills  int
	rested bool // since the last one
}

// underway is how long before and after a connection ends a delivery on it may be lost
// without anybody's fault.
const underway = 500 * time.Millisecond

// span is a stretch of time.
type span struct{ from, to time.Time }

// TestSlackStorm has a team work in Slack while calls are refused, cut off and
// answered too late, connections are made anew all the time, and Ponte is killed
// again and again. Then every item has one card, every decision counted once, all that
// the brand was to say was said once, and nothing waited for its acknowledgement.
// PONTE_STORM says how long. It fails where what was started and not answered is taken for
// absent without a look: items have two or three cards then.
func TestSlackStorm(t *testing.T) {
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
	s := &storm{slackTeam: newSlackTeam(t, 4), t: t, ctx: ctx, sure: map[string]bool{}, agreed: map[string]int{}, cards: map[string]bool{}, failed: map[string]int{}}
	s.opens(t)
	var all sync.WaitGroup
	for every, does := range map[time.Duration]func(){
		itemEvery: s.item, deedEvery: s.deed, faultEvery: s.fault, refreshEvery: s.refresh, killEvery: s.kill,
	} {
		all.Go(func() {
			for wait(ctx, time.Duration((0.5+rand.Float64())*float64(every))) {
				does()
			}
		})
	}
	all.Wait()
	s.slack.Carrier.Release(nil)
	s.calm(t, 3*time.Minute)
	s.repeated(7 * time.Minute)
	s.calm(t, 3*time.Minute)
	s.settled()
}

// item has somebody say something, until it is taken.
func (s *storm) item() {
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
	s.cards[text] = true
}

// deed has somebody of the team answer, take, talk, write or decide.
func (s *storm) deed() {
	room := s.rooms[rand.IntN(len(s.rooms))]
	cards := slices.DeleteFunc(room.Messages(), func(m slacktest.Message) bool { return !m.Says("Where is my order") })
	if len(cards) == 0 {
		return
	}
	card, ana := cards[rand.IntN(len(cards))], s.slack.User("Ana")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch rand.IntN(6) {
	case 0:
		text := s.unique("Sorry about that") + "."
		s.sure[text] = true
		ana.InThread(card).Says("@ponte reply " + text)
	case 1:
		ana.InThread(card).Says("What shall we say? " + s.unique("talk"))
		if slices.Contains(card.Buttons(), "Take") {
			s.press(card, "Take")
		}
	case 2:
		text := s.unique("We open at nine") + "."
		s.agreed[text] = 0
		ana.InThread(card).Says("@ponte post " + text + " --to shop")
	default:
		s.decide()
	}
}

// press presses a button, and does not wait for what comes of it.
func (s *storm) press(m slacktest.Message, label string) {
	for _, c := range m.Controls {
		if c.Label == label {
			_, _ = s.slack.Workspace.Presses(workspace.Press{User: "U0ANA", Channel: m.Channel, TS: m.TS, Control: c})
		}
	}
}

// decide has an approver agree to a draft; some take their word back and give it again.
func (s *storm) decide() {
	for _, m := range s.slack.Channel("#approvals").Messages() {
		for text, n := range s.agreed {
			if n == 2 || !m.Says(text) || !m.Says("waits for a decision") {
				continue
			}
			who := s.slack.User([]string{"Vera", "Ugo"}[n])
			who.Reacts(m, "white_check_mark")
			if n == 1 || rand.IntN(2) == 0 {
				s.agreed[text]++
				return
			}
			who.Unreacts(m, "white_check_mark")
			return
		}
	}
}

// fault makes the next call of a kind go wrong.
func (s *storm) fault() {
	methods := []string{
		"chat.postMessage", "chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.replies", "conversations.history",
		"users.info", "reactions.get", "apps.connections.open", "auth.test",
	}
	faults := []webapi.Fault{
		webapi.Limited(time.Second), webapi.LimitedOK(), webapi.Broken(503), webapi.BrokenAfter(502), webapi.Dropped(), webapi.Lost(), webapi.Lost(),
		webapi.RefusedAfter("internal_error"), webapi.Slow(2 * time.Second),
	}
	method := methods[rand.IntN(len(methods))]
	calls := len(s.slack.API.Requests(method))
	if last, ok := s.failed[method]; ok && calls == last {
		return // the last one is still to come
	}
	s.failed[method] = calls
	s.slack.API.Fail(method, faults[rand.IntN(len(faults))])
}

// refresh has Slack's connections made anew, and what it delivers come twice or late.
func (s *storm) refresh() {
	now := time.Now()
	place := rand.IntN(2)
	switch rand.IntN(4) {
	case 0:
		s.slack.Sockets.Warn(place)
		s.unreached(now.Add(deliver.Notice), now.Add(deliver.Notice))
	case 1:
		s.slack.Sockets.Drop(place)
	default:
		s.slack.Sockets.Refresh(place)
	}
	s.unreached(now, now)
	if rand.IntN(2) == 0 {
		s.slack.Carrier.Double(10)
		return
	}
	s.slack.Carrier.Hold()
	wait(s.ctx, 500*time.Millisecond)
	s.slack.Carrier.Release(func(places []int) {
		rand.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	})
}

func (s *storm) unreached(from, to time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = append(s.down, span{from, to})
}

// kill ends Ponte without a farewell, and starts it again.
func (s *storm) kill() {
	if s.kills > 0 && s.kills%killsInARow == 0 && !s.rested {
		s.rested = true
		wait(s.ctx, letBe)
		return
	}
	s.rested = false
	s.kills++
	from := time.Now()
	s.now().kill()
	s.opens(s.t)
	s.until(s.t, "Slack has its connections", func() bool { return s.slack.Sockets.Open() >= 2 })
	s.unreached(from, time.Now())
}

// repeated waits until Slack has brought everything again that was not taken.
func (s *storm) repeated(within time.Duration) {
	s.t.Helper()
	for end := time.Now().Add(within); ; time.Sleep(time.Second) {
		left := s.untaken()
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d deliveries are never taken", len(left))
		}
	}
}

// untaken lists the events that no attempt has brought yet.
func (s *storm) untaken() map[string]bool {
	left, taken := map[string]bool{}, map[string]bool{}
	for _, d := range s.slack.Carrier.Sent() {
		if id, ok := d.Payload["event_id"].(string); ok {
			left[id] = true
			taken[id] = taken[id] || d.Acked
		}
	}
	for id := range taken {
		if taken[id] {
			delete(left, id)
		}
	}
	return left
}

// settled looks at what came of it.
func (s *storm) settled() {
	s.acknowledged()
	s.shown()
	s.decided()
	said := s.ledge.said()
	for text := range s.sure {
		if said[text] != 1 {
			s.t.Errorf("%q was said %d times", text, said[text])
		}
	}
	for text, n := range s.agreed {
		if want := n / 2; said[text] != want {
			s.t.Errorf("%q was said %d times, and %d of 2 agreed", text, said[text], n)
		}
	}
	for _, r := range s.slack.API.Requests() {
		if strings.HasPrefix(r.Error, "invalid_") || r.Error == "msg_too_long" || r.Error == "no_text" {
			s.t.Errorf("%s was refused: %s", r.Method, r.Error)
		}
	}
	out := 0
	for _, n := range s.agreed {
		out += n / 2
	}
	s.t.Logf("%d items, %d answers, %d drafts of which %d went out, %d deliveries, %d calls, %d kills",
		len(s.cards), len(s.sure), len(s.agreed), out, len(s.slack.Carrier.Sent()), len(s.slack.API.Requests()), s.kills)
	if len(s.cards) == 0 || len(s.sure)+len(s.agreed) == 0 {
		s.t.Error("nothing happened")
	}
}

// acknowledged: what Slack delivered while Ponte was there was taken in time.
func (s *storm) acknowledged() {
	late := 0
	for _, d := range s.slack.Carrier.Sent() {
		excused := slices.ContainsFunc(s.down, func(o span) bool { return d.At.After(o.from.Add(-underway)) && d.At.Before(o.to.Add(underway)) })
		if late++; d.Acked && d.Took <= deliver.Patience || excused {
			late--
			continue
		}
		s.t.Errorf("a %s of %s was not taken: %s after %s", d.Kind, d.At.Format(time.TimeOnly), d.Why, d.Took)
	}
}

// shown: every item that was taken has one card, and no other message doubles one.
func (s *storm) shown() {
	count := map[string]int{}
	for _, room := range s.rooms {
		for _, m := range room.Messages() {
			for text := range s.cards {
				if m.Says("Where is my order, " + text + "?") {
					count[text]++
				}
			}
		}
		for _, m := range room.All() {
			if m.BotID != "" && len(m.Metadata) > 0 {
				count[room.ID+string(m.Metadata)]++
			}
		}
	}
	for text := range s.cards {
		if count[text] != 1 {
			s.t.Errorf("%s has %d cards", text, count[text])
		}
	}
	for key, n := range count {
		if n > 1 && !s.cards[key] {
			s.t.Errorf("a message is there %d times: %s", n, key)
		}
	}
}

// decided: the words of those who agreed stand on the cards, each once.
func (s *storm) decided() {
	room := s.slack.Channel("#approvals")
	for text, n := range s.agreed {
		cards := slices.DeleteFunc(room.Messages(), func(m slacktest.Message) bool { return !m.Says(text) })
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
