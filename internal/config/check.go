package config

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"ponte/bot"
	"ponte/internal/form"
	"ponte/internal/groups"
)

// A checker finds what is wrong between the values of a file, once each of them
// was read. What was not read well it leaves alone.
type checker struct {
	*form.Reader
	doc      *document
	accounts map[string]form.Spot // of every brand
	rooms    map[string]string    // by room: the brand that claimed it
	square   form.Spot            // of the account that the square is
}

func check(r *form.Reader, doc *document) {
	c := &checker{Reader: r, doc: doc, accounts: map[string]form.Spot{}, rooms: map[string]string{}}
	brands := map[string]form.Spot{}
	for _, b := range doc.brands {
		c.once(brands, b.id, "the brand")
		c.people(b)
		c.channels(b)
		for _, a := range b.accounts {
			c.account(b, a)
		}
		c.approvals(b)
		c.results(b)
		c.routes(b)
		b.urgency.Check(c.Reader)
	}
	c.listeners()
	doc.chats.Check(r)
}

// once is a fault when a name is there a second time.
func (c *checker) once(seen map[string]form.Spot, name form.Word, called string) {
	if !name.OK {
		return
	}
	if was, twice := seen[name.Text]; twice {
		c.Fault(name.Spot, fmt.Sprintf("%s %s a second time", called, form.Quote(name.Text)), fmt.Sprintf("another name; line %d has this one", was.Line))
		return
	}
	seen[name.Text] = name.Spot
}

func (c *checker) results(b *brand) {
	times := b.results.build()
	if len(times) > 8 {
		c.Fault(b.results.at, fmt.Sprintf("%d readings of every post", len(times)), "at most 8")
	}
	for i := 1; i < len(times); i++ {
		if times[i] <= times[i-1] {
			c.Fault(b.results.after[i].Spot, form.Quote(b.results.after[i].Text)+" after "+form.Quote(b.results.after[i-1].Text), "the shortest first, and each of them once")
		}
	}
}

func (c *checker) listeners() {
	console, public := c.doc.console.listen, c.doc.public.listen
	token := c.doc.console.token
	if console.OK && !here(console.Text) && token.Line == 0 {
		c.Fault(console.Spot, form.Quote(console.Text)+", which other machines can reach", "console.token beside it, or an address of this machine such as \"127.0.0.1:8480\"")
	}
	if token.OK && len(token.Text) < 16 {
		c.Fault(token.Spot, "a token of less than 16 characters", "a longer one")
	}
	if console.OK && public.OK && clash(console.Text, public.Text) {
		c.Fault(public.Spot, form.Quote(public.Text)+", where the console listens", "a port of its own")
	}
	if public.OK && anywhere(public.Text) && c.square.Line != 0 && c.doc.public.address.Line == 0 {
		c.Fault(public.Spot, form.Quote(public.Text)+" without public.address", "public.address beside it: the square has to know how people reach it")
	}
}

// here tells whether an address to listen on is one of this machine only.
func here(listen string) bool {
	host, _, _ := net.SplitHostPort(listen)
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// anywhere tells whether an address to listen on is all of this machine's.
func anywhere(listen string) bool {
	host, _, _ := net.SplitHostPort(listen)
	a, err := netip.ParseAddr(host)
	return host == "" || err == nil && a.IsUnspecified()
}

func clash(one, other string) bool {
	host1, port1, _ := net.SplitHostPort(one)
	host2, port2, _ := net.SplitHostPort(other)
	return port1 == port2 && port1 != "0" && (host1 == host2 || anywhere(one) || anywhere(other))
}

func (c *checker) people(b *brand) {
	ids, users := map[string]form.Spot{}, map[string]form.Spot{}
	for _, p := range b.people {
		c.once(ids, p.id, "the person")
		for _, u := range p.users {
			c.once(users, u, "the user")
			c.doc.chats.Within(c.Reader, b.id, u)
		}
	}
	if b.peopleAt.Line == 0 && len(b.groups) == 0 {
		c.Fault(b.Spot, "a brand without the key \"people\"", "a list of people, or of groups")
	}
	groups.Check(b.groups, func(g form.Word) { c.doc.chats.Within(c.Reader, b.id, g) }, func(g form.Word) {
		c.Fault(g.Spot, "the group "+form.Quote(g.Text)+" a second time", "each group once, with all of its roles")
	})
	for _, p := range b.people {
		if u := b.place(p.id); p.id.OK && b.id.OK && len(p.users) == 0 {
			u.Spot = p.id.Spot
			c.once(users, u, "the user")
		}
	}
}

// place is where something of the brand is in the console, when nothing else is said.
func (b *brand) place(name form.Word) form.Word {
	return form.Word{Spot: name.Spot, Text: "console/" + b.id.Text + "/" + name.Text, OK: name.OK && b.id.OK}
}

func (c *checker) channels(b *brand) {
	ids := map[string]form.Spot{}
	var first, direct form.Spot
	for _, ch := range b.channels {
		c.once(ids, ch.id, "the channel")
		c.claims(b, ch)
		if ch.first {
			c.single(ch.Spot, &first, "default")
		}
		if ch.direct {
			c.single(ch.Spot, &direct, "direct")
		}
		c.seen(b, ch)
	}
	if first.Line == 0 && len(b.channels) > 0 {
		c.Fault(b.channels[0].Spot, "channels of which none is the default", "`default: true` on one of them")
	}
}

func (c *checker) single(at form.Spot, was *form.Spot, what string) {
	if was.Line != 0 {
		c.Fault(at, fmt.Sprintf("a second channel with `%s: true`", what), fmt.Sprintf("one in a brand; line %d has it", was.Line))
		return
	}
	*was = at
}

// claims is a fault when the channel's room is another's already.
func (c *checker) claims(b *brand, ch *channel) {
	place := ch.room
	if place.Line == 0 {
		place = b.place(ch.id)
	}
	if !place.OK {
		return
	}
	if whose, taken := c.rooms[place.Text]; taken {
		c.Fault(place.Spot, fmt.Sprintf("the room %s, which the brand %s claims too", form.Quote(place.Text), form.Quote(whose)), "a room of its own for every channel")
		return
	}
	c.rooms[place.Text] = b.id.Text
	c.doc.chats.Within(c.Reader, b.id, place)
}

// seen is a fault when nobody may see a channel.
func (c *checker) seen(b *brand, ch *channel) {
	may := ch.may()
	unsure := groups.Give(b.groups, may...) || slices.ContainsFunc(b.people, func(p *person) bool { return len(p.roles) == 0 })
	if len(may) == 0 || unsure || slices.ContainsFunc(b.people, func(p *person) bool { return p.is().Has(may...) }) {
		return
	}
	at := ch.Spot
	if ch.open.Line != 0 {
		at = ch.open
	}
	c.Fault(at, "a channel that nobody of the brand may see", "a role that somebody has")
}

func (c *checker) routes(b *brand) {
	var accounts []string
	for _, a := range b.accounts {
		if a.id.OK {
			accounts = append(accounts, a.id.Text)
		}
	}
	for _, t := range b.routes {
		c.Refers(t.channel, "channel", b.rooms())
		c.Refers(t.account, "account", accounts)
		if t.account.Line == 0 && t.kind.Line == 0 && t.keywordsAt.Line == 0 && !t.wants().Any() {
			c.Fault(t.Spot, "a route that takes everything", "an account, a kind, keywords or what triage says; the default channel takes the rest")
		}
	}
}

// may lists the roles that see the channel; none: everybody.
func (ch *channel) may() []bot.Role {
	if ch.open.Line == 0 && ch.direct {
		return []bot.Role{bot.Manager, bot.Approver}
	}
	return rolesOf(ch.restricted)
}

func rolesOf(list []form.Word) []bot.Role {
	var out []bot.Role
	for _, w := range list {
		out = append(out, bot.Role(w.Text))
	}
	return out
}

func (p *person) is() bot.Person { return bot.Person{Roles: rolesOf(p.roles)} }
