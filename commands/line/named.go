package line

import (
	"slices"
	"strings"

	"ponte/bot/act"
)

// Named puts those whom a text mentions into it as one word each, "platform/space/user",
// where a command takes anybody: what people are called has spaces, and can be what
// somebody else is called.
func Named(text string, options []act.Option, named []act.Named) string {
	if !slices.ContainsFunc(options, func(o act.Option) bool { return o.Anybody }) {
		return text
	}
	longest := slices.Clone(named)
	slices.SortStableFunc(longest, func(a, b act.Named) int { return len(b.As) - len(a.As) })
	var pairs []string
	for _, n := range longest {
		if n.As != "" {
			pairs = append(pairs, n.As, n.Who.String())
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
