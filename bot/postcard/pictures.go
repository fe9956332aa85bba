package postcard

import (
	"ponte/bot"
	"ponte/bot/card"
)

// Pictures shows the pictures of a content, and says in words what each shows to who
// cannot see it.
func Pictures(c *bot.Content) (out []card.Block) {
	var lines []card.Line
	for i, p := range c.Pictures {
		out = append(out, card.Block{Picture: &card.Picture{Hash: p.Hash, Type: p.Type, Alt: card.Outside(p.Alt)}})
		n := []card.Arg{card.Count("N", i+1), card.Count("Of", len(c.Pictures))}
		if p.Alt == "" {
			lines = append(lines, card.Line{Mark: card.MarkOverdue, Words: card.W("approval.picture_bare", n...)})
			continue
		}
		lines = append(lines, card.Line{Words: card.W("approval.picture", n...), Text: card.Outside(p.Alt)})
	}
	if lines == nil {
		return nil
	}
	return append(out, card.Block{List: lines})
}

// stands is how a post of the draft stands, also while its links are looked at.
func (s Sheet) stands(p *bot.Post) card.Words {
	if p.State == bot.Drafted && !s.Draft.LooksAt.IsZero() {
		return card.W("post.looking")
	}
	return Stands(p)
}
