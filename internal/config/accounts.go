package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"ponte/internal/form"
	"ponte/platforms/social/webhook"
)

func (c *checker) account(b *brand, a *account) {
	if !a.id.OK {
		return
	}
	c.once(c.accounts, a.id, "the account")
	c.queued(a)
	platform, _, _ := strings.Cut(a.id.Text, ":")
	if platform == onSquare {
		c.squareAccount(a)
		return
	}
	if len(a.posts) > 0 {
		c.Fault(a.posts[0].Spot, "posts of "+form.Quote(a.id.Text), "them in an account of the square")
	}
	c.signing(a)
	c.answering(a)
	if a.queueAt.Line != 0 && a.answers.Line == 0 {
		c.Fault(a.queueAt, "a queue of "+form.Quote(a.id.Text)+", which cannot post", "answers beside it, or no queue")
	}
	if !slices.ContainsFunc(b.channels, func(ch *channel) bool { return ch.direct }) {
		c.Fault(a.id.Spot, form.Quote(a.id.Text)+", which can bring direct messages", "a channel of the brand with `direct: true`, since no other is private")
	}
}

func (c *checker) squareAccount(a *account) {
	if c.square.Line != 0 {
		c.Fault(a.id.Spot, "a second square", fmt.Sprintf("one in all; line %d has it", c.square.Line))
		return
	}
	c.square = a.id.Spot
	for _, odd := range []struct {
		form.Spot
		key string
	}{{a.secretsAt, "secrets"}, {a.signature.Spot, "signature"}, {a.answers.Spot, "answers"}} {
		if odd.Line != 0 && odd.Spot != a.Spot {
			c.Fault(odd.Spot, form.Quote(odd.key)+" of the square", "it in an account of a webhook")
		}
	}
	seen := map[string]form.Spot{}
	for _, p := range a.posts {
		c.once(seen, p.id, "the post")
	}
}

// signing checks how requests to a webhook prove where they come from.
func (c *checker) signing(a *account) {
	for _, s := range a.secrets {
		c.signs(s)
	}
	switch {
	case !a.signature.OK:
	case a.signature.Text != form.Unlimited && a.secretsAt.Line == 0:
		c.Fault(a.id.Spot, form.Quote(a.id.Text)+" without secrets", "secrets, or `signature: none` for requests from this machine")
	case a.signature.Text == form.Unlimited && a.secretsAt.Line != 0:
		c.Fault(a.signature.Spot, "`signature: none` and secrets", "one of the two")
	case a.signature.Text == form.Unlimited && c.doc.public.listen.OK && !here(c.doc.public.listen.Text):
		c.Fault(a.signature.Spot, "`signature: none` where other machines can reach "+form.Quote(c.doc.public.listen.Text), "secrets, or public.listen on this machine only")
	}
}

func (c *checker) signs(secret form.Word) {
	if !secret.OK {
		return
	}
	if err := webhook.CheckSecret(secret.Text); err != nil {
		c.Fault(secret.Spot, "a secret that cannot sign ("+err.Error()+")", "whsec_ and 24 to 64 bytes in base64")
	}
}

func (c *checker) answering(a *account) {
	c.signs(a.answers.secret)
	to := a.answers.to
	if !to.OK || a.answers.private {
		return
	}
	u, err := url.Parse(to.Text)
	if err != nil {
		return
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if strings.EqualFold(u.Hostname(), "localhost") || err == nil && !(ip.Unmap().IsGlobalUnicast() && !ip.Unmap().IsPrivate()) {
		c.Fault(to.Spot, "an address on this machine or in a private network", "one of the internet, or `allow_private_addresses: true`")
	}
}
