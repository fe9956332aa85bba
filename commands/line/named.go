package line

import (
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
)

// Read is Values of a text that mentions somebody. Where a command takes anybody they
// stand in it as Named puts them. Where it takes words, which may become public, they
// stand by what people call them, and without the "@", which on a network would call
// somebody else; never by what the chat or the configuration knows them by. The error
// is Invalid where nobody says what they are called.
func Read(command string, options []act.Option, text string, named []act.Named, b *bot.Brand) (map[string]string, error) {
	out, err := Values(command, options, Named(text, options, named))
	if err != nil {
		return nil, err
	}
	called := func(a bot.Actor) string {
		if p, ok := b.PersonFor(a); ok && p.Name != "" {
			return p.Name
		}
		return a.Name
	}
	for _, o := range options {
		if o.Kind != act.TextOption || out[o.Name] == "" {
			continue
		}
		if out[o.Name], err = spelt(out[o.Name], named, called); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// spelt writes names in place of mentions.
func spelt(text string, named []act.Named, called func(bot.Actor) string) (string, error) {
	for _, n := range named {
		if n.As != "" && called(n.Who) == "" && strings.Contains(text, n.As) {
			return "", bot.Errorf(bot.Invalid, "error.mention", "Name", bot.Short(n.As, 40))
		}
	}
	return replaced(text, named, called), nil
}

// Named puts those whom a text mentions into it as one word each, "platform/space/user",
// where a command takes anybody: what people are called has spaces, and can be what
// somebody else is called. Of whom it is not known who they are stays as they stand.
func Named(text string, options []act.Option, named []act.Named) string {
	if !slices.ContainsFunc(options, func(o act.Option) bool { return o.Anybody }) {
		return text
	}
	known := slices.DeleteFunc(slices.Clone(named), func(n act.Named) bool { return n.Unknown })
	return replaced(text, known, bot.Actor.String)
}

// replaced writes something in place of each mention, the longest first.
func replaced(text string, named []act.Named, by func(bot.Actor) string) string {
	longest := slices.Clone(named)
	slices.SortStableFunc(longest, func(a, b act.Named) int { return len(b.As) - len(a.As) })
	var pairs []string
	for _, n := range longest {
		if n.As != "" {
			pairs = append(pairs, n.As, by(n.Who))
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
