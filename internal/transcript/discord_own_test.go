package transcript

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/internal/app"
	"ponte/platforms/chat/discord/discordtest"
)

// alone has a Ponte begin in a Discord whose inbox is a forum with tags, or a channel.
func alone(t *testing.T, forum bool, test func(t *testing.T, s *server, q *square)) {
	receiver, data := newReceiver(t), folder(t)
	synctest.Test(t, func(t *testing.T) {
		p := &ponte{t: t, given: usual(), replies: receiver.URL, data: data, log: &diary{}}
		s := &server{fake: discordtest.New(t)}
		s.fake.API.Unlimited(true)
		s.fake.Gateway.Hasty(true)
		s.platform, s.space, s.bot = onDiscord, s.fake.ID, s.fake.World.App().User
		p.ready = func(cfg *app.Config) error {
			err := s.moves(cfg.Brands, func(name string) string { return s.fake.User(name).ID }, func(name string, _ []string) string {
				if forum && name == "aurora-inbox" {
					return s.fake.Forum(name, "open", "resolved", "complaint", "question", "English").ID
				}
				return s.fake.Channel(name).ID
			})
			s.serves(cfg)
			return err
		}
		time.Sleep(time.Until(p.given.at))
		if err := p.start(); err != nil {
			t.Fatal(err)
		}
		test(t, s, &square{p: p, mine: map[string]comment{}})
		if err := p.end(); err != nil {
			t.Error(err)
		}
		if log := p.log.take(); log != "" {
			t.Errorf("an error was logged: %s", log)
		}
	})
}

// A forum has a post for each conversation. Its tags say how it stands; who talks in it
// talks about it, and a post that went to sleep is woken by what happens to it.
func TestAForum(t *testing.T) {
	alone(t, true, func(t *testing.T, s *server, q *square) {
		must := func(err error) {
			t.Helper()
			pass(time.Second)
			if err != nil {
				t.Fatal(err)
			}
		}
		must(q.say("Maria", "oat", "", "Is it gluten free?"))
		posts := s.fake.Forum("aurora-inbox").Threads()
		if len(posts) != 1 {
			t.Fatalf("there are %d posts", len(posts))
		}
		post, tom := posts[0], s.fake.User("Tom")
		tags := func() []string { return slices.Sorted(slices.Values(post.Tags())) }
		if diff := cmp.Diff([]string{"English", "open", "question"}, tags()); diff != "" {
			t.Errorf("its tags: %s", diff)
		}
		if name := post.Name(); !strings.Contains(name, "Maria") {
			t.Errorf("it is called %q", name)
		}
		in := tom.InRoom(post)
		if h := in.Commands("/ponte take"); !h.OK {
			t.Error(h.Why)
		}
		pass(time.Second)
		if h := in.Commands("/ponte resolve"); !h.OK {
			t.Error(h.Why)
		}
		pass(time.Second)
		if got := tags(); !slices.Contains(got, "resolved") || slices.Contains(got, "open") {
			t.Errorf("its tags when it is resolved: %q", got)
		}
		post.Archive()
		must(q.say("Maria", "", "Maria", "And the cakes?"))
		card := post.Find(post.ID)
		if post.Now().Archived || !slices.Contains(tags(), "open") || !strings.HasPrefix(card.Lines[1], "●") {
			t.Errorf("what was said later finds it asleep, with %q:\n%s", tags(), card.Text())
		}
		pass(time.Minute) // who answers at once may not have read it
		if h := in.Commands("/ponte reply No, and they are good."); !h.OK {
			t.Error(h.Why)
		}
		pass(30 * time.Second)
		if lines, err := q.shows(); err != nil || !strings.Contains(strings.Join(lines, "\n"), "Caffè Aurora to Maria: No, and they are good.") {
			all := tom.Ephemerals()
			t.Errorf("public is %q, %v, and Tom was told %s", lines, err, all[len(all)-1].Text())
		}
	})
}

// A command in a thread is about its conversation, and offers what fits while it is typed.
func TestWhatIsOfferedWhileTyping(t *testing.T) {
	alone(t, false, func(t *testing.T, s *server, q *square) {
		if err := q.say("Maria", "oat", "", "It was cold."); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		tom, inbox := s.fake.User("Tom"), s.fake.Channel("aurora-inbox")
		thread := tom.InThread(inbox.Messages()[0])
		var names []string
		for _, c := range thread.Types("/ponte assign", "person", "g") {
			names = append(names, c.Name)
		}
		if diff := cmp.Diff([]string{"Giulia"}, names); diff != "" {
			t.Errorf("who it could be given to: %s", diff)
		}
		if h := thread.Commands("/ponte assign giulia"); !h.OK {
			t.Error(h.Why)
		}
		pass(time.Second)
		if card := inbox.Messages()[0]; !card.Says("Giulia") {
			t.Errorf("it is not Giulia's:\n%s", card.Text())
		}
		if all := s.fake.User("Sam").In("aurora-inbox").Types("/ponte posts show", "draft", ""); len(all) != 0 {
			t.Errorf("a draft is offered where there is none: %v", all)
		}
		if s.fake.Failed() != 0 {
			t.Error(errors.New(discordtest.FailedText))
		}
	})
}
