package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// tokenCookie proves that the token was typed here once; it is not the token.
const tokenCookie = "ponte_token"

func (c *Console) proof() string {
	sum := hmac.New(sha256.New, []byte(c.opt.Token))
	sum.Write([]byte("ponte console"))
	return hex.EncodeToString(sum.Sum(nil))
}

// admitted reports whether the token was given, where one is asked for, and
// asks for it otherwise.
func (c *Console) admitted(w http.ResponseWriter, r *http.Request) bool {
	if c.opt.Token == "" {
		return true
	}
	bearer, typed := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if typed {
		if same(bearer, c.opt.Token) {
			return true
		}
		c.wrongToken(w, r)
		return false
	}
	if k, err := r.Cookie(tokenCookie); err == nil && same(k.Value, c.proof()) {
		return true
	}
	c.askToken(w, r, "", http.StatusUnauthorized)
	return false
}

// same compares in a time that does not depend on the texts.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// takeToken lets in who knows the token, and remembers it in a cookie.
func (c *Console) takeToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if c.opt.Token == "" || !same(r.PostFormValue("token"), c.opt.Token) {
		c.wrongToken(w, r)
		return
	}
	keep(w, r, tokenCookie, c.proof())
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// wrongToken asks again, and to wait after many wrong ones. The right one is
// always let in: nobody can shut others out.
func (c *Console) wrongToken(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	many := c.wrong.add(r.RemoteAddr, c.opt.Now())
	c.mu.Unlock()
	if many {
		c.askToken(w, r, "token_wait", http.StatusTooManyRequests)
		return
	}
	c.askToken(w, r, "token_wrong", http.StatusUnauthorized)
}

const (
	triesAMinute = 20     // wrong tokens of one address before it is told to wait
	maxAddresses = 10_000 // that are told apart in a minute
)

// wrongTokens counts wrong tokens by address, a minute at a time.
type wrongTokens struct {
	since time.Time
	count map[netip.Prefix]int
}

// add counts a wrong token, and reports whether there were too many.
func (t *wrongTokens) add(remote string, now time.Time) bool {
	if t.count == nil || now.Sub(t.since) >= time.Minute {
		t.since, t.count = now, map[netip.Prefix]int{}
	}
	from := network(remote)
	if _, known := t.count[from]; !known && len(t.count) >= maxAddresses {
		return true
	}
	t.count[from]++
	return t.count[from] > triesAMinute
}

// network is the address a request came from, or for IPv6 the network that is
// one customer's.
func network(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := at.Addr().Unmap().WithZone(""), 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits)
	return p
}
