package discord

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/draw/drawtest"
)

// clock is the test's time, which passes faster when it is told to.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// lockedLog is a log that a test may read while it is written.
type lockedLog struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// notes keeps what the adapter wrote down.
type notes struct {
	mu  sync.Mutex
	all map[string][]byte
}

func (n *notes) Read(_ context.Context, name string) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[name], nil
}

func (n *notes) Write(_ context.Context, name string, value []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[name] = value
	return nil
}

// rig is an adapter with a Discord in front of it.
type rig struct {
	*Discord
	t       testing.TB
	discord *discordtest.Server
	clock   *clock
	log     *lockedLog
	notes   *notes
	brands  *bot.Brands
	ana     *discordtest.Person
	inbox   *discordtest.Room
	forum   *discordtest.Room
	done    map[string]bool
}

func newRig(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{}, log: &lockedLog{}, notes: &notes{all: map[string][]byte{}}, done: map[string]bool{}}
	r.discord = discordtest.NewAt(t, r.clock.now)
	r.ana = r.discord.User("Ana Ruiz")
	r.inbox = r.discord.Channel("#inbox")
	r.forum = r.discord.Forum("#ideas", "Open", "Resolved", "Complaint", "English")
	guild := r.discord.ID
	speak := map[bot.Lang]drawtest.Printer{}
	for _, l := range bot.Langs {
		speak[l] = drawtest.New(t, "../../..", l)
	}
	r.brands = bot.NewBrands(bot.Brand{ID: "aurora", Name: "Café Aurora", Language: bot.English, Zone: "Europe/Madrid",
		Channels: []bot.Channel{
			{ID: "inbox", Platform: Platform, Space: guild, Remote: r.inbox.ID, Default: true},
			{ID: "ideas", Platform: Platform, Space: guild, Remote: r.forum.ID},
		},
		People: []bot.Person{{ID: "ana", Name: "Ana Ruiz", Roles: []bot.Role{bot.Manager}, Users: []string{Platform + "/" + guild + "/" + r.ana.ID}}},
	})
	opt := Options{
		Bot:      func() Bot { return Bot{Token: discordtest.BotToken, Guilds: []string{guild}} },
		Brands:   func() *bot.Brands { return r.brands },
		Commands: func() []act.Command { return []act.Command{{Name: "inbox", Summary: card.Literal("What waits")}} },
		Print:    func(l bot.Lang, zone *time.Location, w card.Words) string { return speak[l].In(zone).Print(w) },
		APIURL:   r.discord.APIURL(), GatewayURL: r.discord.GatewayURL(), Client: r.discord.Client(), Dial: r.discord.Dial,
		Notes: r.notes, Now: r.clock.now, Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&opt)
	}
	r.Discord = New(opt)
	t.Cleanup(func() {
		if strings.Contains(r.log.String(), discordtest.BotToken) {
			t.Errorf("the log has the token: %s", r.log)
		}
	})
	r.clock.pass(2 * time.Minute)
	return r
}

// again is the adapter after a restart: it has its notes, and no memory.
func (r *rig) again() *rig {
	next := *r
	next.Discord = New(r.opt)
	return &next
}

func (r *rig) place() act.Place {
	return act.Place{Platform: Platform, Space: r.discord.ID, Channel: r.inbox.ID}
}

func (r *rig) ideas() act.Place {
	return act.Place{Platform: Platform, Space: r.discord.ID, Channel: r.forum.ID}
}

// carries carries an act that must succeed.
func (r *rig) carries(key string, a act.Act, at act.Place) act.Receipt {
	r.t.Helper()
	got, err := r.Carry(r.t.Context(), key, a, at)
	if err != nil {
		r.t.Fatalf("%s: %v", key, err)
	}
	return got
}

// say is a card of one sentence.
func say(text string) card.Card {
	return card.Card{Title: card.Literal("Title"), Blocks: []card.Block{card.Say(card.Literal(text))}}
}

// talk is a card that people talk about.
func talk(text string) card.Card {
	c := say(text)
	c.Subject, c.Revision, c.Opens, c.Mark = "conversation/1", 1, true, card.MarkOpen
	c.Actions = []card.Action{{Verb: "take", Label: card.Literal("Take")}}
	return c
}
