package slack

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/webapi"
)

const (
	rooms = 20
	each  = 8 // messages and edits in a channel
)

// crowd is many busy channels of one workspace.
type crowd struct {
	*rig
	t     *testing.T
	rooms []*slacktest.Room
	mu    sync.Mutex
	waits int

	longest time.Duration // that one of them waited
}

// carries tries until it is carried, and waits for as long as it is told to.
func (c *crowd) carries(key string, a act.Act, at act.Place) act.Receipt {
	began := time.Now()
	for {
		got, err := c.Slack.Carry(c.t.Context(), key, a, at)
		if err == nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.longest = max(c.longest, time.Since(began))
			return got
		}
		e, ok := errors.AsType[*bot.Error](err)
		if !ok || e.Kind != bot.RateLimited || e.RetryAfter <= 0 || e.RetryAfter > time.Minute {
			c.t.Errorf("%s: %v", key, err)
			return got
		}
		c.mu.Lock()
		c.waits++
		c.mu.Unlock()
		time.Sleep(e.RetryAfter)
	}
}

// busy runs what each channel has to do, all at the same time.
func (c *crowd) busy(do func(at act.Place, n int)) {
	var all sync.WaitGroup
	for i, r := range c.rooms {
		all.Go(func() { do(act.Place{Platform: Platform, Space: c.slack.Workspace.ID, Channel: r.ID}, i) })
	}
	all.Wait()
}

func in20(t *testing.T, test func(*crowd)) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{rig: newRig(t, func(o *Options) { o.Now = time.Now }), t: t}
		for i := range rooms {
			c.rooms = append(c.rooms, c.slack.Channel(fmt.Sprint("#busy-", i)))
		}
		test(c)
	})
}

// limited counts the calls of a method that Slack refused for coming too fast.
func (c *crowd) limited(method string) (n int) {
	for _, r := range c.slack.API.Requests(method) {
		if r.Error == "ratelimited" {
			n++
		}
	}
	return n
}

// Slack takes several hundred messages a minute in a workspace, and fifty edits,
// however many channels it has: none of them waits for good, and nothing is lost.
func TestManyChannelsShareWhatAWorkspaceTakes(t *testing.T) {
	in20(t, func(c *crowd) {
		posted := make([][]string, rooms)
		c.busy(func(at act.Place, n int) {
			for i := range each {
				posted[n] = append(posted[n], c.carries(fmt.Sprint("say/", n, "/", i), act.Send{Card: say("first")}, at).Ref)
			}
		})
		c.waits, c.longest = 0, 0
		c.busy(func(at act.Place, n int) {
			for i, ref := range posted[n] {
				c.carries("edit", act.Edit{Ref: ref, Card: say(fmt.Sprint("then ", i))}, at)
			}
		})
		for _, method := range []string{"chat.postMessage", "chat.update"} {
			if asked, over := len(c.slack.API.Requests(method)), c.limited(method); asked != rooms*each || over != 0 {
				c.t.Errorf("%s is asked %d times, %d of them too fast", method, asked, over)
			}
		}
		for n, r := range c.rooms {
			all := r.All()
			if len(all) != each {
				c.t.Errorf("%d messages stand in %d", len(all), n)
			}
			for i, m := range all {
				if !m.Says(fmt.Sprint("then ", i)) {
					c.t.Errorf("%d in %d is %s", i, n, m.Text())
				}
			}
		}
		if c.waits > rooms*each {
			c.t.Errorf("%d edits were told %d times to wait", rooms*each, c.waits)
		}
		if turn := rooms * 1200 * time.Millisecond; c.longest > turn {
			c.t.Errorf("one waited for %s, where all have a turn within %s", c.longest, turn)
		}
	})
}

// What Slack asks to wait for waits in all channels of the workspace, and nothing else does.
func TestAWaitIsTheMethodsInTheWorkspace(t *testing.T) {
	for method, name := range map[string]string{"chat.postMessage": "messages", "chat.update": "edits"} {
		t.Run(name, func(t *testing.T) {
			for how, fault := range map[string]webapi.Fault{"429": webapi.Limited(30 * time.Second), "ratelimited": webapi.LimitedOK()} {
				in20(t, func(c *crowd) {
					refs := make([]string, rooms)
					c.busy(func(at act.Place, n int) {
						refs[n] = c.carries(fmt.Sprint("first/", n), act.Send{Card: say("first")}, at).Ref
					})
					before := len(c.slack.API.Requests(method))
					c.slack.API.Fail(method, fault)
					c.busy(func(at act.Place, n int) {
						if method == "chat.update" {
							c.carries("edit", act.Edit{Ref: refs[n], Card: say("then")}, at)
						} else {
							c.carries(fmt.Sprint("then/", n), act.Send{Card: say("then")}, at)
						}
					})
					asked := c.slack.API.Requests(method)[before:]
					early := 0
					for _, r := range asked {
						if d := r.At.Sub(asked[0].At); d > 0 && d < 30*time.Second {
							early++
						}
					}
					if early > 0 || len(asked) < rooms+1 {
						c.t.Errorf("%s: of %d calls %d come while Slack asks to wait", how, len(asked), early)
					}
					for n, r := range c.rooms {
						if all := r.All(); !all[len(all)-1].Says("then") {
							c.t.Errorf("%s: nothing came of it in %d", how, n)
						}
					}
				})
			}
		})
	}
	in20(t, func(c *crowd) {
		m := c.carries("first", act.Send{Card: say("first")}, c.place())
		c.slack.API.Fail("chat.update", webapi.Limited(30*time.Second))
		if _, err := c.Slack.Carry(c.t.Context(), "edit", act.Edit{Ref: m.Ref, Card: say("then")}, c.place()); bot.KindOf(err) != bot.RateLimited {
			c.t.Errorf("the edit is %v", err)
		}
		if _, err := c.Slack.Carry(c.t.Context(), "another", act.Send{Card: say("x")}, c.place()); err != nil {
			c.t.Errorf("a message is %v", err)
		}
	})
}
