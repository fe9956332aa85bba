package postcard

import (
	"slices"
	"strconv"
	"strings"

	"ponte/bot"
	"ponte/bot/card"
)

// Told says what became of posts of a draft, those together that stand alike.
func Told(b *bot.Brand, draft int, posts []bot.Post) (out []card.Words) {
	type group struct {
		words    card.Words
		accounts []string
	}
	var groups []*group
	for i := range posts {
		w, name := Stands(&posts[i]), Account(b, posts[i].Account)
		g := slices.IndexFunc(groups, func(g *group) bool { return g.words.String() == w.String() })
		if g < 0 {
			groups, g = append(groups, &group{words: w}), len(groups)
		}
		groups[g].accounts = append(groups[g].accounts, name)
	}
	for _, g := range groups {
		out = append(out, card.W("post.told", card.Text("Number", strconv.Itoa(draft)), card.Text("Accounts", strings.Join(g.accounts, ", ")), card.In("What", g.words)))
	}
	return out
}
