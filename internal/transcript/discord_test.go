package transcript

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/internal/app"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/gateway"
	"ponte/platforms/chat/discord/discordtest/guild"
)

// server is the team in Discord, by Discord's wire: people, channels, and what was
// told to Ponte there.
type server struct {
	away
	fake *discordtest.Server
	bot  string
	done map[string]came
	hand map[string][]byte // pictures that were not sent yet
	sent map[string]string // by window: what it was sent with, an interaction's id
}

const onDiscord = "discord"

// came is what came of one deed.
type came struct {
	told   []gateway.Sent
	answer answer
}

// newServer moves the brands' channels and people into a Discord of their own.
func newServer(t testing.TB, brands []bot.Brand) (elsewhere, error) {
	s := &server{fake: discordtest.New(t), done: map[string]came{}, hand: map[string][]byte{}, sent: map[string]string{}}
	s.fake.API.Unlimited(true)
	s.fake.Gateway.Hasty(true)
	s.fake.Gateway.Every(time.Hour) // days go by
	s.bot = s.fake.World.App().User
	s.platform, s.space = onDiscord, s.fake.ID
	err := s.moves(brands, func(name string) string { return s.fake.User(name).ID }, func(name string, _ []string) string { return s.fake.Channel(name).ID })
	return s, err
}

// serves has a Ponte begin in Discord.
func (s *server) serves(cfg *app.Config) {
	cfg.Brands = s.brands
	cfg.Discord = app.Discord{
		Bot:    app.Bot{Token: discordtest.BotToken, Guilds: []string{s.fake.ID}, Content: true},
		APIURL: s.fake.APIURL(), GatewayURL: s.fake.GatewayURL(), Client: s.fake.Client(), Dial: s.fake.Dial, Unpaced: true,
	}
}

// channel finds a channel by what the stories call it.
func (s *server) channel(who, room string) (string, error) {
	for _, c := range s.fake.World.Channels(s.fake.ID) {
		if c.Name == brandOf(who)+"-"+room && !c.Thread() {
			return c.ID, nil
		}
	}
	return "", fmt.Errorf("there is no %s", room)
}

func (s *server) rooms(who string) (rooms []string, err error) {
	for _, c := range s.fake.World.Channels(s.fake.ID) {
		if room, theirs := strings.CutPrefix(c.Name, brandOf(who)+"-"); theirs && !c.Thread() && s.belongs(s.users[who], c.ID) {
			rooms = append(rooms, room)
		}
	}
	return rooms, nil
}

// calls tells whether a message calls Ponte: it is a command, which nobody else reads.
func (s *server) calls(m guild.Message) bool {
	return m.Author != s.bot && strings.HasPrefix(m.Content, "<@"+s.bot+">")
}

func (s *server) see(who string, at place) (list []message, err error) {
	channel, err := s.channel(who, at.room)
	if err != nil {
		return nil, err
	}
	if rooms, _ := s.rooms(who); !slices.Contains(rooms, at.room) {
		return nil, fmt.Errorf("%s is not in %s", who, at.room)
	}
	all := s.fake.World.Log(channel, "")
	if at.thread != "" {
		all = slices.DeleteFunc(all, func(m guild.Message) bool { return m.ID != at.thread })
		all = append(all, s.fake.World.Log(at.thread, "")...)
	}
	for _, m := range all {
		if !s.calls(m) && !m.System() {
			list = append(list, s.read(channel, m))
		}
	}
	return list, nil
}

// page is not Discord's: its clients draw by themselves what the cards say.
func (*server) page(string, place) (string, error) { return "", errors.ErrUnsupported }

// read is a message as people see it who are in a channel.
func (s *server) read(channel string, m guild.Message) message {
	out := message{}
	if m.Author != s.bot {
		out.lines = []string{s.fake.World.Called(m.Author) + ": " + plain(s.fake.ReadText(m.Content))}
	} else {
		out = s.card(m)
	}
	out.ref = m.ID
	for i := range out.buttons {
		out.buttons[i].sends.Set("ref", m.ID)
		out.buttons[i].sends.Set("on", m.ID)
		out.buttons[i].sends.Set("channel", m.Channel)
	}
	users := map[string][]string{}
	for _, r := range m.Reactions {
		users[r.Emoji] = append(users[r.Emoji], r.Users...)
	}
	out.lines = append(out.lines, s.reactions(channel, users)...)
	return out
}
