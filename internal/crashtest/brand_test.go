package crashtest

import (
	"cmp"
	"time"

	"ponte/bot"
)

// The platforms: two that are built in, and three that are elsewhere. Those two
// that can be asked are asked and chat; blind cannot.
const (
	onConsole = "console"
	onSquare  = "square"
	onAsked   = "asked"
	onBlind   = "blind"
	onChat    = "chat"
)

// Items come by webhook for all but the square; answers go by the platform of the account.
const (
	squareAccount = bot.AccountID("square:here")
	askedAccount  = bot.AccountID("webhook:asked")
	blindAccount  = bot.AccountID("webhook:blind")
	heardAccount  = bot.AccountID("webhook:heard") // its cards go to the chat elsewhere
)

// accountAt is as whom the brand speaks by itself at a place.
var accountAt = map[string]bot.AccountID{onSquare: squareAccount, onAsked: askedAccount, onBlind: blindAccount}

const (
	theBrandID  = bot.BrandID("aurora")
	thePost     = "post"
	theUser     = "ana"  // writes
	theApprover = "olga" // decides about what Ana writes
	theBoard    = "approvals"
)

// theBrand has a room for each account, named after the account's platform, and
// one where the one approver is asked about posts.
func theBrand(o order) bot.Brand {
	b := bot.Brand{
		ID: theBrandID, Name: "Caffè Aurora", Language: bot.English, Zone: "Europe/Madrid", Undo: o.Undo, Grace: cmp.Or(o.Grace, time.Hour),
		People: []bot.Person{
			{ID: theUser, Name: "Ana Ruiz", Roles: []bot.Role{bot.Manager}, Users: []string{user(theUser)}},
			{ID: theApprover, Name: "Olga Marín", Roles: []bot.Role{bot.Approver}, Users: []string{user(theApprover)}},
		},
		Approvals: bot.Approvals{Channel: theBoard},
		Channels:  []bot.Channel{{ID: theBoard, Platform: onConsole, Space: string(theBrandID), Remote: theBoard}},
	}
	if o.Dismissed {
		b.People[1].Roles = []bot.Role{bot.Manager}
	}
	for _, a := range []struct {
		id              bot.AccountID
		platform, shown string
		room            string
	}{
		{squareAccount, onSquare, onConsole, onSquare}, {askedAccount, onAsked, onConsole, onAsked},
		{blindAccount, onBlind, onConsole, onBlind}, {heardAccount, "webhook", onChat, onChat},
	} {
		b.Accounts = append(b.Accounts, bot.Account{ID: a.id, Platform: a.platform, Network: a.platform, Name: b.Name})
		b.Channels = append(b.Channels, bot.Channel{ID: a.room, Platform: a.shown, Space: string(b.ID), Remote: a.room})
		b.Routes = append(b.Routes, bot.Route{Account: a.id, Channel: a.room})
	}
	return b
}

func user(id string) string { return onConsole + "/" + string(theBrandID) + "/" + id }
