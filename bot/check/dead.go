package check

import (
	"slices"
	"strings"

	"ponte/bot"
)

// Addresses are the first twenty links of all texts of a content, each once and with
// its scheme, as they can be followed.
func Addresses(c *bot.Content) (all []string) {
	for _, on := range append([]bot.AccountID{""}, c.Accounts...) {
		text := c.For(on)
		for _, s := range links(text, true) {
			if a := address(text[s.from:s.to]); len(a) <= 2000 && len(all) < 20 && !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return all
}

func address(link string) string {
	if scheme.MatchString(link) {
		return link
	}
	return "https://" + link
}

// deadLinks finds the links that were followed and lead nowhere.
func deadLinks(in *Input, t reading) (found []bot.Finding) {
	for _, s := range t.links {
		link := t.text[s.from:s.to]
		if l, ok := in.Links[address(link)]; ok && l.Dead() && len(found) < most && !strings.Contains(t.text[:s.from], link) {
			found = append(found, broken("dead_link", link, l, warns))
		}
	}
	return found
}

// unfetched finds the pictures that were to be fetched and could not be.
func unfetched(in *Input) (found []bot.Finding) {
	for _, f := range in.Fetch {
		found = append(found, broken("fetch", f.URL, in.Links[f.URL], stops))
	}
	return found
}

// broken says why an address gives nothing.
func broken(key, link string, l bot.Link, say func(string, ...string) bot.Finding) bot.Finding {
	if l.Fault == "" && l.Code > 0 {
		return say(key, "Link", quote(link), "Code", number(l.Code))
	}
	if slices.Contains([]string{"private", "tls", "picture", "large"}, l.Fault) {
		return say(key+"_"+l.Fault, "Link", quote(link))
	}
	return say(key+"_silent", "Link", quote(link))
}
