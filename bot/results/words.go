package results

import (
	"ponte/bot"
	"ponte/bot/card"
)

// numbers are the four in their order, by the name that the catalogues have for each.
func numbers(n *bot.Numbers) [4]struct {
	name  string
	count *int
} {
	return [4]struct {
		name  string
		count *int
	}{{"likes", n.Likes}, {"replies", n.Replies}, {"shares", n.Shares}, {"views", n.Views}}
}

// words says numbers, what is not given, and what came since the ones before.
func words(n bot.Numbers, before *bot.Numbers) card.Words {
	if n == (bot.Numbers{}) {
		return card.W("results.none")
	}
	var parts []card.Words
	for i, v := range numbers(&n) {
		if v.count == nil {
			parts = append(parts, card.W("results.not_given."+v.name))
			continue
		}
		w := card.W("results.count."+v.name, card.Count("N", *v.count))
		if before != nil {
			if was := numbers(before)[i].count; was != nil && *was != *v.count {
				w = grown(w, *v.count-*was)
			}
		}
		parts = append(parts, w)
	}
	return joined(parts)
}

// joined puts words one behind the other, with commas.
func joined(parts []card.Words) card.Words {
	out := parts[0]
	for _, p := range parts[1:] {
		out = card.W("results.and", card.In("One", out), card.In("Two", p))
	}
	return out
}

// grown is a number with what came to it, or was taken from it.
func grown(w card.Words, by int) card.Words {
	if by < 0 {
		return card.W("results.fallen", card.In("What", w), card.Count("N", -by))
	}
	return card.W("results.grown", card.In("What", w), card.Count("N", by))
}

// sum is the likes, replies and shares that a network gives, together; false where
// it gives none.
func sum(n *bot.Numbers) (total int, ok bool) {
	for _, v := range []*int{n.Likes, n.Replies, n.Shares} {
		if v != nil {
			total, ok = total+*v, true
		}
	}
	return total, ok
}
