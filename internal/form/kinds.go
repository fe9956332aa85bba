package form

import (
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Word is a text of the file and its place. It is not OK when it is absent or
// was refused; then nothing more is said of it.
type Word struct {
	Spot
	Text string
	OK   bool
}

// Written reads a text that check finds nothing wrong with; check returns what
// was found instead, or nothing.
func Written(into *Word, want string, check func(string) string) Reading {
	return Reading{Want: want, Take: func(r *Reader, n *Node) {
		into.Spot = n.Spot
		if !n.IsText() {
			r.Wrong(n, want)
			return
		}
		if found := check(n.Text); found != "" {
			r.Fault(n.Spot, found, want)
			return
		}
		into.Text, into.OK = n.Text, true
	}}
}

// Words reads a list of texts.
func Words(into *[]Word, want string, one func(*Word) Reading) Reading {
	return list(want, nil, func() Reading {
		return Reading{Take: func(r *Reader, n *Node) {
			var w Word
			if one(&w).Take(r, n); w.OK {
				*into = append(*into, w)
			}
		}}
	})
}

// Text reads what people will see, on one line.
func Text(into *Word, most int) Reading {
	return visible(into, fmt.Sprintf("a text of 1 to %d characters", most), most, "")
}

// Prose reads what people will see, on as many lines as it takes.
func Prose(into *Word, most int) Reading {
	return visible(into, fmt.Sprintf("a text of 1 to %d characters, on one line or several", most), most, "\n")
}

func visible(into *Word, want string, most int, controls string) Reading {
	return Written(into, want, func(s string) string {
		n := utf8.RuneCountInString(s)
		switch {
		case strings.TrimSpace(s) == "":
			return "an empty text"
		case n > most:
			return fmt.Sprintf("a text of %d characters", n)
		case strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) && !strings.ContainsRune(controls, c) }):
			return "a text with a line break or another control character"
		}
		return ""
	})
}

var slugs = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// Slug reads a short name.
func Slug(into *Word, example string) Reading {
	return Matching(into, "a short name of small letters, digits, dots and dashes, such as "+strconv.Quote(example), slugs)
}

// Matching reads a text of a form.
func Matching(into *Word, want string, form *regexp.Regexp) Reading {
	return Written(into, want, func(s string) string {
		if form.MatchString(s) {
			return ""
		}
		return Quote(s)
	})
}

// Digits reads an id that is made of digits, in quotes or without.
func Digits(into *Word, want string, form *regexp.Regexp) Reading {
	return Reading{Want: want, Take: func(r *Reader, n *Node) {
		as := *n
		if as.is == aNumber {
			as.is = aText
		}
		Matching(into, want, form).Take(r, &as)
	}}
}

// Choice reads one of a few words.
func Choice[T ~string](into *Word, of ...T) Reading {
	names := make([]string, len(of))
	for i, w := range of {
		names[i] = string(w)
	}
	return Reading{Want: OneOf(names), Take: func(r *Reader, n *Node) {
		want := OneOf(names)
		if n := Near(n.Text, names); n != "" {
			want = Quote(n)
		}
		Written(into, want, func(s string) string {
			if slices.Contains(names, s) {
				return ""
			}
			return Quote(s)
		}).Take(r, n)
	}}
}

// Truth reads true or false.
func Truth(into *bool) Reading {
	return Reading{Want: "true or false", Take: func(r *Reader, n *Node) {
		if n.is != aTruth && n.is != usual {
			r.Wrong(n, "true or false")
			return
		}
		*into = strings.EqualFold(n.Text, "true")
	}}
}

// Stretch reads a length of time.
func Stretch(into *time.Duration, least, most time.Duration, example string) Reading {
	want := fmt.Sprintf("a length of time from %s to %s, such as %q", short(least), short(most), example)
	return Reading{Want: want, Take: func(r *Reader, n *Node) {
		d, err := time.ParseDuration(n.Text)
		if !n.IsText() || err != nil || d < least || d > most {
			r.Wrong(n, want)
			return
		}
		*into = d
	}}
}

// short writes a length of time without its zero parts.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// Count reads a whole number.
func Count(into *int, least, most int) Reading {
	want := fmt.Sprintf("a whole number from %d to %d", least, most)
	return Reading{Want: want, Take: func(r *Reader, n *Node) {
		v, err := strconv.Atoi(n.Text)
		if n.is != aNumber && n.is != usual || err != nil || v < least || v > most {
			r.Wrong(n, want)
			return
		}
		*into = v
	}}
}

// Unlimited stands for a rate or a size that is not limited.
const Unlimited = "none"

// Rate reads how often something may be done; below 0 there is no limit.
func Rate(into *float64) Reading {
	const least, most = 0.001, 100_000
	const want = `a number from 0.001 to 100000, or "none" for no limit`
	return Reading{Want: want, Take: func(r *Reader, n *Node) {
		if n.is != aNumber && n.Text == Unlimited {
			*into = -1
			return
		}
		v, err := strconv.ParseFloat(n.Text, 64)
		if n.is != aNumber && n.is != usual || err != nil || math.IsNaN(v) || v < least || v > most {
			r.Wrong(n, want)
			return
		}
		*into = v
	}}
}

var sizes = regexp.MustCompile(`^([0-9]{1,6}) ?(MiB|GiB|TiB)$`)

// Size reads a number of bytes of at least 64 MiB; 0 is no limit.
func Size(into *int64) Reading {
	const want = `a size of at least "64MiB", such as "20GiB", or "none" for no limit`
	return Reading{Want: want, Take: func(r *Reader, n *Node) {
		if n.is != aNumber && n.Text == Unlimited {
			*into = 0
			return
		}
		part := sizes.FindStringSubmatch(n.Text)
		if n.is != aText || part == nil {
			r.Wrong(n, want)
			return
		}
		v, _ := strconv.ParseInt(part[1], 10, 64)
		v <<= map[string]int{"MiB": 20, "GiB": 30, "TiB": 40}[part[2]]
		if v < 64<<20 {
			r.Wrong(n, want)
			return
		}
		*into = v
	}}
}

// Listening reads an address to listen on.
func Listening(into *Word, example string) Reading {
	return Written(into, "an address to listen on as HOST:PORT, such as "+strconv.Quote(example), func(s string) string {
		_, port, err := net.SplitHostPort(s)
		if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || strconv.FormatUint(n, 10) != port {
			return Quote(s)
		}
		return ""
	})
}

// Site reads the address of a site, without a path.
func Site(into *Word) Reading {
	return Written(into, `the address of a site, such as "https://talk.example"`, func(s string) string {
		u, err := url.Parse(s)
		if err != nil || !isWeb(u) || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return Quote(s)
		}
		return ""
	})
}

// Server reads the address of a server that secrets are sent to: in the clear they go
// to this machine only. Example has the scheme, https or wss.
func Server(into *Word, example string) Reading {
	scheme, _, _ := strings.Cut(example, ":")
	open, a := strings.TrimSuffix(scheme, "s"), "an "
	if scheme == "wss" {
		a = "a "
	}
	want := a + scheme + " address such as " + strconv.Quote(example) + ", or " + a + open + " address of this machine"
	return Written(into, want, func(s string) string {
		u, err := url.Parse(s)
		if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(s) > 2048 {
			return Quote(s)
		}
		ip, _ := netip.ParseAddr(u.Hostname())
		if u.Scheme == scheme || u.Scheme == open && (u.Hostname() == "localhost" || ip.Unmap().IsLoopback()) {
			return ""
		}
		return Quote(s)
	})
}

func isWeb(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && len(u.String()) <= 2048
}
