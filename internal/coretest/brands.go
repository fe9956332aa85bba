package coretest

import (
	"time"

	"ponte/bot"
)

// Aurora is a brand with a team, a room for all, one for direct messages and one
// for the press.
func Aurora() bot.Brand {
	return bot.Brand{
		ID: "aurora", Name: "Aurora", Language: bot.English, Zone: "UTC",
		Accounts: []bot.Account{
			{ID: "net:aurora", Platform: "net", Network: "the net", Name: "Aurora Coffee"},
			{ID: "net:shop", Platform: "net", Network: "the net", Name: "Aurora Shop"},
		},
		Channels: []bot.Channel{
			Room("inbox", "a-inbox", func(c *bot.Channel) { c.Default = true }),
			Room("messages", "a-messages", func(c *bot.Channel) { c.Direct, c.Restricted = true, []bot.Role{bot.Manager} }),
			Room("press", "a-press", func(c *bot.Channel) { c.Restricted = []bot.Role{bot.Strategist} }),
		},
		People: []bot.Person{
			Person("ana", "Ana", bot.Manager, bot.Strategist), Person("bo", "Bo", bot.Manager),
			Person("sven", "Sven", bot.Strategist), Person("pia", "Pia", bot.Approver), Person("olga", "Olga", bot.Observer),
		},
		Routes:  []bot.Route{{Keywords: []string{"newspaper"}, Channel: "press"}},
		Targets: map[bot.Priority]bot.Target{bot.Normal: {First: time.Hour, Next: 2 * time.Hour}, bot.Urgent: {First: 10 * time.Minute, Next: 10 * time.Minute}},
		Undo:    20 * time.Second, Grace: 30 * time.Minute,
	}
}

// Boreal is another client, who must never meet the first.
func Boreal() bot.Brand {
	return bot.Brand{
		ID: "boreal", Name: "Boreal", Language: bot.Italian, Zone: "Europe/Rome",
		Accounts: []bot.Account{{ID: "net:boreal", Platform: "net", Network: "the net", Name: "Boreal"}},
		Channels: []bot.Channel{
			Room("inbox", "b-inbox", func(c *bot.Channel) { c.Default = true }),
			Room("messages", "b-messages", func(c *bot.Channel) { c.Direct, c.Restricted = true, []bot.Role{bot.Manager} }),
		},
		People: []bot.Person{Person("carl", "Carl", bot.Manager)},
		Undo:   20 * time.Second, Grace: 30 * time.Minute,
	}
}

// Room makes a room of team chat.
func Room(id, remote string, with func(*bot.Channel)) bot.Channel {
	c := bot.Channel{ID: id, Platform: "chat", Space: "team", Remote: remote}
	with(&c)
	return c
}

// Person makes a person whose user in team chat is "u-" and the id.
func Person(id, name string, roles ...bot.Role) bot.Person {
	return bot.Person{ID: bot.PersonID(id), Name: name, Roles: roles, Users: []string{"chat/team/u-" + id}}
}
