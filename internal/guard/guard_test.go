package guard

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:4700::1111": true, "::ffff:93.184.216.34": true, "172.32.0.1": true, "100.128.0.1": true,
		"127.0.0.1": false, "0.0.0.0": false, "10.1.2.3": false, "172.31.255.255": false, "192.168.0.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1%eth0": false, "fd00::1": false, "ff02::1": false, "::ffff:127.0.0.1": false,
		"::127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:0:1::": false, "2001:db8::1": false, "fec0::1": false,
	} {
		if got := Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// home answers at an address of this machine, where nobody but an open client gets.
func home(t *testing.T) (address string, asked *atomic.Int32) {
	asked = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, "secret")
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

func TestPrivateIsNotReached(t *testing.T) {
	at, asked := home(t)
	port := at[strings.LastIndex(at, ":")+1:]
	for _, host := range []string{
		"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "localhost", "127.1", "2130706433", "0177.0.0.1", "0x7f000001", "169.254.169.254",
	} {
		address := "http://" + host + ":" + port + "/"
		c := New("Ponte/test", nil)
		if _, fault := c.Look(t.Context(), address); fault != "private" && fault != "name" {
			t.Errorf("%s was looked at: %q", address, fault)
		}
		if data, _, fault := c.Fetch(t.Context(), address, 100); data != nil || fault != "private" && fault != "name" {
			t.Errorf("%s was fetched: %q", address, fault)
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("this machine was asked %d times", n)
	}
	if data, code, fault := New("Ponte/test", Transport(true)).Fetch(t.Context(), at, 100); string(data) != "secret" || code != 200 || fault != "" {
		t.Errorf("an open client read %q, %d, %q", data, code, fault)
	}
}

// names answers every question for a name with the next address of the list.
func names(answers ...string) *net.Resolver {
	var asked atomic.Int32
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close() //nolint:errcheck // it is in memory
			for {
				var size [2]byte
				if _, err := io.ReadFull(far, size[:]); err != nil {
					return
				}
				q := make([]byte, binary.BigEndian.Uint16(size[:]))
				if _, err := io.ReadFull(far, q); err != nil {
					return
				}
				n := min(int(asked.Load()), len(answers)-1)
				a := answer(q, netip.MustParseAddr(answers[n]))
				if len(a) > 0 && a[7] == 1 {
					asked.Add(1)
				}
				_, _ = far.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(a))), a...)) //nolint:gosec // it is short
			}
		}()
		return near, nil
	}}
}

// answer says where a name leads, in the words of the domain name system.
func answer(q []byte, at netip.Addr) []byte {
	end := 12
	for q[end] != 0 {
		end += int(q[end]) + 1
	}
	end += 5
	out := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
	kind := binary.BigEndian.Uint16(q[end-4:])
	if kind == 1 && at.Is4() || kind == 28 && at.Is6() {
		out[7] = 1
		out = append(out, 0xc0, 12)
		out = append(out, q[end-4:end]...)
		out = append(out, 0, 0, 0, 0, 0, byte(len(at.AsSlice())))
		out = append(out, at.AsSlice()...)
	}
	return out
}

func TestNamesThatLeadHome(t *testing.T) {
	at, asked := home(t)
	port := at[strings.LastIndex(at, ":")+1:]
	for what, answers := range map[string][]string{
		"a private address": {"127.0.0.1"}, "another later": {"93.184.216.34", "127.0.0.1"}, "the machine's own data": {"169.254.169.254"}, "an address within one": {"::ffff:127.0.0.1"},
	} {
		d := Dialer(false)
		d.Resolver = names(answers...)
		if len(answers) > 1 { // a look-up before the dial would have seen this one
			if got, err := d.Resolver.LookupHost(t.Context(), "elsewhere.example"); err != nil || got[0] != answers[0] {
				t.Fatal(got, err)
			}
		}
		way := transport(d)
		if _, fault := New("Ponte/test", way).Look(t.Context(), "http://elsewhere.example:"+port+"/"); fault != "private" {
			t.Errorf("%s: %q, want private", what, fault)
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("this machine was asked %d times", n)
	}
}

// way answers requests by a function, as the net would.
type way func(*http.Request) (*http.Response, error)

func (f way) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func says(r *http.Request, code int, head, body string) *http.Response {
	h := http.Header{}
	if name, value, ok := strings.Cut(head, ": "); ok {
		h.Set(name, value)
	}
	return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func TestRedirects(t *testing.T) {
	hops := func(n int, last string) http.RoundTripper {
		at := 0
		return way(func(r *http.Request) (*http.Response, error) {
			at++
			switch {
			case r.Header.Get("User-Agent") != "Ponte/test":
				return nil, fmt.Errorf("it calls itself %q", r.Header.Get("User-Agent"))
			case at <= n:
				return says(r, 302, fmt.Sprintf("Location: https://example.com/%d", at), ""), nil
			case last != "":
				return says(r, 302, "Location: "+last, ""), nil
			}
			return says(r, 200, "", ""), nil
		})
	}
	if code, fault := New("Ponte/test", hops(5, "")).Look(t.Context(), "https://example.com/"); code != 200 || fault != "" {
		t.Errorf("five redirects: %d %q", code, fault)
	}
	if _, _, fault := New("Ponte/test", hops(6, "")).Fetch(t.Context(), "https://example.com/", 10); fault != "unreachable" {
		t.Errorf("six redirects: %q", fault)
	}
	if _, _, fault := New("Ponte/test", hops(1, "file:///etc/passwd")).Fetch(t.Context(), "https://example.com/", 10); fault != "unreachable" {
		t.Errorf("a redirect to a file: %q", fault)
	}
}

// TestRedirectHome leads from a public page into the private network.
func TestRedirectHome(t *testing.T) {
	at, asked := home(t)
	guarded := Transport(false)
	c := New("Ponte/test", way(func(r *http.Request) (*http.Response, error) {
		if r.URL.Hostname() == "example.com" {
			return says(r, 302, "Location: "+at, ""), nil
		}
		return guarded.RoundTrip(r)
	}))
	if _, fault := c.Look(t.Context(), "https://example.com/"); fault != "private" {
		t.Errorf("%q, want private", fault)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("this machine was asked %d times", n)
	}
}

func TestLookAsksAgain(t *testing.T) {
	for head, want := range map[int]int{200: 200, 404: 200, 405: 200, 403: 200, 501: 200, 204: 204} {
		c := New("Ponte/test", way(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodHead {
				return says(r, head, "", ""), nil
			}
			return says(r, 200, "", ""), nil
		}))
		if code, fault := c.Look(t.Context(), "https://example.com/"); code != want || fault != "" {
			t.Errorf("a HEAD answered %d: %d %q, want %d", head, code, fault, want)
		}
	}
}

func TestBounds(t *testing.T) {
	endless := New("Ponte/test", way(func(r *http.Request) (*http.Response, error) { return says(r, 200, "", strings.Repeat("x", 11)), nil }))
	if data, _, fault := endless.Fetch(t.Context(), "https://example.com/", 10); data != nil || fault != "large" {
		t.Errorf("%d bytes and %q, want none and large", len(data), fault)
	}
	if data, _, fault := endless.Fetch(t.Context(), "https://example.com/", 11); len(data) != 11 || fault != "" {
		t.Errorf("%d bytes and %q, want 11", len(data), fault)
	}
	for _, address := range []string{"ftp://example.com/", "file:///etc/passwd", "gopher://example.com", "//example.com", "https:///x", ":"} {
		if _, fault := endless.Look(t.Context(), address); fault != "unreachable" {
			t.Errorf("%s: %q", address, fault)
		}
	}
	silent := New("Ponte/test", way(func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }))
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, fault := silent.Look(ctx, "https://example.com/"); fault != "slow" {
		t.Errorf("%q, want slow", fault)
	}
}

func TestFault(t *testing.T) {
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	c := New("Ponte/test", Transport(true))
	if _, fault := c.Look(t.Context(), secure.URL); fault != "tls" {
		t.Errorf("a certificate that nobody knows: %q", fault)
	}
	for want, err := range map[string]error{
		"name": &url.Error{Err: &net.OpError{Err: &net.DNSError{IsNotFound: true}}}, "slow": &net.DNSError{IsTimeout: true}, "unreachable": errors.New("refused"),
	} {
		if got := Fault(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
