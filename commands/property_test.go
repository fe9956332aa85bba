package commands_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// story is one random run: what the network says, in whatever order and however
// often, and what the team does meanwhile.
type story struct {
	*house
	*rand.Rand
	items  map[string]act.Incoming // by account and remote, as first told
	texts  map[string]bool         // what people sent off
	notes  int
	quick  int // answers that are quicker than the receipt
	faults atomic.Bool
	mu     sync.Mutex // guards items and quick while answers come in
}

var storyAccounts = []bot.AccountID{"net:aurora", "net:aurora", "net:shop", "net:boreal"}

// Any interleaving of items, edits, deletions, redeliveries, clicks, faults and
// restarts leaves one conversation per root, one thread per conversation, every
// reply at most once in public, and no note outside team chat.
func TestAnyStory(t *testing.T) {
	runs, first := coretest.Some(200), uint64(time.Now().UnixNano())
	if n, err := strconv.Atoi(os.Getenv("PONTE_RUNS")); err == nil {
		runs = n
	}
	if n, err := strconv.ParseUint(os.Getenv("PONTE_SEED"), 10, 64); err == nil {
		runs, first = 1, n
	}
	if testing.Short() {
		runs = min(runs, 20)
	}
	for part := range uint64(4) {
		t.Run(fmt.Sprint("part ", part+1), func(t *testing.T) {
			t.Parallel()
			for i := part; i < uint64(runs); i += 4 {
				in(t, func(h *house) {
					s := &story{house: h, Rand: rand.New(rand.NewPCG(first+i, 1)), items: map[string]act.Incoming{}, texts: map[string]bool{}}
					s.tell()
					if s.check(); h.Failed() {
						h.Fatalf("PONTE_SEED=%d", first+i)
					}
				})
				if t.Failed() {
					return
				}
			}
		})
	}
}

func (s *story) tell() {
	s.Configure(func(b *bot.Brand) {
		b.Undo = time.Duration(s.IntN(3)) * 5 * time.Second
		b.Folding = bot.Folding{After: 4 * s.IntN(2), Within: time.Hour}
		b.Channels = append([]bot.Channel{}, b.Channels...)
	})
	s.Net.Asked, s.Net.Can.Honours = s.IntN(2) == 0, time.Duration(s.IntN(2))*time.Hour
	s.Net.Takes = s.answersAtOnce
	s.Chat.Fails(s.failing())
	s.Net.Fails(s.failing())
	s.Restart() // with what the network can do now
	events := s.network()
	for len(events) > 0 {
		n := min(1+s.IntN(6), len(events))
		for _, account := range storyAccounts[1:] {
			var batch []act.Incoming
			for _, e := range events[:n] {
				if e.account == account {
					batch = append(batch, e.in)
				}
			}
			s.comesTo(account, batch...)
		}
		events = events[n:]
		for range s.IntN(4) {
			s.team()
		}
	}
	s.faults.Store(false)
	s.Pass(time.Second)
	s.Down(40 * time.Second)
	s.Pass(5 * time.Second)
	s.Idle()
}

type event struct {
	account bot.AccountID
	in      act.Incoming
}

// network makes a forest with unknown parents and cycles, and everything that
// happens to it, in any order.
func (s *story) network() []event {
	var events, late []event
	n := 8 + s.IntN(8)
	for i := range n {
		account := storyAccounts[s.IntN(len(storyAccounts))]
		in := act.Incoming{
			Kind: bot.Comment, Remote: fmt.Sprintf("r%d", i), Author: bot.Author{ID: fmt.Sprint("id", s.IntN(4)), Name: "somebody"},
			Text: fmt.Sprintf("%s item %d.", account, i), CreatedAt: time.Now(),
		}
		if s.IntN(4) > 0 {
			in.InReplyTo = fmt.Sprintf("r%d", s.IntN(n+2))
		}
		if s.IntN(3) > 0 {
			in.Post = "post"
		}
		if s.IntN(6) == 0 {
			in.Kind, in.Text = bot.Direct, "SECRET "+in.Text
		}
		s.items[string(account)+in.Remote] = in
		events = append(events, event{account, in})
		if s.IntN(3) == 0 {
			events = append(events, event{account, in})
		}
		if s.IntN(5) == 0 {
			changed := in
			changed.Edited, changed.Text = true, in.Text+" changed"
			late = append(late, event{account, changed})
		}
		if s.IntN(6) == 0 {
			late = append(late, event{account, act.Incoming{Remote: in.Remote, Deleted: true}})
		}
	}
	early := s.IntN(len(late) + 1)
	events = append(events, late[:early]...)
	s.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return append(events, late[early:]...)
}

func (s *story) failing() func(string, act.Act) *coretest.Fault {
	r := rand.New(rand.NewPCG(s.Uint64(), 2))
	s.faults.Store(s.IntN(3) > 0)
	return func(string, act.Act) *coretest.Fault {
		if !s.faults.Load() {
			return nil
		}
		switch r.IntN(14) {
		case 0:
			return &coretest.Fault{Err: &bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: time.Second}}
		case 1:
			return &coretest.Fault{Err: bot.Errorf(bot.Unavailable, "error.unavailable")}
		case 2:
			return &coretest.Fault{Err: bot.Errorf(bot.Ambiguous, "error.unknown_outcome"), Taken: true}
		case 3:
			return &coretest.Fault{Err: context.DeadlineExceeded}
		}
		return nil
	}
}

// answersAtOnce answers a reply of ours before the network has told us its name.
func (s *story) answersAtOnce(ref string, a act.Act) {
	said, ok := a.(act.Reply)
	if !ok || said.Private || strings.Contains(said.Text, "boreal") {
		return
	}
	account := bot.AccountID("net:aurora")
	if strings.Contains(said.Text, "net:shop") {
		account = "net:shop"
	}
	in := act.Incoming{Kind: bot.Comment, Remote: "answer-to-" + ref, InReplyTo: ref, Author: bot.Author{ID: "id9", Name: "quick"}, Text: string(account) + " quick answer.", CreatedAt: time.Now()}
	s.mu.Lock()
	s.quick++
	enough := s.quick > 3
	if !enough {
		s.items[string(account)+in.Remote] = in
	}
	s.mu.Unlock()
	if !enough {
		s.comesTo(account, in)
	}
}

// team does something that people do.
func (s *story) team() {
	brand, who := bot.BrandID("aurora"), []string{"ana", "bo"}[s.IntN(2)]
	if s.IntN(4) == 0 {
		brand, who = "boreal", "carl"
	}
	switch s.IntN(14) {
	case 0:
		s.Restart()
		return
	case 1, 2:
		s.Pass(time.Duration(s.IntN(12)) * time.Second)
		return
	}
	all := coretest.Conversations(s.World, brand)
	if len(all) == 0 {
		return
	}
	c := all[s.IntN(len(all))]
	slot := coretest.Slot(s.World, records.CardSlot(c.ID))
	if slot.Ref == "" {
		if st := coretest.Slot(s.World, records.StormSlot(c.Storm)); c.Storm != "" && st.Ref != "" {
			s.hears(act.Clicked{Scene: s.scene(who, st.At.Channel, ""), Verb: []string{"resolve", "spam", "pull"}[s.IntN(3)], Subject: "storm/" + string(c.Storm)})
		}
		return
	}
	scene := s.scene(who, slot.At.Channel, slot.Ref)
	subject := "conversation/" + string(c.ID)
	switch s.IntN(5) {
	case 0:
		s.notes++
		s.hears(act.Noted{Scene: scene, Text: fmt.Sprintf("NOTE %d", s.notes)})
	case 1, 2:
		text := fmt.Sprintf("reply %d to %s", s.deeds, c.Account)
		s.texts[text] = true
		ans := s.hears(act.Clicked{Scene: scene, Verb: "reply", Subject: subject, Revision: slot.Shown})
		if ans.Form == nil {
			return
		}
		if s.IntN(3) == 0 {
			s.Pass(time.Second)
		}
		for range 1 + s.IntN(2) { // a double click
			s.hears(act.Submitted{Scene: s.scene(who, slot.At.Channel, ""), Verb: "reply", Subject: ans.Form.Subject, Revision: ans.Form.Revision, Token: ans.Form.Token, Values: map[string]string{"text": text}})
		}
	case 3:
		s.hears(act.Commanded{Scene: scene, Text: []string{"undo", "now", "delete", "edit changed by us, " + string(c.Account), "reply"}[s.IntN(5)]})
		s.texts["changed by us, "+string(c.Account)] = true
	default:
		verb := []string{"take", "resolve", "spam", "reopen", "unassign"}[s.IntN(5)]
		s.hears(act.Clicked{Scene: scene, Verb: verb, Subject: subject, Revision: slot.Shown})
	}
}

func (s *story) check() {
	s.Helper()
	s.checkRoots()
	s.checkThreads()
	s.checkPublic()
	s.checkRooms()
}

// checkRoots holds the conversations against the components of who answers whom.
func (s *story) checkRoots() {
	parent := map[string]string{}
	var find func(string) string
	find = func(n string) string {
		if p, ok := parent[n]; ok && p != n {
			return find(p)
		}
		return n
	}
	union := func(a, b string) { parent[find(a)] = find(b) }
	replies := append(s.replies("aurora"), s.replies("boreal")...)
	private := map[bot.ID]bool{}
	stored := map[string]bot.Item{}
	for _, brand := range []bot.BrandID{"aurora", "boreal"} {
		for _, c := range coretest.Conversations(s.World, brand) {
			private[c.ID] = c.Private
		}
		for _, it := range s.stored(brand) {
			key := string(it.Account) + it.Remote
			if _, twice := stored[key]; twice {
				s.Errorf("item %s is stored twice", key)
			}
			stored[key] = it
		}
	}
	for key, in := range s.items {
		it, ok := stored[key]
		if !ok {
			s.Errorf("item %s is lost", key)
			continue
		}
		account := string(it.Account)
		if in.Kind == bot.Direct {
			union(key+" in private", account+" private "+in.Author.ID)
		} else if in.InReplyTo != "" {
			union(key, account+in.InReplyTo)
		}
	}
	for _, r := range replies {
		if r.Remote != "" && !private[r.Conversation] {
			union(string(r.Account)+r.Remote, string(r.Account)+r.To)
		}
	}
	byRoot, byConversation := map[string]bot.ID{}, map[bot.ID]string{}
	for key, in := range s.items {
		root, c := find(key), stored[key].Conversation
		if in.Kind == bot.Direct {
			root = find(key + " in private")
		}
		if other, ok := byRoot[root]; ok && other != c {
			s.Errorf("root %s has two conversations, %s and %s", root, other, c)
		}
		if other, ok := byConversation[c]; ok && other != root {
			s.Errorf("conversation %s has two roots, %s and %s", c, other, root)
		}
		byRoot[root], byConversation[c] = c, root
		if private[c] != (in.Kind == bot.Direct) {
			s.Errorf("item %s is in a conversation that is private: %v", key, private[c])
		}
	}
}

func (s *story) stored(brand bot.BrandID) []bot.Item {
	return coretest.Get(s.World, func(tx *storage.Tx) (out []bot.Item, _ error) {
		for it, err := range records.Items.Under(tx, storage.K(brand)) {
			if err != nil {
				return nil, err
			}
			out = append(out, it)
		}
		return out, nil
	})
}

// checkThreads holds the chat against the record.
func (s *story) checkThreads() {
	cards, keys := map[string]int{}, map[string]int{}
	for _, m := range s.Chat.All() {
		keys[m.Key]++
		if m.Card.Opens && strings.HasPrefix(m.Card.Subject, "conversation/") {
			cards[m.Card.Subject]++
		}
	}
	for key, n := range keys {
		if n != 1 {
			s.Errorf("%s stands in the chat %d times", key, n)
		}
	}
	for _, brand := range []bot.BrandID{"aurora", "boreal"} {
		for _, c := range coretest.Conversations(s.World, brand) {
			want := 1
			if c.Storm != "" {
				want = 0
			}
			if n := cards["conversation/"+string(c.ID)]; n != want {
				s.Errorf("conversation %s has %d cards, want %d", c.ID, n, want)
			} else if n == 1 {
				s.checkThread(c)
			}
			if c.Storm != "" && coretest.Slot(s.World, records.StormSlot(c.Storm)).Ref == "" {
				s.Errorf("conversation %s is in a storm without a card", c.ID)
			}
		}
	}
	left := coretest.Get(s.World, func(tx *storage.Tx) (int, error) {
		n, err := records.EffectsByState.Count(tx, storage.K(act.Waiting))
		return n, err
	})
	if left != 0 {
		s.Errorf("%d effects wait for ever", left)
	}
}

func (s *story) checkThread(c bot.Conversation) {
	slot := coretest.Slot(s.World, records.CardSlot(c.ID))
	m, _ := s.Chat.Find(slot.Ref)
	if m.Card.Revision != c.Revision {
		s.Errorf("the card of %s shows revision %d of %d", c.ID, m.Card.Revision, c.Revision)
	}
	n, waits := 0, false
	for _, it := range s.stored(c.Brand) {
		if it.Conversation != c.ID {
			continue
		}
		n++
		waits = waits || !it.Answered && !it.Spam && !it.Deleted()
		if it.ID == c.First {
			continue
		}
		mirror := coretest.Slot(s.World, records.ItemSlot(c.ID, it.ID))
		if msg, ok := s.Chat.Find(mirror.Ref); !ok || msg.Thread != slot.Ref || msg.At != slot.At {
			s.Errorf("item %s is not in the thread of its conversation", it.Remote)
		} else if !it.Deleted() && !strings.Contains(quotes(msg.Card), it.Reads()) {
			s.Errorf("item %s reads %q, the thread %q", it.Remote, it.Reads(), quotes(msg.Card))
		}
	}
	if n != c.Items {
		s.Errorf("conversation %s counts %d items of %d", c.ID, c.Items, n)
	}
	if waits && c.Status == bot.Open && c.WaitingSince.IsZero() {
		s.Errorf("conversation %s has somebody waiting and does not say so", c.ID)
	}
}

// checkPublic holds what stands in public against what people sent off.
func (s *story) checkPublic() {
	byKey := map[string]int{}
	for _, m := range s.Net.All() {
		byKey[m.Key]++
		if strings.Contains(m.Text, "NOTE") || strings.Contains(m.Reply.Text, "NOTE") {
			s.Errorf("a note is public: %s", m.Text)
		}
		if !s.texts[m.Text] || !s.texts[m.Reply.Text] {
			s.Errorf("nobody sent off %q", m.Text)
		}
		if !strings.Contains(m.Text, m.At.Space) {
			s.Errorf("%q went out through %s", m.Text, m.At.Space)
		}
	}
	tokens := map[string]bool{}
	for _, r := range append(s.replies("aurora"), s.replies("boreal")...) {
		if tokens[r.Token] {
			s.Errorf("a form made two replies")
		}
		tokens[r.Token] = true
		n := byKey["say/"+string(r.Effect)]
		switch {
		case n > 1, r.State == bot.Published && n != 1, r.State == bot.Cancelled && n != 0, r.State == bot.Failed && n != 0:
			s.Errorf("reply %q is %s and stands in public %d times", r.Text, r.State, n)
		case r.State == bot.Scheduled, r.State == bot.Publishing:
			s.Errorf("reply %q is %s for ever", r.Text, r.State)
		}
		delete(byKey, "say/"+string(r.Effect))
		if it, ok := s.items[string(r.Account)+r.To]; ok && n == 1 {
			s.checkReach(r, it)
		}
	}
	if len(byKey) > 0 {
		s.Errorf("in public stands what nobody wrote: %v", byKey)
	}
}

// checkReach sees that who was written to in private is answered in private.
func (s *story) checkReach(r bot.Reply, it act.Incoming) {
	for _, m := range s.Net.All() {
		if m.Key == "say/"+string(r.Effect) && m.Reply.Private != (it.Kind == bot.Direct) {
			s.Errorf("reply %q to a %s is private: %v", r.Text, it.Kind, m.Reply.Private)
		}
	}
}

// checkRooms sees who may read what.
func (s *story) checkRooms() {
	deleted := map[string]bool{}
	for _, brand := range []bot.BrandID{"aurora", "boreal"} {
		for _, it := range s.stored(brand) {
			if it.Deleted() {
				deleted[it.Reads()] = true
			}
		}
	}
	for _, m := range s.Chat.All() {
		texts := everything(m.Card)
		if strings.Contains(texts, "SECRET") && !strings.HasSuffix(m.At.Channel, "-messages") {
			s.Errorf("a direct message is read in %s: %s", m.At.Channel, texts)
		}
		if other := map[byte]string{'a': "net:boreal", 'b': "net:aurora"}[m.At.Channel[0]]; strings.Contains(texts, other) {
			s.Errorf("%s reads of the other brand: %s", m.At.Channel, texts)
		}
		for _, q := range strings.Split(quotes(m.Card), "\n") {
			if deleted[q] {
				s.Errorf("what was deleted still stands in the chat: %q", q)
			}
		}
	}
}

func everything(c card.Card) string {
	out := []string{quotes(c), c.Title.String(), c.Foot.String()}
	for _, b := range c.Blocks {
		if b.Quote != nil {
			out = append(out, string(b.Quote.Text))
		}
	}
	return strings.Join(out, " ")
}
